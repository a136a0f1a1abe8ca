"""Depths of reading enclose the quantile, and only proven probabilities are trusted."""

import numpy as np
import pytest
from scipy.stats import norm

from classifiers.measure.reading import Trust, reading_depths, trusted


def ranked(relevant: int, others: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    margins = np.concatenate((draw.normal(1.5, 1.0, relevant), draw.normal(0.0, 1.0, others)))
    return 1.0 / (1.0 + np.exp(-margins)), np.arange(relevant + others) < relevant


def test_depth_is_where_the_share_of_relevant_papers_is_reached() -> None:
    chances = np.linspace(1.0, 0.0, 200)
    relevant = np.arange(200) % 2 == 0
    first, second = reading_depths(chances, relevant)
    # 95 of 100 relevant papers are among the first 189, 99 among the first 197.
    assert (first.share, second.share) == pytest.approx((189 / 200, 197 / 200))
    assert first.probability == chances[188]
    assert first.low < first.share < first.high
    assert second.high == 1.0
    assert second.probability_low == 0.0


def test_interval_reaches_the_end_with_few_relevant_papers() -> None:
    [first, second] = reading_depths(*ranked(10, 30, 1))
    assert (first.high, second.high) == (1.0, 1.0)
    assert reading_depths(np.asarray([0.5]), np.asarray([False])) == ()


@pytest.mark.parametrize("relevant", [20, 100, 400])
def test_interval_holds_its_confidence(relevant: int) -> None:
    held = np.zeros(2)
    for seed in range(300):
        for place, depth in enumerate(reading_depths(*ranked(relevant, 2 * relevant, seed))):
            true = 1.0 / (1.0 + np.exp(-(1.5 + norm.ppf(1.0 - depth.recall))))
            held[place] += depth.probability_low <= true <= depth.probability_high
    assert (held / 300 >= 0.93).all()


def test_lowest_proven_probability_is_trusted() -> None:
    chances = np.concatenate((np.full(40, 0.95), np.full(40, 0.85), np.full(40, 0.55)))
    right = np.concatenate((np.ones(40), np.ones(38), np.zeros(2), np.zeros(40))).astype(bool)
    assert trusted(chances, right) == Trust(0.6, 80, 78)
    assert trusted(chances[:19], right[:19]) is None
    assert trusted(chances, ~right) is None
