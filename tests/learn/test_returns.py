"""Rejected papers return for a newer text, never for a newer model."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from classifiers.types import Document, Scores
from pipeline.learn.classify import classify
from pipeline.review.corrections import Act, resolve, undo_resolution
from pipeline.runtime.record import Run
from storage.correction_types import Resolution
from storage.store import OpenStore
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.services import make_services
from tests.support.storage import opener

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
KEY = "2603.00001"
PAPER = make_paper(KEY, title="Weather", abstract="score 20")


class ByText:
    """A classifier that reads the probability in percent from the abstract, and adds its own."""

    def __init__(self, model_id: str = "by-text-1", added: int = 0) -> None:
        self.model_id = model_id
        self.added = added

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        return [
            Scores(one.key, (int(one.abstract.split()[1]) + self.added) / 100, (), (), ())
            for one in documents
        ]


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return opener(tmp_path)


@pytest.fixture
def rejected(open_store: OpenStore) -> OpenStore:
    with open_store() as store:
        store.papers.upsert([PAPER], seen_at=NOW)
        store.decisions.add(
            [make_decision(KEY, verdict=Verdict.REJECTED, sections=(), decided_at=NOW)]
        )
    return open_store


def change(open_store: OpenStore, **fields: Any) -> None:
    with open_store() as store:
        store.papers.upsert([replace(PAPER, **fields)], seen_at=NOW + timedelta(days=1))


def returned(open_store: OpenStore, model: ByText | None = None) -> int:
    later = NOW + timedelta(days=2)
    return classify(make_services(open_store, later, in_use=model or ByText()), Run()).returned


@pytest.mark.parametrize(
    ("abstract", "returns"),
    [("score 70", 1), ("score 50", 1), ("score 49", 0), ("score 21", 0), ("score 20 again", 0)],
)
def test_newer_text_returns_above_limit_and_margin(
    rejected: OpenStore, abstract: str, returns: int
) -> None:
    change(rejected, abstract=abstract, version=2)
    assert returned(rejected) == returns
    with rejected() as store:
        cases = store.corrections.open()
    assert len(cases) == returns
    if returns:
        assert cases[0].kinds == ("returned", "abstract", "new_version")
        assert cases[0].score_before == pytest.approx(0.2)
        assert cases[0].verdict is Verdict.REJECTED


def test_likely_text_returns_only_past_the_margin(rejected: OpenStore) -> None:
    change(rejected, abstract="score 35", version=2)
    assert returned(rejected, ByText(added=30)) == 0


def test_new_model_alone_returns_nothing(rejected: OpenStore) -> None:
    assert returned(rejected) == 0
    assert returned(rejected, ByText("by-text-2", added=60)) == 0
    change(rejected, abstract="score 30", version=2)
    assert returned(rejected) == 0
    assert returned(rejected, ByText("by-text-2", added=60)) == 0


def test_metadata_without_a_new_version_returns_nothing(rejected: OpenStore) -> None:
    change(rejected, abstract="score 90")
    assert returned(rejected) == 0


def test_kept_paper_returns_only_for_a_further_text(rejected: OpenStore) -> None:
    change(rejected, abstract="score 70", version=2)
    assert returned(rejected) == 1
    services = make_services(rejected, NOW + timedelta(days=3))
    resolve(
        rejected,
        services.taxonomy,
        Act(KEY, Resolution.KEPT, "ada"),
        clock=services.clock,
    )
    assert returned(rejected) == 0
    change(rejected, abstract="score 95", version=3)
    assert returned(rejected) == 1


def test_returned_paper_goes_back_to_the_queue_and_that_is_taken_back(rejected: OpenStore) -> None:
    change(rejected, abstract="score 70", version=2)
    returned(rejected)
    services = make_services(rejected, NOW + timedelta(days=3))
    resolve(rejected, services.taxonomy, Act(KEY, Resolution.QUEUED, "ada"), clock=services.clock)
    with rejected() as store:
        assert store.queue.size() == 1
        assert store.corrections.count() == 0
    undo_resolution(rejected, services.taxonomy, reviewer="ada", clock=services.clock)
    with rejected() as store:
        assert store.queue.size() == 0
        assert store.decisions.standing([KEY])[KEY].verdict is Verdict.REJECTED


def test_returned_paper_can_be_approved(rejected: OpenStore) -> None:
    change(rejected, abstract="score 70", version=2)
    returned(rejected)
    services = make_services(rejected, NOW + timedelta(days=3))
    act = Act(KEY, Resolution.APPROVED, "ada", sections=("agents",))
    resolve(rejected, services.taxonomy, act, clock=services.clock)
    with rejected() as store:
        assert store.decisions.standing([KEY])[KEY].sections == ("agents",)
        assert store.corrections.count() == 0
