from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageError
from pipeline.publish.digest.week import UnknownWeekError, Week


def test_week_runs_from_monday_to_monday_in_utc() -> None:
    week = Week.parse("2026-W12")

    assert week.start == datetime(2026, 3, 16, tzinfo=UTC)
    assert week.end == datetime(2026, 3, 23, tzinfo=UTC)
    assert (week.first_day, week.last_day) == (date(2026, 3, 16), date(2026, 3, 22))
    assert str(week) == "2026-W12"


@pytest.mark.parametrize("text", ["2026-w12", "2026W12", " 2026-W12\n"])
def test_other_spellings_are_the_same_week(text: str) -> None:
    assert Week.parse(text) == Week(2026, 12)


def test_first_week_can_begin_in_old_year() -> None:
    assert Week.parse("2026-W01").first_day == date(2025, 12, 29)
    assert Week.parse("2026-W53").last_day == date(2027, 1, 3)


@pytest.mark.parametrize("text", ["2026-W54", "2026-W00", "2025-W53", "0000-W01", "9999-W52"])
def test_impossible_week_error_names_existing_weeks(text: str) -> None:
    with pytest.raises(UnknownWeekError, match="There is no week") as caught:
        Week.parse(text)

    assert isinstance(caught.value, UsageError)
    assert caught.value.exit_status == 2
    assert caught.value.hint


def test_hint_names_last_week_of_year() -> None:
    with pytest.raises(UnknownWeekError, match="2026-W01 to 2026-W53"):
        Week.parse("2026-W54")
    with pytest.raises(UnknownWeekError, match="2025-W01 to 2025-W52"):
        Week.parse("2025-W53")


@pytest.mark.parametrize(
    "text", ["", "last", "2026-12", "2026-W1", "26-W12", "2026-W123", "٢٠٢٦-W12", "2026-W12-1"]
)
def test_malformed_week_error_has_example(text: str) -> None:
    with pytest.raises(UnknownWeekError, match="such as 2026-W12"):
        Week.parse(text)


def test_last_complete_week_has_ended(now: datetime) -> None:
    assert Week.last_complete(now) == Week(2026, 11)
    sunday = datetime(2026, 3, 22, 23, 59, 59, tzinfo=UTC)
    assert Week.last_complete(sunday) == Week(2026, 11)
    assert Week.last_complete(sunday + timedelta(seconds=1)) == Week(2026, 12)


def test_moment_is_converted_to_utc() -> None:
    new_york = timezone(timedelta(hours=-4))

    assert Week.of(datetime(2026, 3, 22, 21, 0, tzinfo=new_york)) == Week(2026, 13)


_FIRST, _LAST = (date(year, 1, 1) for year in (1992, 2100))


@given(st.dates(_FIRST, _LAST), st.times())
def test_every_moment_belongs_to_one_week(day: date, clock: time) -> None:
    moment = datetime.combine(day, clock, tzinfo=UTC)
    week = Week.of(moment)

    assert week.start <= moment < week.end
    assert Week.parse(str(week)) == week
    assert Week.last_complete(week.end) == week
