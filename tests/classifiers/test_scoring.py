"""Sections from the probabilities of their labels and their own cue words."""

import numpy as np
import pytest

from classifiers.scoring import Probabilities, section_probabilities
from config.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
PLACES = {section.id: place for place, section in enumerate(TAXONOMY.sections)}
SAFETY = [PLACES[section.id] for section in TAXONOMY.sections if section.task == "safety"]


def known(words: dict[str, float]) -> Probabilities:
    """Return the probabilities of one paper on safety, whatever its technique."""
    facets = {facet.name: np.full((1, len(facet.labels)), 0.1) for facet in TAXONOMY.facets}
    tasks = [label.name for label in TAXONOMY.facet("task").labels]
    facets["task"][0, tasks.index("safety")] = 0.8
    table = np.zeros((1, len(TAXONOMY.sections)))
    for section, value in words.items():
        table[0, PLACES[section]] = value
    nothing = np.zeros(len(TAXONOMY.sections))
    return Probabilities(np.ones(1), facets, np.full_like(table, -2.0), nothing, words=table)


def test_cue_words_move_probability_within_a_task() -> None:
    [before] = section_probabilities(known({}), TAXONOMY)
    [after] = section_probabilities(known({"safety-attack": 2.0}), TAXONOMY)
    assert after[SAFETY].sum() == pytest.approx(before[SAFETY].sum())
    others = [place for place in PLACES.values() if place not in SAFETY]
    np.testing.assert_allclose(after[others], before[others])
    raised = PLACES["safety-attack"]
    assert after[raised] > before[raised]
    rest = [place for place in SAFETY if place != raised]
    np.testing.assert_allclose(
        after[rest] / after[raised], before[rest] / before[raised] * np.exp(-2.0)
    )


def test_section_is_never_likelier_than_its_task() -> None:
    [after] = section_probabilities(known({"safety-attack": 30.0}), TAXONOMY)
    assert after[SAFETY].max() <= 0.8
