"""Cohen's kappa of two reviewers' verdicts, with an interval.

J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement
20 (1960), 37-46: kappa = (po - pe) / (1 - pe), with po the share of papers on which both say the
same and pe the share expected if each keeps his own rates and decides by lot.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: below this number of papers with two verdicts nothing is said
FEWEST = 30
#: kappa is warned of if both approve or both reject at least this share of all
SKEWED = 0.9
#: draws of an interval
_DRAWS = 10_000
_SEED = 20_260_301

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """Papers by the verdicts of two reviewers, without deferrals."""

    both_approve: int
    only_first: int
    only_second: int
    both_reject: int

    @property
    def papers(self) -> int:
        """The number of papers."""
        return self.both_approve + self.only_first + self.only_second + self.both_reject

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """The four cells in the order of the fields."""
        return self.both_approve, self.only_first, self.only_second, self.both_reject


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance: 1 always, 0 as by lot, below 0 less than by lot."""

    kappa: float
    #: 95 % interval
    low: float
    high: float
    #: the share of papers with equal verdicts
    observed: float
    #: nearly all papers have the same verdict, so that few papers decide on kappa
    skewed: bool


def kappa_of(table: Table) -> Kappa | None:
    """Return kappa with its interval; None with fewer than FEWEST papers.

    The interval holds the middle 95 % of kappa under the Dirichlet distribution of the four shares
    given the counts and Jeffreys' prior (one half in each cell), as in S. Basu, M. Banerjee and
    A. Sen, Bayesian inference for kappa from single and multiple studies, Biometrics 56 (2000),
    577-582; by 10,000 draws from a fixed seed. The interval by the asymptotic standard error covers
    too seldom while few papers are approved (docs/study/measurements.md).

    Without a prevalence of both verdicts kappa has no value: then it is that of the interval's
    middle draw.
    """
    if table.papers < FEWEST:
        return None
    counts = np.asarray(table.counts, dtype=np.float64)
    generator = np.random.default_rng(_SEED)
    drawn = kappa_values(generator.dirichlet(counts + 0.5, size=_DRAWS))
    low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975])
    value = float(kappa_values(counts / counts.sum()))
    share = max(table.both_approve, table.both_reject) / table.papers
    if not np.isfinite(value):
        value = float(middle)
    return Kappa(
        kappa=value,
        # at its ends kappa itself would be outside of the middle 95 %
        low=min(float(low), value),
        high=max(float(high), value),
        observed=(table.both_approve + table.both_reject) / table.papers,
        skewed=share >= SKEWED,
    )


def kappa_values(shares: Floats) -> Floats:
    """Return kappa of tables; the last axis has the four shares. NaN where chance explains all."""
    a, b, c, d = (shares[..., cell] for cell in range(4))
    chance = (a + b) * (a + c) + (c + d) * (b + d)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((a + d - chance) / (1 - chance), dtype=np.float64)


def standard_error(table: Table) -> float:
    """Return the asymptotic standard error of kappa.

    J. L. Fleiss, J. Cohen, B. S. Everitt, Large sample standard errors of kappa and weighted kappa,
    Psychological Bulletin 72 (1969), 323-327, equation 13. Used to compare intervals.
    """
    a, b, c, d = (count / table.papers for count in table.counts)
    rows, columns = (a + b, c + d), (a + c, b + d)
    observed, chance = a + d, rows[0] * columns[0] + rows[1] * columns[1]
    equal = sum(
        share * ((1 - chance) - (rows[k] + columns[k]) * (1 - observed)) ** 2
        for k, share in enumerate((a, d))
    )
    other = (1 - observed) ** 2 * (
        b * (columns[0] + rows[1]) ** 2 + c * (columns[1] + rows[0]) ** 2
    )
    rest = (observed * chance - 2 * chance + observed) ** 2
    variance = max(equal + other - rest, 0.0) / (table.papers * (1 - chance) ** 4)
    return float(np.sqrt(variance))
