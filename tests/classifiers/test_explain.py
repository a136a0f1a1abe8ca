import pytest

from classifiers.linear.explain import Reading, term_places
from classifiers.linear.model import Model
from classifiers.linear.targets import Output
from classifiers.scoring import sigmoid
from classifiers.terms import Span
from tests.support.texts import document

PAPER = document(
    "new",
    "Video Diffusion of Volcanoes",
    "Our text-to-video model: a diffusion transformer. Code at https://example.org/video",
)


def test_shares_of_every_output_add_up_to_its_score(model: Model) -> None:
    margins = model.margins(model.matrix([PAPER]))[0]
    reading = Reading(model, PAPER)
    for column, output in enumerate(model.outputs):
        found = reading.explain(output)
        total = found.base + sum(share.value for share in found.shares)
        assert total == pytest.approx(found.score, abs=1e-9)
        if column:
            assert found.score == pytest.approx(margins[column], abs=1e-4)


def test_scope_is_explained_in_log_odds(model: Model) -> None:
    [scores] = model.predict([PAPER])
    found = Reading(model, PAPER).explain(Output("scope", "in_scope"))
    probability = sigmoid(model.margins(model.matrix([PAPER]))[:, 0] * 0 + found.score)[0]
    assert probability == pytest.approx(scores.in_scope, abs=1e-4)


def test_shares_are_strongest_first_and_of_both_signs(model: Model) -> None:
    found = Reading(model, PAPER).explain(Output("modality", "image"))
    sizes = [abs(share.value) for share in found.shares]
    assert sizes == sorted(sizes, reverse=True)
    assert any(share.value < 0 for share in found.shares)


def test_document_alone_scores_as_among_others(model: Model) -> None:
    assert [Reading(model, PAPER).scores] == model.predict([PAPER])
    assert Reading(model, document("x", "")).scores == model.predict([document("x", "")])[0]


def test_places_point_into_the_original_text() -> None:
    spans = term_places(PAPER)
    texts = {"title": PAPER.title, "abstract": PAPER.abstract}

    def shown(term: str) -> list[str]:
        return [texts[span.field][span.start : span.end] for span in spans[term]]

    assert shown("video") == ["Video", "video"]
    assert shown("video diffusion") == ["Video Diffusion"]
    assert shown("to video") == ["to-video"]
    assert "example" not in spans


def test_pair_across_title_and_abstract_has_two_spans() -> None:
    spans = term_places(document("1", "New volcanoes", "Text here"))
    assert spans["volcanoes text"] == (Span("title", 4, 13), Span("abstract", 0, 4))


def test_every_known_term_of_a_text_has_a_place(model: Model) -> None:
    found = Reading(model, PAPER).explain(Output("scope", "in_scope"))
    assert all(share.places for share in found.shares)
