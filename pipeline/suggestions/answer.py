"""Say how a suggestion stands, for the person who made it: never who decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from config.reasons import Reason, named_reason
from config.taxonomy import Section, Taxonomy
from storage.store import Store
from storage.suggestion_types import Suggestion, SuggestionKind, SuggestionState
from storage.types import Decision, Verdict


@dataclass(frozen=True, slots=True)
class SuggestionAnswer:
    """How a suggestion stands."""

    suggestion: Suggestion
    #: as stored; empty: the paper is not held
    title: str
    #: where it is listed; empty: nowhere
    sections: tuple[Section, ...]
    #: the day of the decision; None: there is none
    day: date | None
    #: why it was rejected; None: no reason was stated
    reason: Reason | None
    #: suggestions of the same, this one included
    askers: int
    withdrawn: bool = False
    #: the paper stands rejected; a suggestion that waits all the same says something new
    rejected: bool = False


def answer_of(
    store: Store, suggestion_id: str, taxonomy: Taxonomy, reasons: Sequence[Reason]
) -> SuggestionAnswer | None:
    """Return how a suggestion stands, or None if there is none."""
    suggestion = store.suggestions.get(suggestion_id)
    if suggestion is None:
        return None
    key = suggestion.arxiv_id
    stored = store.papers.get_many([key]).get(key)
    standing = store.decisions.standing([key]).get(key)
    return SuggestionAnswer(
        suggestion=suggestion,
        title="" if stored is None else stored.paper.title,
        sections=placed(standing, taxonomy),
        day=_day(suggestion, standing),
        reason=why_rejected(standing, reasons),
        askers=len(store.suggestions.of_case(suggestion.case)),
        withdrawn=stored is not None and stored.paper.withdrawn,
        rejected=standing is not None and standing.verdict is Verdict.REJECTED,
    )


def placed(decision: Decision | None, taxonomy: Taxonomy) -> tuple[Section, ...]:
    """Return the sections of an approval that the taxonomy has."""
    if decision is None or decision.verdict is not Verdict.APPROVED:
        return ()
    return tuple(one for one in taxonomy.sections if one.id in decision.sections)


def why_rejected(decision: Decision | None, reasons: Sequence[Reason]) -> Reason | None:
    """Return the reason of a rejection; the note of the reviewer is not for strangers."""
    if decision is None or decision.verdict is not Verdict.REJECTED or not decision.reason:
        return None
    return named_reason(reasons, decision.reason)


def _day(suggestion: Suggestion, standing: Decision | None) -> date | None:
    if suggestion.settled_at is not None:
        return suggestion.settled_at.date()
    held = suggestion.kind is SuggestionKind.MISSING_PAPER
    listed = suggestion.state is SuggestionState.LISTED
    return standing.decided_at.date() if standing is not None and held and listed else None
