"""The promised rhythm: kept, late by days, paused; and its badge."""

import json
from datetime import date

import pytest
from lxml import etree

from config.site_schema import SiteSettings
from pipeline.publish.badge import badge_json, badge_svg, badge_texts
from pipeline.publish.digest.week import Week
from pipeline.publish.promise import Kept, Promise, promise_on

#: ends on Monday, 2026-03-23 at 00:00
WEEK = Week(2026, 12)


def _promise(
    day: str, *, rhythm: str = "weekly", paused: str = "", week: Week | None = WEEK
) -> Promise:
    settings = SiteSettings.model_validate({"rhythm": rhythm, "paused_until": paused})
    return promise_on(date.fromisoformat(day), settings, week)


@pytest.mark.parametrize(
    ("day", "state", "late"),
    [
        ("2026-03-23", Kept.KEPT, 0),
        ("2026-03-30", Kept.KEPT, 0),
        ("2026-03-31", Kept.LATE, 1),
        ("2026-04-20", Kept.LATE, 21),
    ],
)
def test_weekly_issue_is_due_a_week_after_the_last_ended(day: str, state: Kept, late: int) -> None:
    promise = _promise(day)
    assert (promise.state, promise.days_late) == (state, late)
    assert promise.due == date(2026, 3, 30)


def test_monthly_issue_has_31_days() -> None:
    assert _promise("2026-04-23", rhythm="monthly").state is Kept.KEPT
    assert _promise("2026-04-24", rhythm="monthly").days_late == 1


def test_pause_holds_up_to_its_last_day_and_gives_time_after() -> None:
    assert _promise("2026-05-31", paused="2026-05-31").state is Kept.PAUSED
    after = _promise("2026-06-01", paused="2026-05-31")
    assert (after.state, after.due) == (Kept.KEPT, date(2026, 6, 7))
    assert _promise("2026-06-09", paused="2026-05-31").days_late == 2


def test_old_pause_changes_nothing() -> None:
    assert _promise("2026-03-31", paused="2026-01-31") == _promise("2026-03-31")


def test_without_rhythm_nothing_is_late() -> None:
    assert _promise("2030-01-01", rhythm="").state is Kept.NONE


def test_before_the_first_issue_nothing_is_due() -> None:
    promise = _promise("2026-03-31", week=None)
    assert (promise.state, promise.due) == (Kept.KEPT, None)


@pytest.mark.parametrize(
    ("promise", "said"),
    [
        (_promise("2026-03-24"), ("weekly issue", "kept, next by 2026-03-30")),
        (_promise("2026-03-31"), ("weekly issue", "late by 1 day")),
        (_promise("2026-04-02"), ("weekly issue", "late by 3 days")),
        (_promise("2026-04-02", paused="2026-08-31"), ("weekly issue", "paused until 2026-08-31")),
        (_promise("2026-04-02", rhythm=""), ("issues", "no rhythm promised")),
        (_promise("2026-04-02", week=None), ("weekly issue", "kept")),
    ],
)
def test_badge_says_how_it_stands(promise: Promise, said: tuple[str, str]) -> None:
    assert badge_texts(promise) == said
    root = etree.fromstring(badge_svg(promise).encode())
    assert root.findtext("{*}title") == ": ".join(said)
    assert [text.text for text in root.iter("{*}text")] == list(said)
    document = json.loads(badge_json(promise))
    assert (document["schemaVersion"], document["label"], document["message"]) == (1, *said)
    assert document["state"] == promise.state.value
    assert document["days_late"] == promise.days_late
