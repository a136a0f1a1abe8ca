"""Suggested papers are looked up by the next run, politely, and unknown ones are answered."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.demo.replica.server import ReplicaServer
from pipeline.runtime.record import Run
from pipeline.suggestions.lookup import SuggestedReport, fetch_suggested
from storage.store import OpenStore
from storage.suggestion_types import NewSuggestion, SuggestionKind, SuggestionState
from tests.support.arxiv import make_record, noon, sources
from tests.support.services import make_services
from tests.support.storage import opener

TUESDAY = date(2026, 3, 17)
NOON = noon(TUESDAY)
HELD, UNKNOWN = "2603.00001", "2603.77777"


@pytest.fixture(scope="module")
def arxiv() -> Iterator[ReplicaServer]:
    with ReplicaServer([make_record(1, TUESDAY, "math.CO")], today=TUESDAY) as server:
        yield server


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return opener(tmp_path)


def suggest(open_store: OpenStore, arxiv_id: str, at: datetime = NOON) -> str:
    key = arxiv_id.replace(".", "0") * 2
    with open_store() as store:
        store.suggestions.add(NewSuggestion(key, SuggestionKind.MISSING_PAPER, arxiv_id), at)
    return key


def look_up(
    arxiv: ReplicaServer, folder: Path, open_store: OpenStore, now: datetime = NOON
) -> SuggestedReport:
    with sources(arxiv, folder, now) as opened:
        return fetch_suggested(make_services(open_store, now), opened, Run())


def state(open_store: OpenStore, key: str) -> SuggestionState:
    with open_store() as store:
        found = store.suggestions.get(key)
    assert found is not None
    return found.state


def test_paper_of_another_category_is_stored_and_waits(
    arxiv: ReplicaServer, tmp_path: Path, open_store: OpenStore
) -> None:
    key, missing = suggest(open_store, HELD), suggest(open_store, UNKNOWN)
    assert state(open_store, key) is SuggestionState.NOT_HELD
    report = look_up(arxiv, tmp_path, open_store)
    assert (report.found, report.unknown) == ((HELD,), (UNKNOWN,))
    assert state(open_store, key) is SuggestionState.WAITING
    assert state(open_store, missing) is SuggestionState.UNKNOWN


def test_all_are_asked_for_in_one_request(
    arxiv: ReplicaServer, tmp_path: Path, open_store: OpenStore
) -> None:
    for number in range(1, 31):
        suggest(open_store, f"2603.{number:05}")
    with sources(arxiv, tmp_path, noon(TUESDAY)) as opened:
        fetch_suggested(make_services(open_store, noon(TUESDAY)), opened, Run())
        assert opened.requests() == 1


def test_unknown_paper_is_asked_for_again_for_three_days(
    arxiv: ReplicaServer, tmp_path: Path, open_store: OpenStore
) -> None:
    suggest(open_store, UNKNOWN)
    for days, asked in ((0, (UNKNOWN,)), (1, (UNKNOWN,)), (4, ())):
        now = noon(TUESDAY) + timedelta(days=days)
        assert look_up(arxiv, tmp_path, open_store, now).unknown == asked


def test_without_suggestions_arxiv_is_not_asked(
    arxiv: ReplicaServer, tmp_path: Path, open_store: OpenStore
) -> None:
    with sources(arxiv, tmp_path, noon(TUESDAY)) as opened:
        fetch_suggested(make_services(open_store, noon(TUESDAY)), opened, Run())
        assert opened.requests() == 0


def test_address_is_erased_in_time_by_the_run(
    arxiv: ReplicaServer, tmp_path: Path, open_store: OpenStore
) -> None:
    new = NewSuggestion("a" * 32, SuggestionKind.MISSING_PAPER, HELD, address="ada@example.org")
    with open_store() as store:
        store.suggestions.add(new, datetime(2025, 12, 1, tzinfo=UTC))
    assert look_up(arxiv, tmp_path, open_store).erased == 1
    with open_store() as store:
        assert store.suggestions.address_of("a" * 32) is None
