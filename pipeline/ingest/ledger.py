"""The ledger brought up to date: silent days made visible, late papers noted, overdue days named.

Asks the database only, so it also runs when no source answered.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.ingest.calendar import announcement_day, announcement_days, due_day, feed_instant
from storage.arrivals import Arrival, LateArrival
from storage.store import Store
from storage.types import LedgerDay, LedgerStatus

#: a day that is not complete so long after its feed was built is an operator's business
GRACE = timedelta(hours=36)
#: days the ledger is watched and shown; what is older stays in the view
WATCHED_DAYS = 14
#: a paper is late from so many announcement days after its own on: one is an ordinary delay
LATE_AFTER = 2
#: how far back a due day is still known to have been read
_MEMORY_DAYS = 60
#: as `overdue_sentence` begins, at the end of a run's error
_OVERDUE = re.compile(
    r"(?:; )?\b\d+ announcement days? (?:is|are) not complete after 36 hours: .*", re.DOTALL
)
#: ids named in one sentence
_NAMED = 10


@dataclass(frozen=True, slots=True)
class OverdueDay:
    """A day that should be complete by now and is not."""

    day: date
    #: announced papers we do not hold
    missing: tuple[str, ...]
    #: categories of which nothing is known: no feed was read, or it was empty or stale
    unknown: tuple[str, ...]
    #: categories whose feed did not tell all: items nobody could read, or it was cut off
    untold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What the ledger says after a fetch."""

    #: papers newly found to have come days after the announcement they belonged to
    late: int
    overdue: tuple[OverdueDay, ...]


def refresh_ledger(
    store: Store, categories: Sequence[str], *, clock: Callable[[], datetime]
) -> LedgerReport:
    """Write down expected days nobody read and papers that came late; return what is overdue."""
    now = clock()
    today = announcement_day(now)
    first = store.ledger.first_days()
    expected = (
        (day, category)
        for category in categories
        for day in announcement_days(first.get(category, today), today)
    )
    store.ledger.expect(expected, noted_at=now)
    days = store.ledger.days(today - timedelta(days=_MEMORY_DAYS))
    read = {(day.day, day.category) for day in days if day.announced}
    since = feed_instant(today - timedelta(days=WATCHED_DAYS))
    arrivals = store.arrivals.perhaps_late(
        since, submitted_since=since - timedelta(days=_MEMORY_DAYS)
    )
    late = store.arrivals.note_late(late_arrivals(arrivals, read), noted_at=now)
    return LedgerReport(late, overdue_days(days, categories, now))


def overdue_days(
    days: Iterable[LedgerDay], categories: Collection[str], now: datetime
) -> tuple[OverdueDay, ...]:
    """Return the watched days that are not complete 36 hours after their feed, oldest first.

    A day whose feed nobody read can never become complete: it stops being overdue when a
    `backfill` has harvested it.
    """
    oldest = announcement_day(now) - timedelta(days=WATCHED_DAYS)
    missing: dict[date, set[str]] = {}
    unknown: dict[date, list[str]] = {}
    untold: dict[date, list[str]] = {}
    for day in days:
        watched = day.category in categories and day.day >= oldest
        if not watched or now < feed_instant(day.day) + GRACE:
            continue
        if day.status is LedgerStatus.INCOMPLETE:
            missing.setdefault(day.day, set()).update(day.missing)
        elif day.status is LedgerStatus.UNKNOWN and day.backfilled_at is None:
            kind = untold if day.untold else unknown
            kind.setdefault(day.day, []).append(day.category)
    return tuple(
        OverdueDay(day, *(tuple(sorted(kind.get(day, ()))) for kind in (missing, unknown, untold)))
        for day in sorted(missing.keys() | unknown.keys() | untold.keys())
    )


def overdue_sentence(overdue: Sequence[OverdueDay]) -> str:
    """Return which days are not complete and why, in one sentence.

    Days that lack the same are named together: a machine that was off lacks everything of each.
    """
    alike: dict[str, list[str]] = {}
    for day in overdue:
        said = []
        if day.missing:
            more = len(day.missing) - _NAMED
            named = ", ".join(day.missing[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            said.append(f"missing {named}")
        if day.unknown:
            said.append(f"nothing is known of {', '.join(day.unknown)}")
        if day.untold:
            said.append(f"the feed of {', '.join(day.untold)} could not be read whole")
        alike.setdefault("; ".join(said), []).append(str(day.day))
    parts = (f"{', '.join(days)} ({said})" for said, days in alike.items())
    count = (
        "1 announcement day is" if len(overdue) == 1 else f"{len(overdue)} announcement days are"
    )
    return f"{count} not complete after 36 hours: {', '.join(parts)}."


def without_overdue(error: str) -> str:
    """Return what else a run failed by: what is overdue now is the ledger's to say."""
    return _OVERDUE.sub("", error)


def overdue_remedy(overdue: Sequence[OverdueDay]) -> str:
    """Return what to do about overdue days."""
    remedies = []
    missing = [arxiv_id for day in overdue for arxiv_id in day.missing]
    unknown = [day.day for day in overdue if day.unknown or day.untold]
    if missing:
        ids = " ".join(missing[:_NAMED])
        remedies.append(
            f"`living-survey add {ids}` asks for the papers again; one that arXiv does not have"
            f" any more is named until {WATCHED_DAYS} days have passed."
        )
    if unknown:
        remedies.append(
            f"arXiv does not serve past feeds: `living-survey backfill --from {min(unknown)}"
            f" --until {max(unknown)}` brings the papers and settles the matter."
        )
    return " ".join(remedies)


def late_arrivals(
    arrivals: Iterable[Arrival], read: Collection[tuple[date, str]]
) -> list[LateArrival]:
    """Return which papers came late: announced before we held them, or held in moderation.

    Whether moderation held a paper is only known where the feed it should have stood in was read:
    `read` has these days and categories.
    """
    late = []
    for paper in arrivals:
        seen = announcement_day(paper.first_seen_at)
        if paper.announced_day and _days_between(paper.announced_day, seen) >= LATE_AFTER:
            late.append(LateArrival(paper.arxiv_id, paper.announced_day, seen))
            continue
        due = due_day(paper.submitted_at)
        arrived = paper.announced_day or seen
        if (due, paper.primary_category) in read and _days_between(due, arrived) >= LATE_AFTER:
            late.append(LateArrival(paper.arxiv_id, due, arrived))
    return late


def _days_between(first: date, last: date) -> int:
    """Return how many announcement days lie after `first`, up to and including `last`."""
    return len(announcement_days(first + timedelta(days=1), last)) if last > first else 0
