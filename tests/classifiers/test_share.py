"""Papers that were drawn at random tell the share of papers in scope."""

import json
from dataclasses import replace

import numpy as np
import pytest

from classifiers.linear.share import SHARE, STRENGTH, Draws, at_share, draws_among
from classifiers.linear.training import train
from classifiers.types import Example
from config.taxonomy import Taxonomy
from tests.support.texts import TRAINED_AT, approved, rejected, stream


def drawn(examples: list[Example], waiting: int = 1_000) -> list[Example]:
    return [replace(example, drawn_from=waiting) for example in examples]


def of(wanted: int, rejections: int, waiting: int = 1_000) -> Draws:
    verdicts = np.repeat([True, False], [wanted, rejections])
    return Draws(verdicts, np.full(len(verdicts), waiting))


def test_share_without_draws_is_the_present_one() -> None:
    assert of(0, 0).share(0.19) == 0.19


def test_share_moves_to_the_draws_as_they_grow() -> None:
    present = 0.1
    found = [of(3 * n, 7 * n).share(present) for n in (1, 4, 20, 1_000)]
    assert found == sorted(found)
    assert present < found[0] < 0.2 < found[2] < 0.3
    assert found[3] == pytest.approx(0.3, abs=0.002)
    # The present estimate counts as so many draws.
    half = int(STRENGTH)
    assert of(half, 0).share(present) == pytest.approx((1.0 + present) / 2.0)


def test_draw_counts_by_the_papers_it_was_drawn_from() -> None:
    """Of 1,000 waiting papers 10 were drawn, of 100 waiting ones 90; 1 in 9 is as much known."""
    verdicts = np.repeat([True, False], [10, 90])
    even = Draws(verdicts, np.full(100, 100))
    many = Draws(verdicts, np.repeat([1_000, 100], [10, 90]))
    rare = Draws(verdicts, np.repeat([100, 1_000], [10, 90]))
    assert even.share(0.1) == pytest.approx(0.1)
    assert many.observed == pytest.approx(10_000 / 19_000)
    assert rare.observed == pytest.approx(1_000 / 91_000)
    # Unequal weights are less evidence: their effective number, not their sum.
    assert even.evidence == pytest.approx(100.0)
    assert many.evidence == pytest.approx(19_000**2 / (10 * 1_000**2 + 90 * 100**2))
    assert Draws(verdicts, np.full(100, 7)).evidence == pytest.approx(100.0)


def test_no_draw_shows_that_all_or_no_papers_are_in_scope() -> None:
    assert 0.0 < of(0, 100_000).share(0.005) < 0.01
    assert 0.99 < of(100_000, 0).share(0.6) < 1.0


def test_stream_is_shifted_to_a_share() -> None:
    logits = np.random.default_rng(0).normal(-3.0, 2.0, 2_000)
    for share in (0.01, 0.25, 0.9):
        chances = at_share(logits, share)
        assert chances.mean() == pytest.approx(share, abs=1e-9)
        shift = np.log(chances / (1.0 - chances)) - logits
        assert np.ptp(shift) < 1e-6
    assert at_share(np.zeros(0), 0.3).tolist() == []


def test_chosen_papers_are_no_draws() -> None:
    found = draws_among(np.asarray([True, False, True]), np.asarray([0, 50, 20]))
    assert found.wanted.tolist() == [False, True]
    assert found.drawn_from.tolist() == [50, 20]


def mean_chance(examples: list[Example], taxonomy: Taxonomy) -> float:
    model = train(examples, stream(160), taxonomy, trained_at=TRAINED_AT)
    return float(model.probabilities(stream(160))[:, 0].mean())


def test_list_and_a_few_draws_calibrate_the_stream(taxonomy: Taxonomy) -> None:
    """The same verdicts teach another share if they are known to be drawn at random."""
    listed = approved(6, start=20)
    few = [*approved(1, start=60)[:1], *rejected(15, start=60)]
    chosen = mean_chance([*listed, *few], taxonomy)
    known = mean_chance([*listed, *drawn(few)], taxonomy)
    assert chosen == pytest.approx(SHARE, abs=0.1)
    assert known < chosen - 0.01


def test_draws_move_the_share_of_a_calibrated_model(taxonomy: Taxonomy) -> None:
    decided = [*approved(12), *rejected(30)]
    many = approved(10, start=60)
    few = rejected(40, start=60)
    chosen = mean_chance([*decided, *many, *few], taxonomy)
    more = mean_chance([*decided, *drawn(many), *few], taxonomy)
    less = mean_chance([*decided, *many, *drawn(few)], taxonomy)
    assert less < chosen < more


def test_model_says_how_many_draws_its_share_rests_on(taxonomy: Taxonomy) -> None:
    examples = [*approved(), *rejected(30)]
    plain = train(examples, stream(), taxonomy, trained_at=TRAINED_AT)
    assert "drawn at random" not in plain.header.counts
    assert "in_scope_share" not in plain.header.metrics
    known = [*examples[:-10], *drawn(examples[-10:])]
    model = train(known, stream(), taxonomy, trained_at=TRAINED_AT)
    assert model.header.counts["drawn at random"] == 10
    assert 0.0 < model.header.metrics["in_scope_share"] < 0.5
    assert model.header.data_fingerprint != plain.header.data_fingerprint
    again = train(known[::-1], stream(), taxonomy, trained_at=TRAINED_AT)
    assert again.header == model.header
    assert again.weights.tobytes() == model.weights.tobytes()
    assert json.dumps(again.header.metrics) == json.dumps(model.header.metrics)
