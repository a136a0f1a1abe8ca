"""Keep what lists of a person have of papers shown again, between one page and the next.

How many papers could be shown again is kept because finding them takes as long as a page; it says
only how many repeats a list may count before they come up. The paper that stands in a list is kept
so that it stays until it is read: the list changes with each verdict, and with it which one fits
best.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline.review.double.repeats import Due, Kept, Placed, Turn
from storage.queue_filter import QueueFilter, QueueRow

_KEPT = timedelta(minutes=10)
#: lists of one person whose paper is kept
_LISTS = 64


@dataclass(frozen=True, slots=True)
class _Number:
    wanted: QueueFilter
    #: repeats that were given
    number: int
    until: datetime
    able: int


@dataclass(frozen=True, slots=True)
class AbleNumbers:
    """The last number of each person, shared by all threads."""

    _kept: dict[str, _Number] = field(default_factory=dict)

    def of(self, turn: Turn, wanted: QueueFilter, now: datetime, count: Callable[[], int]) -> int:
        """Return the number for a list; `count` finds it if it is not known."""
        # which papers wait meanwhile says nothing of those that were decided long ago
        wanted = replace(wanted, without=frozenset())
        kept = self._kept.get(turn.reviewer)
        if kept and (kept.wanted, kept.number) == (wanted, turn.number) and now < kept.until:
            return kept.able
        found = count()
        self._kept[turn.reviewer] = _Number(wanted, turn.number, now + _KEPT, found)
        return found


@dataclass(frozen=True, slots=True)
class PlacedPapers:
    """The paper that stands in each list of each person, shared by all threads."""

    _kept: dict[str, dict[tuple[str, QueueFilter], Kept]] = field(default_factory=dict)

    def of(self, reviewer: str, found: Due, wanted: QueueFilter) -> Kept | None:
        """Return what stood in a list since the same paper became due, or None."""
        return self._kept.get(reviewer, {}).get(_list_of(found, wanted))

    def keep(
        self,
        reviewer: str,
        found: Due,
        wanted: QueueFilter,
        placed: Placed,
        rows: Sequence[QueueRow],
    ) -> None:
        """Keep what stands in a list, of which these are the first papers."""
        key, mine = _list_of(found, wanted), self._kept.get(reviewer, {})
        after = tuple(row.arxiv_id for row in rows[placed.place :])
        others = [(one, kept) for one, kept in mine.items() if one != key]
        new = {key: Kept(placed.row.arxiv_id, after)}
        self._kept[reviewer] = {**dict(others[-_LISTS + 1 :]), **new}


def _list_of(found: Due, wanted: QueueFilter) -> tuple[str, QueueFilter]:
    # a session's papers, and those closed to a person, become fewer or more with each verdict
    ids = None if wanted.ids is None else ()
    return found.salt, replace(wanted, without=frozenset(), ids=ids)
