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
LOOKED_AT = 200
#: the repeat stands among the first papers of the list, but not first
_FIRST, _LAST = 1, 7
#: how far a repeat may be from the probabilities of a list where it has no place of its own
_BEYOND = 0.1
#: papers of a list whose repeats its numbers have already
_AHEAD = 60
#: rows of the list that a place is looked for in; a list with fewer has no others
ROWS = 30
_EVER = datetime(1991, 8, 14, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placed:
    """A paper that is not of the list, and its place in it, from 0."""

    row: QueueRow
    place: int
    #: it waits for this person anyway, so the whole queue counts it already
    waits: bool = False
    #: the list itself has it, further down
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper that stands in a list of which it is not."""

    arxiv_id: str
    #: the papers that stood after it, in their order
    after: tuple[str, ...]

    def place_in(self, rows: Sequence[QueueRow]) -> int:
        """Return its place: before the first paper that stood after it; else the last."""
        behind = set(self.after)
        found = (at for at, row in enumerate(rows) if row.arxiv_id in behind)
        return next(found, len(rows))


@dataclass(frozen=True, slots=True)
class Due:
    """A repeat that is due."""

    #: decides which papers come first
    salt: str
    #: papers read since it became due
    over: int


@dataclass(frozen=True, slots=True)
class Turn:
    """How far a person has read towards the next repeat."""

    reviewer: str
    #: repeats before it
    number: int
    #: papers read since the last one
    read: int
    percent: int

    @property
    def due(self) -> Due | None:
        """The repeat, if it is due."""
        over = self.read - self.gap(self.number)
        return Due(f"{self.number}", over) if over >= 0 else None

    def gap(self, number: int) -> int:
        """Return how many papers are read before a repeat.

        It is that of the share in the mean, and irregular, so that no one can count: between half
        and one and a half of it, less what is read until a due repeat is at the top of the list.
        """
        part = 0.5 + place_of("gap", self.reviewer, str(number))
        return max(1, round((100 / self.percent - 1) * part) - (_FIRST + _LAST) // 2)

    def coming(self, papers: int) -> int:
        """Return how many repeats come among so many papers of a list, the next 60 at most.

        The numbers of a list have them from the start. They would stand still otherwise when a
        repeat comes up.
        """
        ahead, found = self.gap(self.number) - self.read, 0
        while ahead < min(papers, _AHEAD) - 1:
            found += 1
            ahead = max(ahead, 0) + self.gap(self.number + found)
        return found


def turn_of(store: Store, reviewer: str, rules: TeamRules) -> Turn | None:
    """Return how far a person has read; None: nothing is repeated."""
    if not rules.repeats:
        return None
    number, since = store.repeats.given(reviewer)
    read = store.repeats.read_since(reviewer, since or _EVER)
    return Turn(reviewer, number, read, rules.repeats)


def due(store: Store, reviewer: str, rules: TeamRules) -> Due | None:
    """Return the repeat that is due, or None."""
    turn = turn_of(store, reviewer, rules)
    return turn.due if turn else None


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
    return offered(store, reviewer, rules, now, salt=found.salt, arxiv_id=arxiv_id)


def offered(
    store: Store,
    reviewer: str,
    rules: TeamRules,
    now: datetime,
    *,
    salt: str,
    wanted: QueueFilter | None = None,
    arxiv_id: str | None = None,
) -> list[Candidate]:
    """Return the papers that the next repeat is chosen from.

    `wanted` are the conditions of a list; what it says of days and arrival no old paper fulfils.
    """
    return store.repeats.candidates(
        reviewer,
        until=now - rules.repeat_after,
        salt=f"{reviewer}\n{salt}\n",
        most=LOOKED_AT,
        wanted=wanted,
        arxiv_id=arxiv_id,
    )


def repeated_decision(
    store: Store, reviewer: str, rules: TeamRules, now: datetime, arxiv_id: str
) -> Candidate | None:
    """Return what a verdict on this paper would repeat, or None."""
    found = candidates(store, reviewer, rules, now, arxiv_id=arxiv_id) if rules.repeats else []
    return found[0] if found else None


def shows_age(wanted: QueueFilter) -> bool:
    """Return whether a list says when its papers came, so that an older one is seen to be older."""
    return bool(
        wanted.announced_from
        or wanted.announced_until
        or wanted.arrived_after
        or wanted.order == "newest"
    )


def place(
    rows: Sequence[QueueRow],
    able: Sequence[QueueRow],
    wanted: QueueFilter,
    found: Due,
    kept: Kept | None = None,
) -> Placed | None:
    """Return one of these papers and the place where it stands, or None if none fits.

    Args:
        rows: the first papers of the list.
        able: fulfil the conditions of the list; in the order of preference.
        wanted: the conditions and the order of the list.
        found: decides which of the first places is aimed at.
        kept: the one that stood in the list before; it stays, and comes nearer with each paper
            before it that is read, as any other paper of the list.
    """
    stays = next((one for one in able if kept and one.arxiv_id == kept.arxiv_id), None)
    if kept is not None and stays is not None:
        at = _at(rows, stays, wanted) if _is_sorted(wanted) else kept.place_in(rows)
        if at < ROWS:
            return Placed(stays, at)
    if not able or len(rows) <= _FIRST - bool(found.over):
        return None
    last = min(_LAST, len(rows) - 1)
    first = min(_FIRST, last)
    aim = _FIRST + int(place_of("place", found.salt) * (last - _FIRST + 1)) - found.over
    aim = max(first, aim)
    if wanted.order == "random":
        return Placed(able[0], aim)
    if not _is_sorted(wanted):
        near = min(able, key=lambda one: abs(one.in_scope - rows[aim].in_scope))
        seen = [row.in_scope for row in rows]
        fits = min(seen) - _BEYOND <= near.in_scope <= max(seen) + _BEYOND
        return Placed(near, aim) if fits else None
    places = {one.arxiv_id: _at(rows, one, wanted) for one in able}
    fits_in = [one for one in able if first <= places[one.arxiv_id] < min(len(rows), _LAST + 6)]
    if not fits_in and found.over:  # as likely as the first of the list, or a little more
        head = _key(rows[0], wanted)
        fits_in = [one for one in able if 0 <= head - _key(one, wanted) <= _BEYOND]
    if not fits_in:
        return None
    near = min(fits_in, key=lambda one: abs(_key(one, wanted) - _key(rows[aim], wanted)))
    return Placed(near, places[near.arxiv_id])


def _is_sorted(wanted: QueueFilter) -> bool:
    """Return whether the list is sorted by probability, so that each paper has its place in it."""
    return wanted.order not in {"mixed", "newest", "random"} and wanted.ids is None


def _at(rows: Sequence[QueueRow], one: QueueRow, wanted: QueueFilter) -> int:
    """Return the place of a paper in a sorted list."""
    return sum(_key(row, wanted) < _key(one, wanted) for row in rows)


def _key(one: QueueRow, wanted: QueueFilter) -> float:
    """Return the number that the list is sorted by, ascending."""
    return abs(one.in_scope - 0.5) if wanted.order == "uncertain" else -one.in_scope
