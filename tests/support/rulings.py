"""Rulings for tests: a record with defaults, and a likeness that tests state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from classifiers.types import Document
from storage.rulings import RulingAct, RulingEvent
from storage.types import Verdict

RULED_AT = datetime(2026, 3, 17, 12, 30, 0, 250_000, tzinfo=UTC)


def make_ruling(arxiv_id: str = "2603.00001", **overrides: Any) -> RulingEvent:
    """Return a ruling about to be recorded; any field can be overridden."""
    event = RulingEvent(
        kind=RulingAct.MADE,
        arxiv_id=arxiv_id,
        title=f"A study of paper {arxiv_id}",
        verdict=Verdict.REJECTED,
        sections=(),
        sentence="A language model that only ranks results does not generate.",
        person="ada",
        happened_at=RULED_AT,
    )
    return replace(event, **overrides)


@dataclass(frozen=True)
class StatedLikeness:
    """Returns the nearness that a test states, by the other text's key."""

    similar: Mapping[str, float]

    def nearness(self, _document: Document, others: Sequence[Document]) -> tuple[float, ...]:
        """Return what was stated; 0 for texts that were not."""
        return tuple(self.similar.get(other.key, 0.0) for other in others)
