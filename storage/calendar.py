"""arXiv's announcement calendar, in America/New_York.

Announcements are made at 20:00 on Sunday to Thursday; the feed of the next day, dated with that
next day, carries them. So feeds are dated Monday to Friday, and Saturday's and Sunday's are empty
(https://info.arxiv.org/help/availability.html).
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")

#: Days on which arXiv defers its announcement, as published for each year. Of a year that is not
#: here only the holidays are known that come by rule; on its other deferred days an empty feed is
#: reported as unknown, not as quiet.
PUBLISHED = {
    2026: (
        (1, 1),
        (1, 19),
        (6, 19),
        (7, 3),
        (9, 7),
        (11, 26),
        (12, 25),
        (12, 29),
        (12, 31),
    ),
}

#: what is submitted before this hour in New York belongs to that day
_DEADLINE = time(14)
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
_FRIDAY = 5


def announcement_day(now: datetime) -> date:
    """Return the day that a feed generated at this instant is dated with."""
    return now.astimezone(NEW_YORK).date()


def is_deferred(day: date) -> bool:
    """Return whether arXiv is known to defer its announcement on this day."""
    published = PUBLISHED.get(day.year)
    if published is None:
        return day in holidays(day.year)
    return (day.month, day.day) in published


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """Return the recurring holidays of a year on which arXiv announces nothing.

    Further days in Christmas week are chosen by arXiv each year.
    """
    fixed = [date(year, month, day) for month, day in ((1, 1), (6, 19), (7, 4), (12, 25))]
    # New Year's day of the year to come may be kept on the last of this one.
    kept = {_observed(day) for day in (*fixed, date(year + 1, 1, 1))}
    martin_luther_king = _nth(year, 1, weekday=1, number=3)
    labor_day = _nth(year, 9, weekday=1, number=1)
    thanksgiving = _nth(year, 11, weekday=4, number=4)
    return frozenset({*kept, martin_luther_king, labor_day, thanksgiving})


def _observed(holiday: date) -> date:
    """Return the working day on which a holiday is kept: of a Saturday's, the Friday before."""
    return holiday + timedelta(days={6: -1, 7: 1}.get(holiday.isoweekday(), 0))


def _nth(year: int, month: int, *, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (number - 1))


def may_be_quiet(day: date) -> bool:
    """Return whether the calendar allows the feed of this day to be empty.

    A deferred evening empties the feed of the day after, and the published list does not say
    whether it names evenings or feed days, so both are accepted.
    """
    return day.isoweekday() >= 6 or is_deferred(day) or is_deferred(day - timedelta(days=1))


def due_day(submitted_at: datetime) -> date:
    """Return the feed day on which a paper submitted at this instant is announced if nothing holds.

    Submissions close at 14:00; Friday's are announced on Sunday evening, so in Monday's feed. Dates
    of wrong records at the ends of Python's calendar count as `_EARLIEST` and `_LATEST`.
    """
    local = min(max(submitted_at, _EARLIEST), _LATEST).astimezone(NEW_YORK)
    return _announced_after(local.date() + timedelta(days=local.time() >= _DEADLINE))


@lru_cache(maxsize=4096)  # because every paper of a day asks
def _announced_after(received: date) -> date:
    """Return the feed day of what is received by the deadline of this day."""
    if received.isoweekday() > _FRIDAY:
        received += timedelta(days=8 - received.isoweekday())
    day = received + timedelta(days=3 if received.isoweekday() == _FRIDAY else 1)
    while may_be_quiet(day):
        day += timedelta(days=1)
    return day


def feed_instant(day: date) -> datetime:
    """Return the UTC instant at which arXiv builds the feed of a day: midnight in New York."""
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)


def announcement_days(first: date, last: date) -> list[date]:
    """Return the days from first to last on which the calendar expects a feed with papers."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if not may_be_quiet(day)]
