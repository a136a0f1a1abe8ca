from dataclasses import replace

import numpy as np
import pytest

from classifiers.linear.fitting import NO_EXAMPLE, Corpus, directions, fit_outputs
from classifiers.linear.prior import section_directions
from classifiers.linear.recipe import Recipe
from classifiers.linear.targets import (
    SCOPE,
    UNKNOWN,
    WORDS,
    compared_sections,
    of_one_task,
    outputs,
    own_sections,
    targets,
)
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import document_text
from classifiers.types import Document
from config.taxonomy import load_taxonomy
from tests.support.texts import approved, rejected, stream

RECIPE = Recipe(first_examples=3)
EXAMPLES = [*approved(6), *rejected(6)]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    taxonomy = load_taxonomy()
    texts = [document_text(example.document) for example in EXAMPLES]
    unlabelled = [document_text(document) for document in stream()]
    features = TextFeatures(5_000).fit([*texts, *unlabelled])
    return Corpus(
        features=features,
        examples=features.transform(texts),
        targets=targets(EXAMPLES, taxonomy),
        background=features.transform(unlabelled),
        taxonomy=taxonomy,
        directions=directions(
            taxonomy, features, tuple(section.id for section in own_sections(taxonomy))
        ),
        old=np.zeros(len(EXAMPLES), dtype=bool),
        drawn_from=np.zeros(len(EXAMPLES), dtype=np.int64),
    )


@pytest.mark.parametrize(
    ("facet", "lasting", "first"),
    [
        ("task", RECIPE.task_pull, RECIPE.task_pull_first),
        ("modality", RECIPE.label_pull, RECIPE.modality_pull_first),
        ("technique", RECIPE.label_pull, 0.0),
    ],
)
def test_pull_is_stronger_with_few_examples(
    corpus: Corpus, facet: str, lasting: float, first: float
) -> None:
    columns = [c for c, output in enumerate(outputs(corpus.taxonomy)) if output.kind == facet]
    stream_seen = np.ones(corpus.background.shape[0], dtype=bool)
    in_scope = np.asarray([example.in_scope for example in EXAMPLES])
    few = np.flatnonzero(in_scope)[:2]
    stated = (corpus.targets[in_scope][:, columns] != UNKNOWN).all(axis=1).sum()
    assert stated > RECIPE.first_examples or not first
    for seen, share in ((np.isin(np.arange(len(EXAMPLES)), few), 1.0), (in_scope, 3 / stated)):
        # Only the scope is fitted, so that weights of labels come from the words alone.
        weights = fit_outputs(corpus, seen, stream_seen, RECIPE, only=SCOPE).weights[:, columns]
        towards = corpus.directions.labels[facet]
        centred = (towards - towards.mean(axis=0)).T
        np.testing.assert_allclose(weights, (lasting + first * share) * centred)


def test_words_of_sections_are_compared_within_the_task(corpus: Corpus) -> None:
    taxonomy = corpus.taxonomy
    everything = np.ones(len(EXAMPLES), dtype=bool), np.ones(corpus.background.shape[0], dtype=bool)
    fitted = fit_outputs(corpus, *everything, RECIPE)
    columns = [c for c, output in enumerate(outputs(taxonomy)) if output.kind == WORDS]
    assert [outputs(taxonomy)[c].name for c in columns] == [
        section.id for section in compared_sections(taxonomy)
    ]
    # Decisions do not teach them, and no task has more of them than another.
    assert not fitted.intercepts[columns].any()
    towards = section_directions(
        taxonomy, corpus.features, [section.id for section in compared_sections(taxonomy)]
    )
    for task in {section.task for section in compared_sections(taxonomy)}:
        same = [n for n, s in enumerate(compared_sections(taxonomy)) if s.task == task]
        weights = fitted.weights[:, [columns[n] for n in same]].T
        assert np.abs(weights).max() > 1.0
        np.testing.assert_allclose(weights.sum(axis=0), 0.0, atol=1e-9)
        np.testing.assert_allclose(
            weights[0] - weights[1], RECIPE.words_pull * (towards[same[0]] - towards[same[1]])
        )


def test_techniques_of_one_task_alone_are_those_that_tell_the_task() -> None:
    taxonomy = load_taxonomy()
    assert of_one_task(taxonomy, "technique") == {
        "attack", "defense", "alignment", "tokenizer", "benchmark", "audio-video",
    }  # fmt: skip
    safety = tuple(section for section in taxonomy.sections if section.task == "safety")
    assert of_one_task(replace(taxonomy, sections=safety), "technique") == set()


def test_cue_words_give_examples_of_a_technique_that_no_decision_shows(corpus: Corpus) -> None:
    guards = [
        Document(
            f"guard-{number}",
            f"Watermarks and guardrails {number}",
            "A defense of a text to image model: watermarking and concept erasure of harmful "
            "content, safeguards for image generation.",
        )
        for number in range(8)
    ]
    texts = [document_text(document) for document in (*stream(), *guards)]
    shown = replace(corpus, background=corpus.features.transform(texts))
    everything = np.ones(len(EXAMPLES), dtype=bool), np.ones(len(texts), dtype=bool)
    place = {(o.kind, o.name): n for n, o in enumerate(outputs(corpus.taxonomy))}
    defense, language = place["technique", "defense"], place["technique", "llm-based"]
    with_cues = fit_outputs(shown, *everything, RECIPE)
    without = fit_outputs(shown, *everything, replace(RECIPE, weak_technique=0))
    assert without.intercepts[defense] == NO_EXAMPLE != with_cues.intercepts[defense]
    guard, other = with_cues.margins(shown.background)[[-1, 0], defense]
    assert guard > 0 > other
    # The cues do not show the role of a language model.
    assert without.intercepts[language] == with_cues.intercepts[language] == NO_EXAMPLE
