"""How much of a ranking to read for a share of the relevant papers.

Imports no numpy, because `status` shows what `evaluate` measured.
"""

from dataclasses import dataclass

#: shares of the relevant papers to find
RECALLS = (0.95, 0.99)
#: with fewer relevant papers an interval reaches almost to the end
FEW_RELEVANT = 20


@dataclass(frozen=True, slots=True)
class ReadingDepth:
    """How much of a ranking to read for a share of the relevant papers."""

    recall: float
    #: share of the papers, and its 95 % interval
    share: float
    low: float
    high: float
    #: the probability at which reading ends, and those at the ends of the interval
    probability: float
    probability_high: float
    probability_low: float
