"""What a reviewer is asked where the model leaves a facet open."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

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
        "generation-image-dataset",
    ]
    assert found.text == "Technique is open: LLM-based, Non-LLM-based (CLIP/T5) or Datasets?"


def test_an_open_modality_offers_the_same_task_in_others(taxonomy: Taxonomy) -> None:
    found = ask(taxonomy, ("modality",), "editing-audio-llm-based")
    assert found is not None
    assert {(s.task, s.technique) for s in found.candidates} == {("editing", "llm-based")}
    assert len({s.modality for s in found.candidates}) > 1


def test_several_open_facets_are_one_question(taxonomy: Taxonomy) -> None:
    found = ask(taxonomy, ("modality", "technique"), "generation-image-llm-based")
    assert found is not None
    assert found.text == "Modality and technique are open: which of these?"
    assert len(found.candidates) == 6
    assert found.candidates[0].id == "generation-image-llm-based"


def test_what_changes_nothing_is_not_asked(taxonomy: Taxonomy) -> None:
    assert ask(taxonomy, ("technique",), "agents") is None
    assert ask(taxonomy, (), "generation-image-llm-based") is None
    assert ask(taxonomy, ("technique",)) is None
    assert ask(taxonomy, ("technique",), "a-section-that-is-gone") is None
    hardly = make_prediction(in_scope=0.1, open_facets=("technique",))
    assert open_question(hardly, taxonomy) is None


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
