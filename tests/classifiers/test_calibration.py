from dataclasses import replace

import numpy as np
import pytest

from classifiers.linear.calibration import held_margins, threshold_for
from classifiers.linear.fitting import Corpus, directions
from classifiers.linear.holding import hold_out
from classifiers.linear.recipe import Recipe
from classifiers.linear.regression import fit_temperature
from classifiers.linear.targets import own_sections, targets
from classifiers.representations.tfidf import TextFeatures
from classifiers.scoring import softmax
from classifiers.text import document_text
from classifiers.types import Example
from config.taxonomy import load_taxonomy
from tests.support.texts import approved, rejected, stream


def corpus_of(examples: list[Example]) -> Corpus:
    taxonomy, texts = load_taxonomy(), [document_text(e.document) for e in examples]
    unlabelled = [document_text(d) for d in stream()]
    features = TextFeatures(5_000).fit([*texts, *unlabelled])
    own = tuple(section.id for section in own_sections(taxonomy))
    return Corpus(
        features=features,
        examples=features.transform(texts),
        targets=targets(examples, taxonomy),
        background=features.transform(unlabelled),
        taxonomy=taxonomy,
        directions=directions(taxonomy, features, own),
        old=np.zeros(len(examples), dtype=bool),
        drawn_from=np.zeros(len(examples), dtype=np.int64),
    )


def test_held_out_decision_does_not_change_its_margins() -> None:
    examples = [*approved(6), *rejected(6)]
    rounds = hold_out(examples, stream(), Recipe(), salt="0:").rounds[:1]
    asked = np.flatnonzero(rounds[0].held)
    turned = [
        replace(e, in_scope=not e.in_scope, sections=()) if n in asked else e
        for n, e in enumerate(examples)
    ]
    margins, _ = held_margins(corpus_of(examples), rounds, Recipe())
    again, _ = held_margins(corpus_of(turned), rounds, Recipe())
    assert len(asked)
    assert np.isnan(margins).all(axis=1).tolist() == (~rounds[0].held).tolist()
    # The strength of the scope depends on the number of rejections, not on which they are.
    np.testing.assert_array_equal(margins[asked, 1:], again[asked, 1:])


def test_temperature_is_calibrated_with_two_labels() -> None:
    rng = np.random.default_rng(0)
    margins = rng.normal(0.0, 2.0, (4_000, 5))
    chances = softmax(1.5 * margins)
    drawn = np.asarray([rng.choice(5, p=row) for row in chances])
    wanted = np.eye(5, dtype=bool)[drawn]
    assert fit_temperature(margins, wanted) == pytest.approx(1.5, abs=0.1)
    # An improbable second label leaves the probability of the first one unchanged.
    second = wanted.copy()
    second[:1_000] |= np.eye(5, dtype=bool)[margins[:1_000].argmin(axis=1)]
    assert fit_temperature(margins, second) == pytest.approx(1.5, abs=0.25)


def test_temperature_without_labels_is_one() -> None:
    assert fit_temperature(np.empty((0, 3)), np.empty((0, 3), dtype=bool)) == 1.0
    assert fit_temperature(np.ones((4, 3)), np.zeros((4, 3), dtype=bool)) == 1.0


@pytest.mark.parametrize("precision", [0.85, 0.9, 0.95])
def test_threshold_keeps_its_precision_on_new_papers(precision: float) -> None:
    """Chosen on 80 papers, 300 times; the observed precision alone would give 0.91."""
    rng = np.random.default_rng(1)
    kept = []
    for _ in range(300):
        chances = rng.uniform(0.5, 1.0, 80)
        threshold = threshold_for(chances, rng.uniform(size=80) < chances, precision)
        if threshold < 1.0:
            # A suggestion of probability p is right with p: the mean above the threshold.
            kept.append((threshold + 1.0) / 2)
    assert kept
    assert np.mean(kept) >= precision - 0.005
