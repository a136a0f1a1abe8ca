"""Hold decided papers for comparison, and the decisions made since they were indexed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from classifiers.types import Document
from pipeline.learn.documents import document_of
from storage.store import Store
from storage.types import TrainingExample, Verdict


@dataclass(frozen=True, slots=True)
class DecidedPaper:
    """An approved or rejected paper, with the text of its decision."""

    document: Document
    approved: bool
    sections: tuple[str, ...]
    reviewer: str
    #: code of a rejection's reason
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LiveDecisions:
    """The decisions after an event."""

    #: the last event that is included
    seen: int
    #: papers decided or undone since
    changed: frozenset[str] = frozenset()
    #: those of them that are approved or rejected now
    papers: Mapping[str, DecidedPaper] = field(default_factory=dict)


def decided_paper(one: TrainingExample) -> DecidedPaper:
    """Return a decision of the database."""
    return DecidedPaper(
        document_of(one.text),
        approved=one.verdict is Verdict.APPROVED,
        sections=one.sections,
        reviewer=one.reviewer,
        reason=one.reason,
    )


def caught_up(live: LiveDecisions, store: Store, last: int) -> LiveDecisions:
    """Return the decisions with those made until the event `last`; the same value if none were."""
    if last == live.seen:
        return live
    changed = store.decisions.changed_since(live.seen)
    kept = {key: paper for key, paper in live.papers.items() if key not in changed}
    found = {one.text.arxiv_id: decided_paper(one) for one in store.learning.decided(changed)}
    return replace(live, seen=last, changed=live.changed | changed, papers={**kept, **found})
