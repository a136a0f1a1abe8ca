"""Keep how many papers a person could be shown again, because finding them takes as long as a page.

The number says only how many repeats a list may count before they come up; the repeat that is shown
is looked for anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline.review.double.repeats import Turn
from storage.queue_filter import QueueFilter

_KEPT = timedelta(minutes=10)


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
