"""Visits: what is new to a reviewer, decided from times alone."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.review.visits import (
    NOTED_EVERY,
    PAUSE,
    Visit,
    new_since,
    noted,
    read_visit,
    visit_text,
)

MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
SHORT, LONG = NOTED_EVERY, PAUSE + timedelta(hours=12)


def _after(*acts: datetime) -> Visit | None:
    visit: Visit | None = None
    for now in acts:
        visit = noted(visit, now) or visit
    return visit


def test_everything_is_new_in_the_first_session() -> None:
    assert new_since(None, MONDAY) is None
    assert new_since(_after(MONDAY, MONDAY + SHORT), MONDAY + 2 * SHORT) is None


def test_next_session_counts_from_the_end_of_the_last() -> None:
    visit = _after(MONDAY, MONDAY + SHORT)
    assert new_since(visit, MONDAY + LONG) == MONDAY + SHORT


def test_what_is_new_stays_new_during_a_session() -> None:
    start = MONDAY + LONG
    visit = _after(MONDAY, *(start + SHORT * number for number in range(12)))
    assert new_since(visit, start + SHORT * 12) == MONDAY


def test_acts_in_quick_succession_are_noted_once() -> None:
    assert noted(Visit(MONDAY), MONDAY + timedelta(seconds=5)) is None


def test_clock_that_went_back_changes_nothing() -> None:
    assert noted(Visit(MONDAY), MONDAY - LONG) is None
    assert new_since(Visit(MONDAY, None), MONDAY - LONG) is None


def test_stored_visit_is_read_again() -> None:
    for visit in (Visit(MONDAY), Visit(MONDAY + LONG, MONDAY)):
        assert read_visit(visit_text(visit)) == visit


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "null", '{"last": 3}', '{"last": "x"}'])
def test_unreadable_visit_counts_as_none(text: str | None) -> None:
    assert read_visit(text) is None
