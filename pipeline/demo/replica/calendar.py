"""Return the New York day on which a submission is announced. Holidays are not observed.

Independent of `storage/calendar.py`, because the product is tested against the replica.
Deadlines and announcements: https://info.arxiv.org/help/availability.html
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
_DEADLINE = time(14)
_FRIDAY = 4
_MONDAY = 0


def announcement_day(submitted_at: datetime) -> date:
    """Return the day whose feed (generated at midnight) announces a submission of this moment."""
    local = submitted_at.astimezone(NEW_YORK)
    received = local.date() + timedelta(days=1 if local.time() >= _DEADLINE else 0)
    while received.weekday() > _FRIDAY:
        received += timedelta(days=1)
    # Friday's papers are announced on Sunday evening and appear in Monday's feed.
    return received + timedelta(days=3 if received.weekday() == _FRIDAY else 1)


def last_deadline(day: date, spread: int) -> datetime:
    """Return a moment within the 18 hours before the deadline that leads to this feed day."""
    weekday = day.weekday()
    back = 3 if weekday == _MONDAY else max(1, weekday - _FRIDAY)
    local = datetime.combine(day - timedelta(days=back), _DEADLINE, NEW_YORK)
    return (local - timedelta(seconds=60 + spread % (13 * 3600))).astimezone(UTC)
