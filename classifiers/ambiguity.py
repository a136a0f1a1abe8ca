"""Decide when figures are too close to choose, or have shifted; without numpy, for fast starts."""

from typing import Any

#: of the best: a second one from this share on is close to it
CLOSE_SHARE = 0.5
#: population stability index from which a shift is reported, by convention
NOTABLE_SHIFT = 0.25


def close(best: Any, second: Any) -> Any:
    """Return whether a second probability is close to the best; of arrays, which ones are."""
    return second >= CLOSE_SHARE * best
