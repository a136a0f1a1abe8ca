"""arXiv's announcement calendar, in America/New_York. Pure: days in, days out.

Announcements are made at 20:00 on Sunday to Thursday; the feed of the next day, dated with that
next day, carries them. So feeds are dated Monday to Friday, and Saturday's and Sunday's are empty
(https://info.arxiv.org/help/availability.html).
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")

#: Days on which arXiv defers its announcement, as published for the year. A year that is not here
#: has none that we know of: an empty feed on a weekday is then reported as unknown, never as quiet.
DEFERRED_DAYS = frozenset(
    date(2026, month, day)
    for month, day in (
        (1, 1),
        (1, 19),
        (6, 19),
        (7, 3),
        (9, 7),
        (11, 26),
        (12, 25),
        (12, 29),
        (12, 31),
    )
)

#: what is submitted before this hour in New York belongs to that day
_DEADLINE = time(14)
_FRIDAY = 5


def announcement_day(now: datetime) -> date:
    """Return the day that a feed generated at this instant is dated with."""
    return now.astimezone(NEW_YORK).date()


def may_be_quiet(day: date, deferred: Collection[date] = DEFERRED_DAYS) -> bool:
    """Say whether the calendar agrees that the feed of this day announces nothing.

    A deferred evening empties the feed of the day after, and the published list does not say
    whether it names evenings or feed days, so both are accepted.
    """
    return day.isoweekday() >= 6 or day in deferred or day - timedelta(days=1) in deferred


def due_day(submitted_at: datetime, deferred: Collection[date] = DEFERRED_DAYS) -> date:
    """Return the feed day on which a paper submitted at this instant is announced if nothing holds.

    Submissions close at 14:00; Friday's are announced on Sunday evening, so in Monday's feed.
    """
    local = submitted_at.astimezone(NEW_YORK)
    received = local.date() + timedelta(days=local.time() >= _DEADLINE)
    if received.isoweekday() > _FRIDAY:
        received += timedelta(days=8 - received.isoweekday())
    day = received + timedelta(days=3 if received.isoweekday() == _FRIDAY else 1)
    while may_be_quiet(day, deferred):
        day += timedelta(days=1)
    return day


def feed_instant(day: date) -> datetime:
    """Return the UTC instant at which arXiv builds the feed of a day: midnight in New York."""
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)


def announcement_days(first: date, last: date) -> list[date]:
    """Return the days from first to last on which the calendar expects a feed with papers."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if not may_be_quiet(day)]
