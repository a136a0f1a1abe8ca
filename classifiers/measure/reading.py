"""Measure how far a ranking must be read, and which suggestions can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr

from classifiers.measure.depths import RECALLS, ReadingDepth

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: of each side of the interval
_TAIL = 0.025
#: probabilities from which suggestions may be trusted
_LIMITS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
#: share that must be right, and fewest suggestions to say so
_TRUSTED, FEWEST_TRUSTED = 0.9, 20


@dataclass(frozen=True, slots=True)
class Trust:
    """Suggestions above a probability and how many of them were right."""

    above: float
    papers: int
    right: int


def reading_depths(chances: Floats, relevant: Bools) -> tuple[ReadingDepth, ...]:
    """Return the depths for `RECALLS`; empty without relevant papers.

    The interval lies between two of the relevant papers: the order statistics that enclose the
    quantile of their distribution with 95 % confidence, whatever the distribution (David and
    Nagaraja, Order Statistics, 2003, section 7.1). With too few relevant papers it ends at the last
    paper and at probability 0.
    """
    order = np.argsort(-chances, kind="stable")
    places = np.flatnonzero(relevant[order])
    count, papers = len(places), len(order)
    if not count:
        return ()

    def at(number: int) -> tuple[float, float]:
        """Return share and probability at the n-th relevant paper, from 1."""
        if number > count:
            return 1.0, 0.0
        place = int(places[max(1, number) - 1])
        return (place + 1) / papers, float(chances[order[place]])

    found = []
    for recall in RECALLS:
        below = bdtr(np.arange(count + 1, dtype=np.float64), count, recall)
        lower = int(np.searchsorted(below, _TAIL, side="right"))
        upper = int(np.searchsorted(below[:-1], 1.0 - _TAIL, side="left")) + 1
        share, probability = at(ceil(recall * count))
        low, high = at(lower), at(upper)
        found.append(
            ReadingDepth(
                recall,
                share,
                min(low[0], share),
                max(high[0], share),
                probability,
                max(low[1], probability),
                min(high[1], probability),
            )
        )
    return tuple(found)


def trusted(chances: Floats, right: Bools) -> Trust | None:
    """Return the lowest of some probabilities above which nine of ten suggestions are right.

    One wrong and one right suggestion are added, because the lowest passing limit is chosen among
    several. None: no limit passes with 20 suggestions.
    """
    for limit in _LIMITS:
        above = chances >= limit
        papers, hits = int(above.sum()), int((above & right).sum())
        if papers >= FEWEST_TRUSTED and (hits + 1) / (papers + 2) >= _TRUSTED:
            return Trust(limit, papers, hits)
    return None


def depth_for(depths: Sequence[ReadingDepth], recall: float) -> ReadingDepth | None:
    """Return the depth for a recall, if measured."""
    return next((depth for depth in depths if depth.recall == recall), None)
