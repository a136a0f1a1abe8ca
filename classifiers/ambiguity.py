"""Decide when two probabilities are too close to choose; without numpy, for fast starts."""

from typing import Any

#: of the best: a second one from this share on is close to it
CLOSE_SHARE = 0.5


def close(best: Any, second: Any) -> Any:
    """Return whether a second probability is close to the best; of arrays, which ones are."""
    return second >= CLOSE_SHARE * best
