"""How many relevant papers are still unseen, from a random sample of the queue. Pure arithmetic."""

from dataclasses import dataclass

from scipy.special import betaincinv

#: what is suggested as enough, and how sure the estimate must be
ENOUGH_RECALL = 0.95
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an audit says of the papers nobody has read."""

    #: papers in the queue that nobody has decided
    unseen: int
    #: of them, expected relevant, with the bounds of the interval
    relevant: float
    low: float
    high: float
    #: share of all relevant papers that were found, worst case of the interval first
    recall_low: float
    recall: float
    #: enough is found, or less than one paper is left: reading on is unlikely to be worth it
    may_stop: bool


def estimate(*, sampled: int, relevant: int, unseen: int, found: int) -> Estimate:
    """Return the estimate from `relevant` of `sampled` papers drawn at random from the queue.

    Args:
        sampled: papers of the random order that were decided.
        relevant: how many of them were approved.
        unseen: papers of the same queue that nobody has decided.
        found: papers approved so far, from any order.

    The interval is Clopper and Pearson's (Biometrika 26, 1934): never shorter than promised.
    Without a sample nothing is known and the interval says so.
    """
    if not 0 <= relevant <= sampled:
        raise ValueError(f"{relevant} relevant of {sampled} sampled")
    tail = (1.0 - CONFIDENCE) / 2.0
    misses = sampled - relevant
    # Quantiles of beta distributions; `scipy.stats` would cost a second to import.
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
