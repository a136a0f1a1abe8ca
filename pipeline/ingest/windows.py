"""Windows of OAI-PMH: the sets and days that the next request asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.store import OpenStore, Store

#: Days in one backfill window: long enough to fill pages of 1,300 records, short enough that all
#: pages come within the UTC day for which arXiv promises to accept its resumption tokens.
WINDOW_DAYS = 7
#: days that `fetch` asks for in one window
_ONE_WINDOW_DAYS = 14
_SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Window:
    """One OAI request: a set and the datestamps from..until, both inclusive."""

    set_name: str
    from_day: date
    until_day: date | None = None

    def __str__(self) -> str:
        """Return it as cursors and messages name it."""
        return f"{self.set_name} {self.from_day}..{self.until_day or ''}"


def next_windows(
    open_store: OpenStore, sets: Sequence[str], *, today: date, overlap_days: int
) -> list[Window]:
    """Return what `fetch` asks for: each set from its first day, the last window without an end."""
    with open_store() as store:
        first_days = next_first_days(store, sets, today=today, overlap_days=overlap_days)
    return [
        window for name, day in first_days.items() for window in windows_until(name, day, today)
    ]


def windows_until(set_name: str, first_day: date, today: date) -> list[Window]:
    """Return the windows of a set up to now: one, or after a long pause whole weeks before it.

    Each week that was read stays read, so that a catch-up of months can be interrupted.
    """
    closed: list[Window] = []
    if (today - first_day).days > _ONE_WINDOW_DAYS:
        weeks = backfill_windows(set_name, first_day, today - timedelta(days=WINDOW_DAYS))
        closed = [
            week for week in weeks if week.until_day and week.until_day.isoweekday() == _SUNDAY
        ]
    last = closed[-1].until_day if closed else None
    return [*closed, Window(set_name, last + timedelta(days=1) if last else first_day)]


def next_first_days(
    store: Store, sets: Sequence[str], *, today: date, overlap_days: int
) -> dict[str, date]:
    """Return by set the first day the next `fetch` asks for: its cursor less the overlap."""
    cursors = {name: store.cursors.get(cursor_name(name)) for name in sets}
    overlap = timedelta(days=overlap_days)
    return {
        name: min(date.fromisoformat(cursor) if cursor else today, today) - overlap
        for name, cursor in cursors.items()
    }


def cursor_name(set_name: str) -> str:
    """Return the name under which the day of a set's last complete harvest is stored."""
    return f"oai:{set_name}"


def backfill_windows(set_name: str, from_day: date, until_day: date) -> Iterator[Window]:
    """Cut a past window at ISO weeks, so that calls with other days share complete weeks."""
    start = from_day
    while start <= until_day:
        week_end = start + timedelta(days=WINDOW_DAYS - start.isoweekday())
        yield Window(set_name, start, min(week_end, until_day))
        start = week_end + timedelta(days=1)
