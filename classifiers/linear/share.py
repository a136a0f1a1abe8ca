"""Estimate the share of undecided papers that are in scope.

Decisions estimate it by the expectation maximisation of Saerens et al. (Neural Computation 14,
2002), too low where approvals are clearer than other papers in scope. Papers that were drawn at
random from those that waited are the only decisions on papers that were not chosen. Their share is
weighted by the papers that each was drawn from, the inverse of its probability (Hajek's ratio), and
combined with the estimate in proportion to the evidence: a beta distribution around the estimate,
updated by as many verdicts as weights so unequal are worth (Kish's effective size).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.scoring import sigmoid

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: share of papers in scope that is assumed until decisions estimate it
SHARE = 0.25
#: log-odds per standard deviation of closeness to the taxonomy's words
CLOSENESS_SLOPE = 4.0
#: limits of a share estimated without draws; with draws, none and all are excluded only
SHARES = (0.005, 0.6)
#: log-odds beyond which a probability is 0 or 1
_WIDEST = 35.0
#: draws that an estimate without draws counts as (docs/study/trials.md, "calibration")
STRENGTH = 30.0


@dataclass(frozen=True, slots=True)
class Draws:
    """Verdicts on papers that were drawn at random."""

    wanted: Bools
    #: papers that waited when each was drawn; the inverse of its probability
    drawn_from: Ints

    @property
    def observed(self) -> float:
        """The share of papers in scope, weighted; nan without draws."""
        total = float(self.drawn_from.sum())
        return float(self.drawn_from[self.wanted].sum()) / total if total else float("nan")

    @property
    def evidence(self) -> float:
        """The number of draws of equal weight that tell as much."""
        weights = self.drawn_from.astype(np.float64)
        return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0

    def share(self, estimate: float) -> float:
        """Return the share by an estimate and the draws; the estimate itself without draws."""
        if not len(self.wanted):
            return estimate
        together = STRENGTH * estimate + self.evidence * self.observed
        share = together / (STRENGTH + self.evidence)
        return float(np.clip(share, SHARES[0], 1.0 - SHARES[0]))


def draws_among(wanted: Bools, drawn_from: Ints) -> Draws:
    """Return the draws among decisions; those of papers that were chosen have 0 papers."""
    drawn = drawn_from > 0
    return Draws(wanted[drawn], drawn_from[drawn])


def by_words(closeness: Floats, share: float = SHARE) -> Floats:
    """Return probabilities that grow with closeness to the taxonomy's words and have this mean."""
    if not len(closeness):
        return closeness
    deviation = float(closeness.std())
    slopes = CLOSENESS_SLOPE * (closeness - closeness.mean()) / (deviation or 1.0)
    return _shifted(slopes, share, _WIDEST)


def at_share(logits: Floats, share: float) -> Floats:
    """Return probabilities with this mean whose log-odds differ from these by a constant."""
    if not len(logits):
        return logits
    return _shifted(logits, share, _WIDEST + float(np.abs(logits).max()))


def at_its_share(logits: Floats, share: float) -> tuple[Floats, float]:
    """Return the stream's probabilities at its own share of papers in scope, and the share.

    `logits` are log-odds that hold where `share` of the papers are in scope.
    """
    found, prior = share, np.log(share / (1.0 - share))
    chances = sigmoid(logits)
    for _ in range(100 if len(logits) else 0):
        chances = sigmoid(logits - prior + np.log(found / (1.0 - found)))
        mean = float(np.clip(chances.mean(), *SHARES))
        if abs(mean - found) < 1e-4:
            break
        found = mean
    return chances, found


def _shifted(logits: Floats, share: float, most: float) -> Floats:
    """Return the probabilities of `at_share` for a constant of at most `most` either way."""
    from scipy import optimize  # noqa: PLC0415  slow, for training only

    def excess(shift: float) -> float:
        return float(sigmoid(logits + shift).mean()) - share

    return sigmoid(logits + optimize.brentq(excess, -most, most))
