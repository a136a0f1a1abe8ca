"""Reasons: shares that add up to the score, and places that point into the text."""

import pytest

from classifiers.linear.explain import Reading, Span, explain, term_marks
from classifiers.linear.model import Model
from classifiers.linear.targets import Output
from classifiers.linear.training import train
from classifiers.scoring import sigmoid
from config.taxonomy import load_taxonomy
from tests.support.texts import TRAINED_AT, approved, document, rejected, stream

PAPER = document(
    "new",
    "Video Diffusion of Volcanoes",
    "Our text-to-video model: a diffusion transformer. Code at https://example.org/video",
)


@pytest.fixture(scope="module")
def model() -> Model:
    return train([*approved(), *rejected()], stream(), load_taxonomy(), trained_at=TRAINED_AT)


def test_the_shares_of_every_output_add_up_to_its_score(model: Model) -> None:
    margins = model.margins(model.matrix([PAPER]))[0]
    for column, output in enumerate(model.outputs):
        found = explain(model, PAPER, output)
        total = found.base + sum(share.value for share in found.contributions)
        assert total == pytest.approx(found.score, abs=1e-9)
        if column:
            assert found.score == pytest.approx(margins[column], abs=1e-4)


def test_the_scope_is_explained_in_log_odds(model: Model) -> None:
    [scores] = model.predict([PAPER])
    found = explain(model, PAPER, Output("scope", "in_scope"))
    probability = sigmoid(model.margins(model.matrix([PAPER]))[:, 0] * 0 + found.score)[0]
    assert probability == pytest.approx(scores.in_scope, abs=1e-4)


def test_contributions_are_strongest_first_and_both_ways(model: Model) -> None:
    found = explain(model, PAPER, Output("modality", "image"))
    sizes = [abs(share.value) for share in found.contributions]
    assert sizes == sorted(sizes, reverse=True)
    assert any(share.value < 0 for share in found.contributions)


def test_a_document_read_once_scores_as_it_does_among_others(model: Model) -> None:
    assert [Reading(model, PAPER).scores] == model.predict([PAPER])
    assert Reading(model, document("x", "")).scores == model.predict([document("x", "")])[0]


def test_marks_point_into_the_text_as_it_stands() -> None:
    marks = term_marks(PAPER)
    texts = {"title": PAPER.title, "abstract": PAPER.abstract}

    def shown(term: str) -> list[str]:
        return [texts[mark.field][mark.start : mark.end] for mark in marks[term]]

    assert shown("video") == ["Video", "video"]
    assert shown("video diffusion") == ["Video Diffusion"]
    assert shown("to video") == ["to-video"]
    assert "example" not in marks


def test_a_pair_across_the_seam_has_a_mark_on_each_side() -> None:
    marks = term_marks(document("1", "New volcanoes", "Text here"))
    assert marks["volcanoes text"] == (Span("title", 4, 13), Span("abstract", 0, 4))


def test_every_known_term_of_a_text_has_a_place(model: Model) -> None:
    found = explain(model, PAPER, Output("scope", "in_scope"))
    assert all(share.marks for share in found.contributions)
