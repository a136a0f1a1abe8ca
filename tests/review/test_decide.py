"""The writer of decisions: one proposal, a batch, and taking a decision back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.taxonomy import Taxonomy
from pipeline.review.decide import Recorded, record, record_all
from pipeline.review.judge import MissingSectionError, PaperState, Stale, Unchanged, judge
from pipeline.review.proposal import Expected, Proposal, propose
from pipeline.review.undo import undo
from storage.errors import PaperNotFoundError
from storage.store import OpenStore
from storage.types import Decision, PaperMark, SectionScore, Verdict
from tests.review.conftest import IDS
from tests.support.builders import make_prediction
from tests.support.storage import add_predictions

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARK = PaperMark(1, "0" * 64)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def proposal(taxonomy: Taxonomy, verdict: str = "reject", **fields: Any) -> Proposal:
    stated = {"arxiv_id": IDS[0], "reviewer": "ada", **fields}
    return propose(taxonomy, verdict=verdict, **stated)


def test_decisions_are_written_in_few_modules() -> None:
    writers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "pipeline").rglob("*.py")
        if re.search(r"store\.decisions\.(?:add|undo\w*)\(", path.read_text(encoding="utf-8"))
    }
    # bootstrap records the entries of the curated list, which are not decisions of a reviewer
    review = {"pipeline/review/decide.py", "pipeline/review/undo.py"}
    assert writers == {*review, "pipeline/curated/bootstrap.py"}


def test_judge_is_pure(taxonomy: Taxonomy) -> None:
    stated = proposal(taxonomy, "approve", sections=["agents"])
    with pytest.raises(PaperNotFoundError):
        judge(stated, PaperState(None), NOW)
    bare = proposal(taxonomy, "approve")
    with pytest.raises(MissingSectionError) as refused:
        judge(bare, PaperState(MARK, suggestion=SectionScore("agents", 0.7)), NOW)
    assert "The model suggests agents (70\N{NARROW NO-BREAK SPACE}%)." in refused.value.message
    with pytest.raises(MissingSectionError) as refused:
        judge(bare, PaperState(MARK, suggestion=SectionScore("agents", 0.999)), NOW)
    assert "agents (>99\N{NARROW NO-BREAK SPACE}%)" in refused.value.message  # never certain
    standing = Decision("f" * 16, IDS[0], Verdict.APPROVED, ("agents",), "ada", NOW)
    assert judge(stated, PaperState(MARK, standing=standing), NOW) == Unchanged(standing)
    elsewhere = proposal(taxonomy, "reject", expected=Expected(standing="none"))
    assert isinstance(judge(elsewhere, PaperState(MARK, standing=standing), NOW), Stale)


def test_decision_after_undo_at_the_same_instant_is_dated_later(
    open_store: OpenStore, taxonomy: Taxonomy
) -> None:
    ids = []
    for _ in range(2):
        outcome = record(open_store, taxonomy, proposal(taxonomy), clock=at(NOW))
        assert isinstance(outcome, Recorded)
        ids.append(outcome.decision.decision_id)
        with open_store() as store:
            assert store.decisions.standing(IDS)[IDS[0]].decision_id == ids[-1]
        undo(open_store, reviewer="ada", clock=at(NOW))
    assert ids[0] != ids[1]


def test_recorded_names_replaced_decision(open_store: OpenStore, taxonomy: Taxonomy) -> None:
    record(open_store, taxonomy, proposal(taxonomy), clock=at(NOW))
    approval = proposal(taxonomy, "approve", sections=["agents"], reviewer="bo")
    outcome = record(open_store, taxonomy, approval, clock=at(NOW + HOUR))
    assert isinstance(outcome, Recorded)
    assert outcome.replaced is not None
    assert (outcome.replaced.reviewer, outcome.replaced.verdict) == ("ada", Verdict.REJECTED)


def test_accepted_suggestion_must_be_the_present_one(
    open_store: OpenStore, taxonomy: Taxonomy
) -> None:
    suggestion = (SectionScore("no-longer-there", 0.8), SectionScore("agents", 0.7))
    with open_store() as store:
        add_predictions(store, [make_prediction(IDS[0], sections=suggestion)])
    other = proposal(taxonomy, "approve", accepted="survey-llm")
    stale = record(open_store, taxonomy, other, clock=at(NOW))
    assert isinstance(stale, Stale)
    assert "(now agents)" in stale.cause
    accepted = proposal(taxonomy, "approve", accepted="agents")
    outcome = record(open_store, taxonomy, accepted, clock=at(NOW))
    assert isinstance(outcome, Recorded)
    assert outcome.decision.sections == ("agents",)


def test_batch_reports_an_outcome_for_each_proposal(
    open_store: OpenStore, taxonomy: Taxonomy
) -> None:
    outcomes = record_all(
        open_store,
        taxonomy,
        [
            proposal(taxonomy, "approve", sections=["agents"]),  # the last one below counts
            proposal(taxonomy, "reject"),
            proposal(taxonomy, "approve"),
            proposal(taxonomy, "reject", arxiv_id=IDS[1], expected=Expected("f" * 16)),
            proposal(taxonomy, "reject", arxiv_id="2603.99999"),
            proposal(taxonomy, "reject", arxiv_id=IDS[2], decided_at=NOW, drawn=True),
            proposal(taxonomy, "reject", arxiv_id=IDS[2], decided_at=NOW, drawn=True),
        ],
        clock=at(NOW),
    )
    kinds = [type(outcome).__name__ for outcome in outcomes]
    assert kinds == [
        *("Unchanged", "Recorded", "MissingSectionError", "Stale"),
        *("PaperNotFoundError", "Recorded", "Unchanged"),
    ]
    with open_store() as store:
        assert store.decisions.count() == 2
        assert store.audit.sample(10).known == 1
