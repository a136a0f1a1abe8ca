"""Measure how long a reviewer takes for a paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

#: seconds; a longer pause ends a sitting
LONGEST = 300.0
#: seconds; no person reads in less, so these decisions came from a file
SHORTEST = 1.0
#: seconds a paper until enough is measured: fifty papers in ten minutes
ASSUMED = 12.0
#: gaps from which the median is used
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """The time for a paper."""

    seconds: float
    #: measured gaps between two decisions of one sitting
    gaps: int

    @property
    def is_measured(self) -> bool:
        """Whether `seconds` is a measured median, not an assumption."""
        return self.gaps >= ENOUGH

    def minutes(self, papers: float) -> float:
        """Return the minutes for some papers."""
        return papers * self.seconds / 60


def pace_of(gaps: Iterable[float]) -> Pace:
    """Return the pace from the seconds between consecutive decisions of one reviewer.

    Gaps above five minutes are pauses and left out, those below one second too.
    """
    counted = [gap for gap in gaps if SHORTEST <= gap <= LONGEST]
    seconds = median(counted) if len(counted) >= ENOUGH else ASSUMED
    return Pace(seconds, len(counted))
