from datetime import UTC, date, datetime

import pytest

from storage.calendar import (
    NEW_YORK,
    PUBLISHED,
    announcement_day,
    announcement_days,
    due_day,
    feed_instant,
    holidays,
    may_be_quiet,
)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 17, 3, 59, tzinfo=UTC), date(2026, 3, 16)),  # 23:59 EDT
        (datetime(2026, 3, 17, 4, 0, tzinfo=UTC), date(2026, 3, 17)),  # midnight EDT
        (datetime(2026, 1, 14, 4, 59, tzinfo=UTC), date(2026, 1, 13)),  # 23:59 EST
        (datetime(2026, 1, 14, 5, 0, tzinfo=UTC), date(2026, 1, 14)),  # midnight EST
        (datetime(2026, 3, 8, 5, 0, tzinfo=UTC), date(2026, 3, 8)),  # the day the clocks change
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), date(2026, 3, 8)),  # 23 hours later
        (datetime(2026, 3, 9, 4, 0, tzinfo=UTC), date(2026, 3, 9)),
    ],
)
def test_the_day_turns_at_midnight_in_new_york(instant: datetime, day: date) -> None:
    assert announcement_day(instant) == day


def test_only_weekends_and_deferred_days_may_be_quiet() -> None:
    assert may_be_quiet(date(2026, 3, 21))  # Saturday
    assert may_be_quiet(date(2026, 3, 22))  # Sunday
    assert not may_be_quiet(date(2026, 3, 23))  # Monday
    assert may_be_quiet(date(2026, 11, 26))  # Thanksgiving
    assert may_be_quiet(date(2026, 11, 27))  # the feed that the deferred evening would fill
    assert not may_be_quiet(date(2026, 11, 25))


def test_the_holidays_that_recur_are_those_of_the_published_year() -> None:
    chosen = {(12, 29), (12, 31)}
    assert {(day.month, day.day) for day in holidays(2026)} == set(PUBLISHED[2026]) - chosen


@pytest.mark.parametrize(
    ("day", "quiet"),
    [
        (date(2027, 1, 1), True),  # a Friday
        (date(2027, 1, 18), True),  # Martin Luther King
        (date(2027, 1, 19), True),  # the feed that the deferred evening would fill
        (date(2027, 1, 20), False),
        (date(2027, 6, 18), True),  # the 19th is a Saturday
        (date(2027, 7, 5), True),  # the 4th is a Sunday
        (date(2027, 9, 6), True),
        (date(2027, 11, 25), True),
        (date(2027, 12, 24), True),
        (date(2027, 12, 31), True),  # New Year 2028 is a Saturday
        (date(2027, 12, 29), False),  # arXiv has not said
        (date(2026, 5, 25), False),  # Memorial Day, on which arXiv announces
        (date(2025, 12, 25), True),
    ],
)
def test_holidays_by_rule_may_be_quiet_in_every_year(day: date, *, quiet: bool) -> None:
    assert may_be_quiet(day) is quiet


def test_a_week_has_five_announcement_days() -> None:
    days = announcement_days(date(2026, 3, 16), date(2026, 3, 22))
    assert [day.isoweekday() for day in days] == [1, 2, 3, 4, 5]


def test_pitfall_68_feeds_are_built_at_midnight_in_new_york() -> None:
    assert feed_instant(date(2026, 3, 6)) == datetime(2026, 3, 6, 5, tzinfo=UTC)
    assert feed_instant(date(2026, 3, 9)) == datetime(2026, 3, 9, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-03-16T13:59", date(2026, 3, 17)),  # Monday before the deadline
        ("2026-03-16T14:00", date(2026, 3, 18)),  # and after it
        ("2026-03-19T13:59", date(2026, 3, 20)),  # Thursday's stand in Friday's feed
        ("2026-03-19T14:00", date(2026, 3, 23)),  # Friday's are announced on Sunday
        ("2026-03-20T13:59", date(2026, 3, 23)),
        ("2026-03-20T14:00", date(2026, 3, 24)),  # the weekend counts as Monday
        ("2026-03-21T09:00", date(2026, 3, 24)),
        ("2026-03-22T23:00", date(2026, 3, 24)),
        ("2026-11-25T10:00", date(2026, 11, 30)),  # deferred over Thanksgiving
    ],
)
def test_a_paper_is_due_in_the_feed_after_its_deadline(submitted: str, due: date) -> None:
    local = datetime.fromisoformat(submitted).replace(tzinfo=NEW_YORK)
    assert due_day(local.astimezone(UTC)) == due


def test_submission_at_the_end_of_the_calendar_has_a_due_day() -> None:
    assert due_day(datetime.max.replace(tzinfo=UTC)).year == 9998
    assert due_day(datetime.min.replace(tzinfo=UTC)).year == 1900
