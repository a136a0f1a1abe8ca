"""Simulate reviewers with known error rates, and one whose standard drifts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from pipeline.review.agreement.kappa import Table
from pipeline.review.agreement.readings import Graded

_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def shares_of(
    prevalence: float, misses: tuple[float, float], wrong: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """Return the four shares of two reviewers who err independently of each other.

    Args:
        prevalence: share of relevant papers.
        misses: of relevant papers, the shares that each rejects.
        wrong: of others, the shares that each approves.
    """
    shares = np.zeros(4)
    for weight, rates in ((prevalence, [1 - one for one in misses]), (1 - prevalence, wrong)):
        one, other = rates
        cells = [one * other, one * (1 - other), (1 - one) * other, (1 - one) * (1 - other)]
        shares += weight * np.array(cells)
    return shares


def tables_of(
    shares: npt.NDArray[np.float64], papers: int, tables: int, *, seed: int
) -> Iterator[Table]:
    """Yield tables of so many papers drawn from these shares."""
    for cells in np.random.default_rng(seed).multinomial(papers, shares, size=tables):
        yield Table(*map(int, cells))


def drifting(
    seed: int,
    verdicts: int,
    *,
    odds: float,
    since: int = 10**9,
    mix_since: int = 10**9,
) -> list[Graded]:
    """Return the verdicts of a reviewer, three a day.

    He approves by a logistic function of the model's probability that is not the model's own. From
    verdict `since` on the odds of each approval change by `odds`; from `mix_since` on likelier
    papers arrive.
    """
    generator = np.random.default_rng(seed)
    numbers = np.arange(verdicts)
    chances = generator.beta(np.where(numbers < mix_since, 0.6, 1.5), 1.2)
    logits = 0.8 * np.log(chances / (1 - chances)) + 0.3
    logits = logits + np.where(numbers >= since, np.log(odds), 0.0)
    said = generator.random(verdicts) < 1 / (1 + np.exp(-logits))
    return [
        Graded(_BEGIN + timedelta(hours=8 * number), bool(approved), float(chance))
        for number, (approved, chance) in enumerate(zip(said, chances, strict=True))
    ]
