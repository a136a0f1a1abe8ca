"""The ledger of announcement days: expected days, late papers, closed gaps, overdue days."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.runtime.ending import ended
from storage.acceptances import Acceptance
from storage.arrivals import Arrival, LateArrival
from storage.calendar import announcement_day, announcement_days, due_day, feed_instant
from storage.store import Store
from storage.types import LedgerDay, LedgerStatus

#: time after its feed was built when an incomplete day counts as overdue
GRACE = timedelta(hours=36)
#: days that are checked and shown; older ones stay in the view
WATCHED_DAYS = 14
#: days back to which feeds are expected; a machine is not off for longer
EXPECTED_DAYS = 366
#: announcement days of delay from which a paper is late; a delay of one day is ordinary
LATE_AFTER = 2
#: days before the watched ones in which a feed may have announced a late paper
_MEMORY_DAYS = 60
#: IDs named in one sentence
_NAMED = 10


@dataclass(frozen=True, slots=True)
class OverdueDay:
    """A day that is not complete although its grace period is over."""

    day: date
    #: announced papers that are not stored
    missing: tuple[str, ...]
    #: categories without a usable feed: not read, empty or stale
    unknown: tuple[str, ...]
    #: categories with an incomplete feed: unreadable items, or cut off
    untold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What the ledger says after a fetch."""

    #: papers newly found to have been stored days after their announcement
    late: int
    overdue: tuple[OverdueDay, ...]


def refresh_ledger(store: Store, categories: Sequence[str], *, now: datetime) -> LedgerReport:
    """Record expected days without a feed and late papers; return the overdue days."""
    today = announcement_day(now)
    first = store.ledger.first_days()
    oldest = today - timedelta(days=EXPECTED_DAYS)
    expected = (
        (day, category)
        for category in categories
        for day in announcement_days(max(first.get(category, today), oldest), today)
    )
    store.ledger.expect(expected, noted_at=now)
    days = store.ledger.days(today - timedelta(days=_MEMORY_DAYS))
    read = {(day.day, day.category) for day in days if day.announced}
    since = feed_instant(today - timedelta(days=WATCHED_DAYS))
    arrivals = store.arrivals.perhaps_late(
        since, submitted_since=since - timedelta(days=_MEMORY_DAYS)
    )
    late = store.arrivals.note_late(late_arrivals(arrivals, read), noted_at=now)
    accepted = store.acceptances.standing(today - timedelta(days=WATCHED_DAYS))
    return LedgerReport(late, overdue_days(days, categories, now, accepted=accepted))


def close_gaps(
    store: Store, sets: Sequence[str], from_day: date, until_day: date, *, answered_at: datetime
) -> None:
    """Mark days with an incomplete feed as complete, because OAI's list of them was read whole.

    `answered_at` is when OAI answered for these days in all `sets`, after the last of them ended.
    """
    proven = [
        (day, category)
        for day, category in store.ledger.gaps(from_day, until_day)
        if any(_covers(name, category) for name in sets)
    ]
    store.ledger.close_gaps(proven, closed_at=answered_at)


def _covers(set_name: str, category: str) -> bool:
    """Return whether a set holds all papers of a category, as `cs`, `cs:cs`, `cs:cs:CV` do cs.CV.

    An archive of the group `physics` with its own name (hep-th) is covered by its own set only.
    """
    group, *rest = set_name.split(":")
    archive = rest[0] if rest else group
    named = f"{archive}.{rest[1]}" if len(rest) > 1 else None
    return category == named if named else category.partition(".")[0] == archive


def overdue_now(store: Store, categories: Collection[str], now: datetime) -> tuple[OverdueDay, ...]:
    """Return the overdue days of now, oldest first; of a survey that ended none."""
    if ended(store.freezes.standing(), now.date()):
        return ()
    since = announcement_day(now) - timedelta(days=WATCHED_DAYS)
    return overdue_days(
        store.ledger.days(since), categories, now, accepted=store.acceptances.standing(since)
    )


