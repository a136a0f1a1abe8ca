"""Give a share its interval."""

from dataclasses import dataclass
from math import sqrt

#: of the normal distribution, for 95 % confidence
Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share, 0 to 1."""
        return self.count / self.of


def wilson(count: int, of: int) -> Share:
    """Return a share with Wilson's score interval.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of
    the American Statistical Association 22 (1927), 209-212. Unlike the interval by the standard
    error it covers as stated near 0 and 1 and with few papers.

    Raises:
        ValueError: `of` is 0.
    """
    if of < 1:
        raise ValueError("a share of nothing")
    share, z2 = count / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Share(count, of, max(0.0, middle - half), min(1.0, middle + half))
