"""Say up to when a hub's papers of a set are complete, and refuse days that it never read.

The answer is dated with that moment instead of the present one. A survey takes it for the moment up
to which it knows everything: its next harvest begins there, and its ledger counts no later day as
proven. So a hub that is late delays its surveys and hides nothing from them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from pipeline.ingest.coverage import covered, covers, uncovered
from pipeline.ingest.protocol.holdings import RefusedError, Window
from storage.harvests import Harvest

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def complete_until(harvests: Sequence[Harvest], sets: Sequence[str], window: Window) -> datetime:
    """Return up to when all papers of a window are held.

    Args:
        harvests: the hub's windows that were read to their end.
        sets: that the hub harvests.
        window: what is asked for.

    Raises:
        RefusedError: the hub does not harvest this set, or did not read some of these days.
    """
    name = window.set_name
    held = ", ".join(sets)
    if name is None:
        raise RefusedError(f"This hub holds a part of arXiv: name one of its sets ({held})")
    if not any(covers(wider, name) for wider in sets):
        raise RefusedError(f"This hub does not harvest the set {name}; it harvests {held}")
    until = known_until(harvests, name)
    if until is None:
        raise RefusedError(f"This hub has not read the set {name} yet; its next run does")
    last = min(window.last, until.date() - _DAY)
    for span in uncovered(covered(harvests, name), window.first, last):
        if span.announcement_days:
            raise RefusedError(
                f"This hub never read {name} of {span}; on the hub, living-survey backfill"
                f" --from {span.first} --until {span.last} brings it"
            )
    return until


def known_until(harvests: Sequence[Harvest], name: str) -> datetime | None:
    """Return the last moment of a set that the harvests reach; None: it was never read.

    An empty answer on days with announcements reaches nothing until arXiv gave it on two days.
    """
    reached = [
        one.answered_at.astimezone(UTC)
        for one in harvests
        if covers(one.set_name, name)
        and not one.empty
        and one.until_day >= one.answered_at.astimezone(UTC).date()
    ]
    if spans := covered(harvests, name):
        reached.append(_end(spans[-1].last))
    return max(reached, default=None)


def first_day(harvests: Sequence[Harvest], sets: Sequence[str]) -> date | None:
    """Return the first datestamp that any of these sets was read for."""
    days = [one.from_day for one in harvests if any(covers(one.set_name, name) for name in sets)]
    return min(days, default=None)


def _end(day: date) -> datetime:
    return datetime.combine(day + _DAY, time(), UTC) - _SECOND
