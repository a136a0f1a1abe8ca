from datetime import UTC, date, datetime

import pytest

from pipeline.calendar import announcement_day, announcement_days, may_be_quiet


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 17, 3, 59, tzinfo=UTC), date(2026, 3, 16)),  # 23:59 EDT
        (datetime(2026, 3, 17, 4, 0, tzinfo=UTC), date(2026, 3, 17)),  # midnight EDT
        (datetime(2026, 1, 14, 4, 59, tzinfo=UTC), date(2026, 1, 13)),  # 23:59 EST
        (datetime(2026, 1, 14, 5, 0, tzinfo=UTC), date(2026, 1, 14)),  # midnight EST
    ],
)
def test_the_day_turns_at_midnight_in_new_york(instant: datetime, day: date) -> None:
    assert announcement_day(instant) == day


def test_weekends_and_deferred_days_may_be_quiet_and_other_days_may_not() -> None:
    assert may_be_quiet(date(2026, 3, 21))  # Saturday
    assert may_be_quiet(date(2026, 3, 22))  # Sunday
    assert not may_be_quiet(date(2026, 3, 23))  # Monday
    assert may_be_quiet(date(2026, 11, 26))  # Thanksgiving
    assert may_be_quiet(date(2026, 11, 27))  # the feed that the deferred evening would fill
    assert not may_be_quiet(date(2026, 11, 25))


def test_a_week_has_five_announcement_days() -> None:
    days = announcement_days(date(2026, 3, 16), date(2026, 3, 22))
    assert [day.isoweekday() for day in days] == [1, 2, 3, 4, 5]
