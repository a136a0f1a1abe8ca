"""The measures against hand-made values and reviewers with known error rates."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipeline.review.agreement.drift import BASELINE, FEWEST, drift_of
from pipeline.review.agreement.kappa import FEWEST as FEWEST_COMMON
from pipeline.review.agreement.kappa import Table, kappa_of, kappa_values, standard_error
from pipeline.review.agreement.readings import Graded
from pipeline.review.agreement.sections import alpha_of, masi
from pipeline.review.agreement.shares import wilson
from tests.support.readers import drifting, shares_of, tables_of

NOW = datetime(2026, 3, 17, tzinfo=UTC)


def test_kappa_of_a_hand_computed_table() -> None:
    # observed 0.70, by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.50
    found = kappa_of(Table(40, 10, 20, 30))
    assert found is not None
    assert (round(found.kappa, 10), found.observed) == (0.4, 0.7)
    assert found.low < 0.4 < found.high


def test_standard_error_of_the_published_formula() -> None:
    resampled = np.random.default_rng(1).multinomial(400, [0.4, 0.1, 0.2, 0.3], size=20_000) / 400
    spread = float(np.std(kappa_values(resampled)))
    assert standard_error(Table(160, 40, 80, 120)) == pytest.approx(spread, rel=0.03)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [(Table(30, 0, 0, 30), 1.0), (Table(0, 30, 30, 0), -1.0), (Table(15, 15, 15, 15), 0.0)],
)
def test_kappa_at_its_ends(table: Table, kappa: float) -> None:
    found = kappa_of(table)
    assert found is not None
    assert found.kappa == pytest.approx(kappa)


def test_kappa_of_one_verdict_only_is_said_to_be_open() -> None:
    found = kappa_of(Table(0, 0, 0, 60))
    assert found is not None
    assert found.skewed
    assert found.high - found.low > 0.5


def test_nothing_is_said_of_few_papers() -> None:
    assert kappa_of(Table(FEWEST_COMMON - 2, 0, 0, 1)) is None
    assert alpha_of([(frozenset("a"), frozenset("a"))] * 19) is None


@pytest.mark.parametrize("prevalence", [0.1, 0.25, 0.5])
@pytest.mark.parametrize("papers", [30, 100])
def test_true_kappa_is_inside_the_interval_as_often_as_stated(
    prevalence: float, papers: int
) -> None:
    truth = shares_of(prevalence, misses=(0.2, 0.15), wrong=(0.05, 0.1))
    kappa = float(kappa_values(truth))
    found = [kappa_of(table) for table in tables_of(truth, papers, 300, seed=7)]
    inside = [one.low <= kappa <= one.high for one in found if one is not None]
    # 95 % of 300, three standard errors below and above
    assert len(inside) == 300
    assert 0.91 <= np.mean(inside) <= 0.985


def test_masi_of_passonneau_s_cases() -> None:
    a, ab, bc, c = map(frozenset, ("a", "ab", "bc", "c"))
    assert masi(a, a) == 0
    assert masi(a, ab) == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert masi(ab, bc) == pytest.approx(1 - 1 / 3 * 1 / 3)
    assert masi(a, c) == 1
    assert masi(frozenset(), frozenset()) == 0


def test_alpha_of_single_sections_is_the_nominal_one() -> None:
    first, second = "aabbccddee" * 2, "aabbccddea" * 2
    pairs = [(frozenset(one), frozenset(other)) for one, other in zip(first, second, strict=True)]
    values = first + second
    differ = sum(one != other for one in values for other in values)
    expected = differ / (len(values) * (len(values) - 1))
    found = alpha_of(pairs)
    assert found is not None
    assert found.alpha == pytest.approx(1 - (2 / 20) / expected)
    assert found.low < found.alpha < found.high
    assert found.same == 18


def test_alpha_counts_an_overlap_as_a_part() -> None:
    agreed = [(frozenset(one), frozenset(one)) for one in "abc" * 10]
    a, b, ab = map(frozenset, ("a", "b", "ab"))
    found = [alpha_of(agreed + [pair] * 10) for pair in ((a, b), (a, ab), (a, a))]
    alphas = [one.alpha for one in found if one]
    assert alphas == sorted(set(alphas))
    assert alphas[-1] == 1


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 20, 0.0, 0.161), (19, 20, 0.764, 0.991)]
)
def test_wilson_at_the_edges(count: int, of: int, low: float, high: float) -> None:
    found = wilson(count, of)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


def test_wilson_covers_as_stated() -> None:
    drawn = np.random.default_rng(3).binomial(25, 0.9, size=4_000)
    inside = [(one := wilson(int(count), 25)).low <= 0.9 <= one.high for count in drawn]
    assert 0.93 <= np.mean(inside) <= 0.98


def test_drift_of_a_constant_reviewer_is_seldom_found() -> None:
    found = [drift_of(drifting(seed, 1_200, odds=1.0)) for seed in range(60)]
    assert sum(one is not None and one.direction is not None for one in found) <= 8  # 5 % of 60


@pytest.mark.parametrize(("odds", "direction"), [(3.0, "more generous"), (1 / 3, "stricter")])
def test_drift_of_known_size_is_found_soon(odds: float, direction: str) -> None:
    delays = []
    for seed in range(20):
        found = drift_of(drifting(seed, 1_000, odds=odds, since=400))
        assert found is not None
        assert found.direction == direction
        assert found.found_after is not None
        delays.append(found.found_after - (400 - BASELINE))
    assert np.median(delays) <= 180
    assert min(delays) > 0


def test_another_mix_of_papers_is_no_drift() -> None:
    found = [drift_of(drifting(seed, 1_000, odds=1.0, mix_since=400)) for seed in range(20)]
    assert sum(one is not None and one.direction is not None for one in found) <= 4
    rates = drifting(1, 1_000, odds=1.0, mix_since=400)
    early = np.mean([one.approved for one in rates[:400]])
    late = np.mean([one.approved for one in rates[400:]])
    assert late > early + 0.15  # the approval rate itself changes much


def test_drift_needs_verdicts_and_ignores_their_order() -> None:
    graded = drifting(1, BASELINE + FEWEST, odds=1.0)
    assert drift_of(graded[:-1]) is None
    assert drift_of(graded) == drift_of(graded[::-1])


def test_months_count_every_verdict_after_the_baseline() -> None:
    found = drift_of(drifting(2, 900, odds=1.0))
    assert found is not None
    assert sum(month.verdicts for month in found.months) == 900 - BASELINE == found.verdicts
    assert [month.month for month in found.months] == sorted({m.month for m in found.months})
    assert all(month.low <= month.expected <= month.high for month in found.months)


def test_extreme_probabilities_are_no_fault() -> None:
    graded = [
        Graded(NOW + timedelta(hours=number), number % 2 == 0, float(number % 2 == 0))
        for number in range(400)
    ]
    found = drift_of(graded)
    assert found is not None
    assert found.direction is None
