"""Show what the last act recorded, with its undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request

from pipeline.review.judge import suggested_section
from pipeline.review.rulings.near import NearRuling
from pipeline.review.web.against_rulings import contradicted_by
from pipeline.review.web.context import context_of, reviewer_of
from pipeline.review.web.texts import shown_title
from storage.batches import BatchKind
from storage.errors import DecisionNotFoundError
from storage.opinion_types import Opinion, OpinionKind
from storage.store import Store
from storage.types import Decision

#: what `?said=` says: acts of a form that are no decision
SAID: Mapping[str, str] = {
    "answer-undone": "The answer was taken back.",
    "kept": "The decision is kept as it is.",
    "ruling": "The ruling is recorded.",
    "ruling-withdrawn": "The ruling is withdrawn.",
    "view-saved": "The view is saved; it stands under Saved views.",
    "word-kept": "Your word is kept until another person has said the same.",
    "words-ended": "The words that waited were ended.",
}


@dataclass(frozen=True, slots=True)
class Flash:
    """A decision and its paper's title, for a message or a list."""

    decision: Decision
    title: str
    #: number of papers that the same act decided
    together: int = 1
    #: rulings that it contradicts
    contradicts: tuple[NearRuling, ...] = ()
    #: it decides nothing yet
    kept: bool = False
    #: another person said otherwise
    differs: bool = False
    #: it becomes a ruling when it becomes a decision
    rules: bool = False


def flash_of(store: Store, request: Request) -> Flash | None:
    """Return the decision in `?done=`, looked up, so that a link cannot forge a message."""
    decision_id = request.query_params.get("done", "")
    if not decision_id:
        return None
    try:
        word = store.opinions.find(decision_id)
        if word is not None:
            # what another person said is hidden until he has spoken too
            return (
                flash_on_word(store, request, word)
                if word.reviewer == reviewer_of(request)
                else None
            )
        return flash_on(store, request, store.decisions.get(decision_id))
    except DecisionNotFoundError:
        return None


def flash_on(store: Store, request: Request, decision: Decision) -> Flash:
    """Return the message on a decision."""
    together: Sequence[Decision] = (decision,)
    if batch_id := decision.batch_id:
        batch = store.batches.get_many([batch_id]).get(batch_id)
        if batch is not None and batch.kind is BatchKind.BULK:
            words = store.opinions.of_batch(batch_id)
            again = [as_decision(one) for one in words if looks_decided(store, request, one)]
            together = [*store.decisions.of_batch(batch_id), *again]
    return replace(
        with_title(store.papers.titles([decision.arxiv_id]), decision),
        together=len(together),
        contradicts=contradicted_by(store, request, together),
    )


def flash_on_word(store: Store, request: Request, word: Opinion) -> Flash:
    """Return the message on a word of the reader's own; a repeated paper looks like any other."""
    if looks_decided(store, request, word):
        return flash_on(store, request, as_decision(word))
    said = with_title(store.papers.titles([word.arxiv_id]), as_decision(word))
    differs = word.kind is OpinionKind.SECOND
    return replace(said, kept=True, differs=differs, rules=word.ruling)


def looks_decided(store: Store, request: Request, word: Opinion) -> bool:
    """Return whether a word is on a repeated paper that one person would decide alone."""
    if word.kind is not OpinionKind.REPEAT:
        return False
    context = context_of(request)
    scored = store.predictions.latest([word.arxiv_id]).get(word.arxiv_id)
    suggested = suggested_section(scored, context.taxonomy)
    section = suggested.section if suggested else None
    return not context.rules.needs_two(word.arxiv_id, section, word.sections)


def as_decision(word: Opinion) -> Decision:
    """Return a word in the form of a decision, to show it."""
    return Decision(
        decision_id=word.opinion_id,
        arxiv_id=word.arxiv_id,
        verdict=word.verdict,
        sections=word.sections,
        reviewer=word.reviewer,
        decided_at=word.given_at,
        note=word.note,
        undone_by=word.reviewer if word.undone_at else None,
        undone_at=word.undone_at,
        batch_id=word.batch_id,
        reason=word.reason,
    )


def with_title(titles: Mapping[str, str], decision: Decision) -> Flash:
    """Return a decision with its paper's title."""
    return Flash(decision, shown_title(titles.get(decision.arxiv_id, ""), decision.arxiv_id))
