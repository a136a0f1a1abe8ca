"""Two models are compared by what they know, not by how sure they are for the stream."""

import statistics

import numpy as np
import numpy.typing as npt
import pytest

from classifiers.scoring import sigmoid
from classifiers.types import Document, Example, Scores
from config.taxonomy import load_taxonomy
from pipeline.learn.on_decisions import FEWEST, on_decisions
from pipeline.learn.promotion import errors

TAXONOMY = load_taxonomy()


def papers(count: int) -> list[Example]:
    return [Example(Document(f"{n}", "A title", ""), in_scope=n % 4 < 2) for n in range(count)]


def scored(chances: npt.NDArray[np.float64]) -> list[Scores]:
    return [Scores(f"{n}", float(chance), (), (), ()) for n, chance in enumerate(chances)]


def error(test: list[Example], scores: list[Scores]) -> float:
    return statistics.fmean(errors(test, scores, TAXONOMY))


def test_calibration_for_the_stream_costs_nothing_on_decisions() -> None:
    test = papers(400)
    rng = np.random.default_rng(0)
    margins = np.asarray([2.0 if each.in_scope else -2.0 for each in test])
    margins += rng.normal(0.0, 1.5, len(test))
    sure, cautious = scored(sigmoid(1.5 * margins)), scored(sigmoid(0.6 * margins - 1.5))
    assert error(test, cautious) > error(test, sure) + 0.02
    compared = error(test, on_decisions(test, cautious))
    assert compared == pytest.approx(error(test, on_decisions(test, sure)), abs=0.001)


def test_worse_order_stays_worse() -> None:
    test = papers(400)
    rng = np.random.default_rng(0)
    truth = np.asarray([2.0 if each.in_scope else -2.0 for each in test])
    better, worse = (
        on_decisions(test, scored(sigmoid(truth + rng.normal(0.0, noise, len(test)))))
        for noise in (1.0, 4.0)
    )
    assert error(test, worse) > error(test, better) + 0.05


def test_few_papers_of_a_verdict_leave_the_scores() -> None:
    few = papers(4 * FEWEST)
    scores = scored(np.linspace(0.1, 0.9, len(few)))
    assert [one.in_scope for one in on_decisions(few, scores)] != [s.in_scope for s in scores]
    assert on_decisions(few[:-1], scores[:-1]) == scores[:-1]
