"""Records that read like speech: `make_paper(title="...")` is complete and valid."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from storage.types import (
    NewDecision,
    Paper,
    PaperVersion,
    Prediction,
    SectionScore,
    Source,
    Verdict,
)

SUBMITTED = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


def make_paper(arxiv_id: str = "2603.00001", **overrides: Any) -> Paper:
    """Return a plausible paper; any field can be overridden."""
    paper = Paper(
        arxiv_id=arxiv_id,
        version=1,
        title=f"A study of paper {arxiv_id}",
        abstract="We propose a language model that plans the layout before an image is drawn.",
        authors=("Ada Example", "Bo Sample"),
        categories=("cs.CV", "cs.CL"),
        primary_category="cs.CV",
        source=Source.OAI,
        submitted_at=SUBMITTED,
        updated_at=SUBMITTED,
        versions=(PaperVersion(1, SUBMITTED),),
    )
    return replace(paper, **overrides)


def make_prediction(arxiv_id: str = "2603.00001", **overrides: Any) -> Prediction:
    """Return a plausible prediction; any field can be overridden."""
    prediction = Prediction(
        arxiv_id=arxiv_id,
        model_id="tfidf-20260316-0000",
        in_scope=0.9,
        sections=(SectionScore("generation-image-llm-based", 0.8),),
        facets=(),
        terms=(),
        content_hash="0" * 64,
        predicted_at=SUBMITTED,
    )
    return replace(prediction, **overrides)


def make_decision(arxiv_id: str = "2603.00001", **overrides: Any) -> NewDecision:
    """Return an approval into the first section; any field can be overridden."""
    decision = NewDecision(
        arxiv_id=arxiv_id,
        verdict=Verdict.APPROVED,
        sections=("generation-image-llm-based",),
        reviewer="ada",
        decided_at=SUBMITTED,
    )
    return replace(decision, **overrides)
