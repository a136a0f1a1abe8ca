"""Count the announcement days on which nothing new came."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.calendar import announcement_day, announcement_days
from storage.store import Store

#: announcement days without a new paper from which that is a fault
SILENT_DAYS = 3


@dataclass(frozen=True, slots=True)
class Silence:
    """How long nothing new has come."""

    #: announcement days after the newest paper, today's among them
    days: int
    #: the day on which the newest paper was first seen; None: no paper ever came
    last: date | None


def silence_now(store: Store, now: datetime) -> Silence | None:
    """Return how long nothing new has come; None before the first feed was read."""
    first_days = store.ledger.first_days()
    if not first_days:
        return None
    last = store.arrivals.last()
    return silence_on(
        announcement_day(now),
        last=None if last is None else announcement_day(last),
        began=min(first_days.values()),
    )


def silence_on(today: date, *, last: date | None, began: date) -> Silence:
    """Return the silence on a day; before the first paper it counts from the first feed on."""
    since = began if last is None else last + timedelta(days=1)
    return Silence(len(announcement_days(since, today)), last)
