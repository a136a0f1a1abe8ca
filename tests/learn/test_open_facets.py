"""What a reviewer is asked where the model leaves a facet open."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from classifiers.scoring import open_rows
from classifiers.types import Document, Scores
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.learn.classify import SECTIONS_KEPT, classify
from pipeline.learn.explain.open_facets import OpenQuestion, open_question
from pipeline.runtime.record import Run
from storage.types import SectionScore
from tests.support.builders import make_paper, make_prediction
from tests.support.services import make_services
from tests.support.storage import opener


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    """Return the built-in taxonomy, because its sections are the subject."""
    return load_taxonomy()


def ask(taxonomy: Taxonomy, open_facets: tuple[str, ...], *sections: str) -> OpenQuestion | None:
    scored = tuple(SectionScore(name, 0.5 - n / 10) for n, name in enumerate(sections))
    return open_question(make_prediction(sections=scored, open_facets=open_facets), taxonomy)


def test_an_open_technique_asks_for_it_alone(taxonomy: Taxonomy) -> None:
    found = ask(
        taxonomy,
        ("technique",),
        "generation-image-llm-based",
        "generation-video-llm-based",
        "generation-image-non-llm-based",
    )
    assert found is not None
    assert found.facets == ("technique",)
    assert [section.id for section in found.candidates] == [
        "generation-image-llm-based",
        "generation-image-non-llm-based",
    ]
    assert found.text == (
        "Technique is open: LLM-based or Non-LLM-based (CLIP/T5)? The two best are close."
    )


def test_an_open_modality_offers_the_same_task_in_others(taxonomy: Taxonomy) -> None:
    found = ask(taxonomy, ("modality",), "editing-audio-llm-based", "editing-image-llm-based")
    assert found is not None
    assert {(s.task, s.technique) for s in found.candidates} == {("editing", "llm-based")}
    assert len({s.modality for s in found.candidates}) > 1


def test_several_open_facets_are_one_question(taxonomy: Taxonomy) -> None:
    found = ask(
        taxonomy,
        ("modality", "technique"),
        "generation-image-llm-based",
        "generation-video-non-llm-based",
        "generation-3d-llm-based",
    )
    assert found is not None
    assert found.text == (
        "Modality and technique are open: which of these? The two best are close."
    )
    assert len(found.candidates) == 3
    assert found.candidates[0].id == "generation-image-llm-based"


def test_what_changes_nothing_is_not_asked(taxonomy: Taxonomy) -> None:
    assert ask(taxonomy, ("technique",), "agents") is None
    assert ask(taxonomy, (), "generation-image-llm-based") is None
    assert ask(taxonomy, ("technique",)) is None
    assert ask(taxonomy, ("technique",), "a-section-that-is-gone") is None
    hardly = make_prediction(in_scope=0.1, open_facets=("technique",))
    assert open_question(hardly, taxonomy) is None


def asked_of(taxonomy: Taxonomy, *chances: float) -> OpenQuestion | None:
    names = (
        "generation-image-llm-based",
        "generation-image-non-llm-based",
        "generation-image-dataset",
    )
    scored = tuple(SectionScore(*each) for each in zip(names, chances, strict=False))
    return open_question(make_prediction(sections=scored, open_facets=("technique",)), taxonomy)


def test_clear_lead_is_not_asked(taxonomy: Taxonomy) -> None:
    assert asked_of(taxonomy, 0.81, 0.14) is None
    assert asked_of(taxonomy, 0.81) is None
    close = asked_of(taxonomy, 0.5, 0.42, 0.04)
    assert close is not None
    assert len(close.candidates) == 2


def test_facet_is_open_only_if_its_two_best_labels_are_close() -> None:
    chances = np.array([[0.81, 0.14, 0.05], [0.45, 0.4, 0.15], [0.95, 0.6, 0.1], [0.3, 0.1, 0.1]])
    assert open_rows(chances, 0.9).tolist() == [False, True, False, False]
    assert open_rows(chances[:, :1], 0.9).tolist() == [False] * 4


class Abstaining:
    """A classifier that leaves the technique open and scores every section."""

    model_id = "abstaining"

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._ids = [section.id for section in taxonomy.sections]

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        sections = tuple((name, 1 / (n + 2)) for n, name in enumerate(self._ids))
        return [Scores(d.key, 0.5, sections, (), (), ("technique",)) for d in documents]


def test_open_facets_and_the_best_sections_are_stored(
    tmp_path: Path, taxonomy: Taxonomy, now: datetime
) -> None:
    open_store = opener(tmp_path)
    with open_store() as store:
        store.papers.upsert([make_paper()], seen_at=now)
    classify(make_services(open_store, now, in_use=Abstaining(taxonomy)), Run())
    with open_store() as store:
        [stored] = store.predictions.latest(["2603.00001"]).values()
    assert stored.open_facets == ("technique",)
    best = [section.id for section in taxonomy.sections[:SECTIONS_KEPT]]
    assert [score.section for score in stored.sections] == best
