"""Choose the paper that a person reads again without being reminded of his verdict.

Nothing is stored before the answer: what is due follows from what was read since the last repeat,
so a page can be opened any number of times, and no GET changes anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.review.double.rules import TeamRules, place_of
from storage.queue_filter import QueueFilter, QueueRow
from storage.repeats import Candidate
from storage.store import Store

#: candidates that a place in the list is looked for
_LOOKED_AT = 200
#: the repeat stands among the first papers of the list, but not first
_FIRST, _LAST = 1, 7
_EVER = datetime(1991, 8, 14, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placed:
    """A repeated paper and its place in the list, from 0."""

    candidate: Candidate
    place: int


@dataclass(frozen=True, slots=True)
class Due:
    """A repeat that is due."""

    #: decides which papers come first
    salt: str
    #: papers read since it became due
    over: int


def due(store: Store, reviewer: str, rules: TeamRules) -> Due | None:
    """Return the repeat that is due, or None.

    The gap between two repeats is that of the share in the mean, and irregular, so that no one can
    count: between half and one and a half of it.
    """
    if not rules.repeats:
        return None
    last = store.repeats.last_of(reviewer)
    salt, since = last or ("", _EVER)
    gap = round((100 / rules.repeats - 1) * (0.5 + place_of("gap", reviewer, salt)))
    read = store.repeats.read_since(reviewer, since)
    return Due(salt or "first", read - gap) if read >= gap else None


def candidates(
    store: Store,
    reviewer: str,
    rules: TeamRules,
    now: datetime,
    *,
    arxiv_id: str | None = None,
) -> list[Candidate]:
    """Return the papers that may be repeated to this person now; none if no repeat is due."""
    found = due(store, reviewer, rules)
    if found is None:
        return []
    return store.repeats.candidates(
        reviewer,
        until=now - rules.repeat_after,
        salt=f"{reviewer}\n{found.salt}\n",
        most=_LOOKED_AT,
        arxiv_id=arxiv_id,
    )


def repeated_decision(
    store: Store, reviewer: str, rules: TeamRules, now: datetime, arxiv_id: str
) -> Candidate | None:
    """Return what a verdict on this paper would repeat, or None."""
    found = candidates(store, reviewer, rules, now, arxiv_id=arxiv_id) if rules.repeats else []
    return found[0] if found else None


def fits(wanted: QueueFilter) -> bool:
    """Return whether an old paper would not stand out in a list.

    It would among the papers of certain days, and where a search, an author, a question or a
    category was asked for, a person remembers what he looked for.
    """
    limited = (
        wanted.announced_from or wanted.announced_until or wanted.arrived_after or wanted.question
    )
    return not (limited or wanted.search or wanted.author or wanted.category) and (
        wanted.order != "newest"
    )


def place(
    rows: Sequence[QueueRow], offered: Sequence[Candidate], wanted: QueueFilter, found: Due
) -> Placed | None:
    """Return a candidate and the place where it stands in order, or None if none fits.

    Args:
        rows: the first papers of the list.
        offered: in the order of preference.
        wanted: the conditions of the list, which the candidate fulfils too.
        found: decides which of the first places is aimed at; with each paper that is read the
            repeat comes one place nearer, as any other paper of the list.
    """
    able = [one for one in offered if _fulfils(one, wanted)]
    if not fits(wanted) or not able or len(rows) <= _FIRST - bool(found.over):
        return None
    last = min(_LAST, len(rows) - 1)
    aim = max(0, _FIRST + int(place_of("place", found.salt) * (last - _FIRST + 1)) - found.over)
    if wanted.order == "random" or wanted.ids is not None:
        return Placed(able[0], aim)
    near = min(able, key=lambda one: abs(_key(one, wanted) - _key(rows[aim], wanted)))
    if wanted.order == "mixed":
        return Placed(near, aim)
    at = sum(_key(row, wanted) <= _key(near, wanted) for row in rows)
    first = 0 if found.over else _FIRST
    return Placed(near, at) if first <= at <= _LAST + 5 and at < len(rows) else None


def _key(one: Candidate | QueueRow, wanted: QueueFilter) -> float:
    """Return the number that the list is sorted by, ascending."""
    return abs(one.in_scope - 0.5) if wanted.order == "uncertain" else -one.in_scope


def _fulfils(one: Candidate, wanted: QueueFilter) -> bool:
    return (
        one.in_scope >= wanted.at_least
        and (wanted.below is None or one.in_scope < wanted.below)
        and wanted.section in (None, one.top_section)
    )
