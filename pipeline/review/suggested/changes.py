"""Make the change that a suggestion asks for. Decisions are recorded by `decide.py` alone.

Nothing of arXiv's record is edited: what a person says is wrong there is asked of arXiv again.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from config.errors import LivingSurveyError
from config.reasons import Reason
from config.taxonomy import Taxonomy
from pipeline.review.decide import Recorded, record_in
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.judge import Stale, Unchanged
from pipeline.review.proposal import Expected, propose
from pipeline.review.same_work import answer_pair, undo_answer
from pipeline.review.undo import undo_in
from storage.enrichment import Fact
from storage.store import Store
from storage.suggestion_types import Suggestion, SuggestionKind

#: the source of facts that a person suggested and a reviewer took up
SOURCE = "suggestion"
#: what the venue is asked about: it comes after every DOI, so that Crossref's answer counts first
_VENUE = "suggestion"


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, in words for the record."""

    detail: str
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A suggestion that is taken up, and by whom."""

    taxonomy: Taxonomy
    one: Suggestion
    reviewer: str
    sections: tuple[str, ...]
    seen: str | None
    reasons: tuple[Reason, ...]
    now: datetime
    team: TeamRules = ALONE


def _place(store: Store, given: Given) -> Change | Opined | Stale:
    """Approve the paper into other sections; its published sentence stays.

    Where two people read a paper, the first one's word is kept until another takes it up too.
    """
    one = given.one
    standing = store.decisions.standing([one.arxiv_id]).get(one.arxiv_id)
    proposal = propose(
        given.taxonomy,
        arxiv_id=one.arxiv_id,
        verdict="approve",
        reviewer=given.reviewer,
        sections=given.sections or one.new_value.split(),
        note=None if standing is None else standing.note,
        expected=Expected(standing=given.seen),
    )
    [outcome] = record_in(store, given.taxonomy, [proposal], given.now, team=given.team)
    if isinstance(outcome, LivingSurveyError):
        raise outcome
    if isinstance(outcome, Stale | Opined):
        return outcome
    assert isinstance(outcome, Recorded | Unchanged)
    decision_id = outcome.decision.decision_id if isinstance(outcome, Recorded) else None
    return Change(" ".join(proposal.sections), decision_id)


def _venue(store: Store, given: Given) -> Change:
    detail = {"name": given.one.new_value}
    return _fact(
        store, given, Fact(given.one.arxiv_id, "venue", _VENUE, "published", detail, SOURCE)
    )


def _code(store: Store, given: Given) -> Change:
    one = given.one
    return _fact(store, given, Fact(one.arxiv_id, "code", one.new_value, "present", {}, SOURCE))


def _fact(store: Store, given: Given, fact: Fact) -> Change:
    """Store a fact with its source; the name of the person is kept apart, so that it can go."""
    one = given.one
    by = {"suggestion": one.suggestion_id, "approved_by": given.reviewer}
    store.enrichment.add([replace(fact, detail={**fact.detail, **by})], given.now, None)
    return Change(one.new_value)


def _ask_again(_store: Store, _given: Given) -> Change:
    return Change("arXiv is asked again at the next run")


def _double(store: Store, given: Given) -> Change | Stale:
    """Reject the paper as a double of the other one, which stays."""
    one = given.one
    outcome = answer_pair(
        lambda: nullcontext(store),
        given.taxonomy,
        one.arxiv_id,
        one.new_value,
        keeps=one.new_value,
        reviewer=given.reviewer,
        reasons=given.reasons,
        clock=lambda: given.now,
    )
    if isinstance(outcome, Stale):
        return outcome
    decision = outcome.decision
    return Change(one.new_value, None if decision is None else decision.decision_id)


CHANGES: dict[SuggestionKind, Callable[[Store, Given], Change | Opined | Stale]] = {
    SuggestionKind.WRONG_SECTION: _place,
    SuggestionKind.ACCEPTED_AT: _venue,
    SuggestionKind.MISSING_CODE: _code,
    SuggestionKind.WRONG_RECORD: _ask_again,
    SuggestionKind.WITHDRAWN: _ask_again,
    SuggestionKind.DUPLICATE_OF: _double,
}


def take_back(store: Store, one: Suggestion, reviewer: str, now: datetime) -> None:
    """Undo the change that a suggestion made."""
    if one.kind is SuggestionKind.DUPLICATE_OF:
        undo_answer(
            lambda: nullcontext(store),
            one.arxiv_id,
            one.new_value,
            reviewer=reviewer,
            clock=lambda: now,
        )
    elif one.decision_id is not None:
        made = store.decisions.get(one.decision_id)
        if made.undone_by is None:
            undo_in(store, [made], reviewer=reviewer, now=now)
    elif one.kind in {SuggestionKind.ACCEPTED_AT, SuggestionKind.MISSING_CODE}:
        venue = one.kind is SuggestionKind.ACCEPTED_AT
        kind, subject = ("venue", _VENUE) if venue else ("code", one.new_value)
        detail = {"suggestion": one.suggestion_id, "taken_back_by": reviewer}
        store.enrichment.add([Fact(one.arxiv_id, kind, subject, "none", detail, SOURCE)], now, None)