def overdue_days(
    days: Iterable[LedgerDay],
    categories: Collection[str],
    now: datetime,
    *,
    accepted: Iterable[Acceptance] = (),
) -> tuple[OverdueDay, ...]:
    """Return the watched days that are not complete 36 hours after their feed, oldest first.

    A day whose feed was never read cannot become complete; `backfill` ends its being overdue, and
    so does a person who accepts it. Papers that were not missing then are overdue all the same.
    """
    answered = {(one.day, one.category): set(one.missing) for one in accepted}
    oldest = announcement_day(now) - timedelta(days=WATCHED_DAYS)
    missing: dict[date, set[str]] = {}
    unknown: dict[date, list[str]] = {}
    untold: dict[date, list[str]] = {}
    for day in days:
        watched = day.category in categories and day.day >= oldest
        if not watched or now < feed_instant(day.day) + GRACE:
            continue
        if day.status is LedgerStatus.INCOMPLETE:
            if lacking := set(day.missing) - answered.get((day.day, day.category), set()):
                missing.setdefault(day.day, set()).update(lacking)
        elif (day.day, day.category) in answered:
            continue
        elif day.status is LedgerStatus.UNKNOWN and day.backfilled_at is None:
            kind = untold if day.untold else unknown
            kind.setdefault(day.day, []).append(day.category)
    return tuple(
        OverdueDay(day, *(tuple(sorted(kind.get(day, ()))) for kind in (missing, unknown, untold)))
        for day in sorted(missing.keys() | unknown.keys() | untold.keys())
    )


def overdue_sentence(overdue: Sequence[OverdueDay]) -> str:
    """Return in one sentence which days are not complete and why.

    Days with the same reason are named together, because a machine that was off misses many.
    """
    alike: dict[str, list[str]] = {}
    for day in overdue:
        said = []
        if day.missing:
            more = len(day.missing) - _NAMED
            named = ", ".join(day.missing[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            said.append(f"missing {named}")
        if day.unknown:
            said.append(f"no usable feed of {', '.join(day.unknown)}")
        if day.untold:
            said.append(f"an incomplete feed of {', '.join(day.untold)}")
        alike.setdefault("; ".join(said), []).append(str(day.day))
    parts = (f"{', '.join(days)} ({said})" for said, days in alike.items())
    count = (
        "1 announcement day is" if len(overdue) == 1 else f"{len(overdue)} announcement days are"
    )
    return f"{count} not complete after 36 hours: {', '.join(parts)}."


def overdue_remedy(overdue: Sequence[OverdueDay]) -> str:
    """Return what to do about overdue days."""
    remedies = []
    missing = [arxiv_id for day in overdue for arxiv_id in day.missing]
    unknown = [day.day for day in overdue if day.unknown or day.untold]
    if missing:
        ids = " ".join(missing[:_NAMED])
        remedies.append(
            f"`living-survey add {ids}` asks for the papers again; if arXiv has removed one,"
            f" `living-survey ledger accept {min(day.day for day in overdue if day.missing)}"
            ' --because "removed by arXiv"` ends the report.'
        )
    if unknown:
        remedies.append(
            f"arXiv does not serve past feeds: `living-survey backfill --from {min(unknown)}"
            f" --until {max(unknown)}` brings the papers and completes these days."
        )
    return " ".join(remedies)


def accepted_days(standing: Iterable[Acceptance]) -> dict[str, Acceptance]:
    """Return one sentence for each day and answer, without a full stop, with its acceptance."""
    categories: dict[tuple[date, str, str], list[Acceptance]] = {}
    for one in standing:
        categories.setdefault((one.day, one.reason, one.accepted_by), []).append(one)
    return {
        f"{day} ({', '.join(one.category for one in same)}) is accepted by {person} since"
        f" {same[0].accepted_at:%Y-%m-%d}: {reason.rstrip('.')}": same[0]
        for (day, reason, person), same in categories.items()
    }


def late_arrivals(
    arrivals: Iterable[Arrival], read: Collection[tuple[date, str]]
) -> list[LateArrival]:
    """Return which papers came late: announced before they were stored, or held in moderation.

    Moderation is only recognised on the days and categories in `read`, whose feed was read.
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
    """Return the number of announcement days after `first` up to and including `last`."""
    return len(announcement_days(first + timedelta(days=1), last)) if last > first else 0
