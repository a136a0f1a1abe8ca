import pytest

from classifiers.measure.audit import estimate
from classifiers.measure.orders import ORDERS, order

QUEUE = [(f"2601.{n:05d}", n / 100) for n in range(100)]


@pytest.mark.parametrize("kind", ORDERS)
def test_order_is_a_permutation(kind: str) -> None:
    assert sorted(order(QUEUE, kind)) == sorted(key for key, _ in QUEUE)
    assert order(QUEUE[::-1], kind) == order(QUEUE, kind)


def test_likely_and_uncertain_begin_correctly() -> None:
    assert order(QUEUE, "likely")[0] == "2601.00099"
    assert order(QUEUE, "uncertain")[:3] == ["2601.00050", "2601.00049", "2601.00051"]


def test_mixed_takes_seven_likely_and_three_uncertain() -> None:
    first = order(QUEUE, "mixed")[:10]
    assert first[:7] == order(QUEUE, "likely")[:7]
    assert first[7:] == order(QUEUE, "uncertain")[:3]


def test_random_depends_on_the_salt_only() -> None:
    assert order(QUEUE, "random", salt="a") != order(QUEUE, "random", salt="b")
    doubted = [(key, 1 - p) for key, p in QUEUE]
    assert order(doubted, "random", salt="a") == order(QUEUE, "random", salt="a")


def test_unknown_order_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="likely, uncertain, mixed, random"):
        order(QUEUE, "best")


def test_audit_without_relevant_papers_may_stop() -> None:
    found = estimate(sampled=300, relevant=0, unseen=1000, found=400)
    assert found.low == 0
    # Clopper-Pearson with no hit: 1 - 0.025 ** (1 / 300)
    assert found.high == pytest.approx(1000 * (1 - 0.025 ** (1 / 300)))
    assert found.recall_low == pytest.approx(400 / (400 + found.high))
    assert found.may_stop


def test_small_audit_may_not_stop() -> None:
    found = estimate(sampled=20, relevant=0, unseen=1000, found=400)
    assert found.recall == 1.0
    assert not found.may_stop


def test_estimate_without_a_sample_is_open() -> None:
    found = estimate(sampled=0, relevant=0, unseen=10, found=0)
    assert (found.low, found.high) == (0.0, 10.0)
    assert not found.may_stop


def test_interval_contains_the_estimate() -> None:
    found = estimate(sampled=50, relevant=5, unseen=200, found=80)
    assert found.low < found.relevant < found.high
    assert found.relevant == pytest.approx(20)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="6 relevant of 5"):
        estimate(sampled=5, relevant=6, unseen=1, found=1)
