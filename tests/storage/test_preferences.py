"""Preferences and highlights of reviewers."""

from datetime import datetime, timedelta

import pytest

from storage.errors import PaperNotFoundError
from storage.highlights import Highlight
from storage.store import Store
from tests.support.builders import make_paper


def test_last_value_of_a_preference_counts(store: Store, now: datetime) -> None:
    assert store.preferences.of("ada") == {}
    store.preferences.set("ada", "limit", "50", now)
    store.preferences.set("ada", "limit", "40", now)
    store.preferences.set("ada", "limit", "40", now)
    store.preferences.set("bo", "limit", "10", now)
    store.preferences.set("ada", "language", '"zh"', now)
    assert store.preferences.of("ada") == {"limit": "40", "language": '"zh"'}


def test_highlight_is_set_changed_and_cleared(store: Store, now: datetime) -> None:
    key = "2603.00001"
    store.papers.upsert([make_paper(key)], seen_at=now)
    later = now + timedelta(hours=1)
    store.highlights.set(Highlight(key, "ada", "", now))
    store.highlights.set(Highlight(key, "ada", "", later))
    assert store.highlights.of([key]) == {key: (Highlight(key, "ada", "", now),)}
    changed = Highlight(key, "ada", "A clean split.", later)
    by_bo = Highlight(key, "bo", "Read this.", later)
    store.highlights.set(changed)
    store.highlights.set(by_bo)
    assert store.highlights.of([key, "2603.00002"]) == {key: (changed, by_bo)}
    store.highlights.clear(key, "ada", later)
    store.highlights.clear(key, "ada", later)
    assert store.highlights.of([key]) == {key: (by_bo,)}
    with pytest.raises(PaperNotFoundError):
        store.highlights.set(Highlight("2603.99999", "ada", "", now))
