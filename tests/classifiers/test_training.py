import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classifiers.linear import holding
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.types import Example
from config.taxonomy import Taxonomy, UnknownSectionError
from tests.support.texts import TRAINED_AT, approved, document, outside, rejected, stream

NEW_VIDEO = document(
    "new-video",
    "Long video diffusion of volcanoes",
    "A diffusion transformer for text to video generation with camera control.",
)


def test_unseen_paper_gets_section_labels_and_scope(model: Model) -> None:
    [scores] = model.predict([NEW_VIDEO])
    assert scores.in_scope > 0.7
    assert scores.sections[0][0] == "generation-video-non-llm-based"
    facets = {(facet, label): p for facet, label, p in scores.facets}
    assert facets["modality", "video"] > 0.5 > facets["modality", "image"]
    assert facets["task", "generation"] > 0.5 > facets["task", "editing"]


def test_unrelated_paper_is_out_of_scope(model: Model) -> None:
    [scores] = model.predict(outside(1, start=900))
    assert scores.in_scope < 0.2


def test_every_section_and_label_has_a_probability(model: Model, taxonomy: Taxonomy) -> None:
    [scores] = model.predict([NEW_VIDEO])
    assert {s for s, _ in scores.sections} == {s.id for s in taxonomy.sections}
    assert [p for _, p in scores.sections] == sorted((p for _, p in scores.sections), reverse=True)
    assert len(scores.facets) == sum(len(facet.labels) for facet in taxonomy.facets)
    every = [scores.in_scope, *(p for _, p in scores.sections), *(p for *_, p in scores.facets)]
    assert all(0.0 <= p <= 1.0 for p in every)


def test_terms_are_from_the_text_strongest_first(model: Model) -> None:
    [scores] = model.predict([NEW_VIDEO])
    words = f"{NEW_VIDEO.title} . {NEW_VIDEO.abstract}".lower()
    assert scores.terms
    assert all(term in words for term, _ in scores.terms)
    strengths = [abs(weight) for _, weight in scores.terms]
    assert strengths == sorted(strengths, reverse=True)
    assert any("video" in term for term, weight in scores.terms if weight > 0)


def test_order_of_examples_does_not_matter(model: Model, taxonomy: Taxonomy) -> None:
    examples, background = [*approved(), *rejected()], stream()
    random.Random(7).shuffle(examples)
    random.Random(8).shuffle(background)
    again = train(examples, background, taxonomy, trained_at=TRAINED_AT)
    assert again.header == model.header
    assert again.weights.tobytes() == model.weights.tobytes()


def dated(examples: list[Example]) -> list[Example]:
    """Return the examples dated over a year, with mixed verdicts."""
    mixed = sorted(examples, key=lambda e: e.document.key[::-1])
    start = datetime(2025, 1, 1, tzinfo=UTC)
    return [
        replace(e, document=replace(e.document, known_at=start + n * timedelta(days=1)))
        for n, e in enumerate(mixed)
    ]


def test_header_names_how_papers_were_held_out(model: Model, taxonomy: Taxonomy) -> None:
    examples = dated([*approved(30), *rejected()])
    later = train(examples, stream(), taxonomy, trained_at=TRAINED_AT)
    assert (model.header.held_out, later.header.held_out) == (holding.BY_HASH, holding.LATER)
    assert later.header.counts["held out"] == round(len(examples) * 0.6)
    assert {"task_top1", "task_ece"} <= set(later.header.metrics)
    assert "in_scope_ece" not in later.header.metrics  # 6 rejections are too few
    [scores] = later.predict([NEW_VIDEO])
    assert scores.sections[0][0] == "generation-video-non-llm-based"
    random.Random(7).shuffle(examples)
    again = train(examples, stream(), taxonomy, trained_at=TRAINED_AT)
    assert again.header == later.header
    assert again.calibration.facets == later.calibration.facets
    assert again.calibration.shift.tobytes() == later.calibration.shift.tobytes()


def test_header_has_the_measures(taxonomy: Taxonomy) -> None:
    model = train([*approved(), *rejected(40)], stream(), taxonomy, trained_at=TRAINED_AT)
    assert 0.0 <= model.header.metrics["in_scope_ece"] < 0.2
    assert model.header.metrics["task_top1"] > 0.8


def test_unmeasured_facet_is_open_unless_certain(taxonomy: Taxonomy) -> None:
    model = train([*approved(2), *rejected(2)], stream(), taxonomy, trained_at=TRAINED_AT)
    assert {facet.threshold for facet in model.calibration.facets.values()} == {0.9}


def test_other_dates_change_the_fingerprint(taxonomy: Taxonomy) -> None:
    examples = dated(approved(3))
    moved = [
        replace(e, document=replace(e.document, known_at=TRAINED_AT)) if n == 0 else e
        for n, e in enumerate(examples)
    ]
    prints = {
        train(each, [], taxonomy, trained_at=TRAINED_AT).header.data_fingerprint
        for each in (examples, moved)
    }
    assert len(prints) == 2


def test_empty_text_is_scored(model: Model) -> None:
    [scores] = model.predict([document("empty", "", "")])
    assert 0.0 <= scores.in_scope <= 1.0
    assert scores.terms == ()


def test_no_documents_give_no_scores(model: Model) -> None:
    assert model.predict([]) == []


def test_without_examples_cue_words_decide(taxonomy: Taxonomy) -> None:
    model = train([], [], taxonomy, trained_at=TRAINED_AT)
    video, tariffs = model.predict([NEW_VIDEO, *outside(1)])
    assert video.in_scope > 0.5 > tariffs.in_scope
    assert video.sections[0][0] == "generation-video-non-llm-based"
    assert model.header.counts["approved"] == 0


def test_background_without_examples_is_enough(taxonomy: Taxonomy) -> None:
    model = train([], stream(), taxonomy, trained_at=TRAINED_AT)
    video, tariffs = model.predict([NEW_VIDEO, *outside(1, start=900)])
    assert video.in_scope > tariffs.in_scope
    assert video.sections[0][0].startswith("generation-video")


def test_list_alone_is_enough(taxonomy: Taxonomy) -> None:
    model = train(approved(), stream(), taxonomy, trained_at=TRAINED_AT)
    video, tariffs = model.predict([NEW_VIDEO, *outside(1, start=900)])
    assert video.in_scope > tariffs.in_scope


def test_decided_paper_is_left_out_of_background(taxonomy: Taxonomy) -> None:
    examples = approved(3)
    model = train(examples, [examples[0].document], taxonomy, trained_at=TRAINED_AT)
    assert model.header.counts["background"] == 0


def test_last_example_of_a_paper_counts(taxonomy: Taxonomy) -> None:
    first = approved(1)[0]
    model = train([first, replace(first, in_scope=False)], [], taxonomy, trained_at=TRAINED_AT)
    assert (model.header.counts["approved"], model.header.counts["rejected"]) == (0, 1)


def test_approval_without_section_teaches_scope_only(taxonomy: Taxonomy) -> None:
    bare = [replace(example, sections=()) for example in approved()]
    model = train([*bare, *rejected()], [], taxonomy, trained_at=TRAINED_AT)
    assert model.header.counts["scope: in_scope"] == len(bare)
    assert model.header.counts["task: generation"] == 0


def test_unknown_section_is_refused(taxonomy: Taxonomy) -> None:
    odd = Example(NEW_VIDEO, in_scope=True, sections=("generation-vidoe",))
    with pytest.raises(UnknownSectionError):
        train([odd], [], taxonomy, trained_at=TRAINED_AT)
