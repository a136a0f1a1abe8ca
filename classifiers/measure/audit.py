"""Estimate the number of unseen relevant papers from a random sample of the queue."""

from dataclasses import dataclass

from scipy.special import betaincinv

#: suggested as enough, and the confidence of the interval
ENOUGH_RECALL = 0.95
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimate of an audit."""

    unseen: int
    #: expected, then the bounds of the interval
    relevant: float
    low: float
    high: float
    #: lower bound, then estimate
    recall_low: float
    recall: float
    #: enough was found, or less than one paper is left
    may_stop: bool


def estimate(*, sampled: int, relevant: int, unseen: int, found: int) -> Estimate:
    """Estimate the `unseen` relevant papers from `relevant` of `sampled` random ones.

    The interval is Clopper and Pearson's (Biometrika 26, 1934), which is never too short; it
    covers everything without a sample.
    """
    if not 0 <= relevant <= sampled:
        raise ValueError(f"{relevant} relevant of {sampled} sampled")
    tail = (1.0 - CONFIDENCE) / 2.0
    misses = sampled - relevant
    # Quantiles of beta distributions, because importing `scipy.stats` is slow.
    low = float(betaincinv(relevant, misses + 1, tail)) if relevant else 0.0
    high = float(betaincinv(relevant + 1, misses, 1.0 - tail)) if misses else 1.0
    share = relevant / sampled if sampled else 0.5
    return Estimate(
        unseen=unseen,
        relevant=share * unseen,
        low=low * unseen,
        high=high * unseen,
        recall_low=_recall(found, high * unseen),
        recall=_recall(found, share * unseen),
        may_stop=_recall(found, high * unseen) >= ENOUGH_RECALL or high * unseen < 1.0,
    )


def _recall(found: int, missing: float) -> float:
    return found / (found + missing) if found + missing else 1.0
