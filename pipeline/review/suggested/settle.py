"""Take up, refuse, close and answer suggestions, each in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.errors import UsageError
from config.reasons import Reason
from config.taxonomy import Taxonomy
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.judge import Stale
from pipeline.review.proposal import reviewer_name
from pipeline.review.suggested.changes import CHANGES, Given, take_back
from pipeline.review.suggested.find import checked_words, get, of, open_of, open_one
from pipeline.runtime.clock import check_clock
from storage.store import OpenStore
from storage.suggestion_types import OPEN, Suggestion, SuggestionAct, SuggestionState


@dataclass(frozen=True, slots=True)
class Settled:
    """Suggestions that were settled as one."""

    suggestions: tuple[Suggestion, ...]
    state: SuggestionState
    #: of a decision that was recorded
    decision_id: str | None = None


def take_up(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    suggestion_id: str,
    *,
    reviewer: str,
    sections: Sequence[str] = (),
    seen: str | None = None,
    reasons: Sequence[Reason] = (),
    clock: Callable[[], datetime],
    team: TeamRules = ALONE,
) -> Settled | Opined | Stale:
    """Make the change that was suggested, with all suggestions of the same, in one transaction.

    Another section of a paper that two people read needs both: the suggestion stays open until the
    second takes it up, and the first one's word is kept.

    Args:
        open_store: opens the database.
        taxonomy: of the survey.
        suggestion_id: of a correction; a missing paper is decided as any other.
        reviewer: who approves it.
        sections: where the paper belongs instead, if not where the person said.
        seen: ID of the decision that the reviewer saw; None: not compared.
        reasons: those of the settings.
        clock: gives the present time.
        team: what one person alone may not decide.

    Raises:
        UsageError: it is no correction, is settled already, or its paper is not listed.
    """
    name = reviewer_name(reviewer)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        one = open_one(store, suggestion_id)
        make = CHANGES.get(one.kind)
        if make is None:
            raise UsageError(
                "A missing paper is decided, not taken up.",
                hint=f"`living-survey decide {one.arxiv_id} approve` settles it.",
            )
        given = Given(taxonomy, one, name, tuple(sections), seen, tuple(reasons), now, team)
        change = make(store, given)
        if isinstance(change, Stale | Opined):
            return change
        same = [
            other
            for other in store.suggestions.of_case(one.case)
            if other.state in OPEN and other.new_value == one.new_value
        ]
        store.suggestions.act(
            [other.suggestion_id for other in same],
            SuggestionAct.APPLIED,
            person=name,
            now=now,
            detail=change.detail,
            decision_id=change.decision_id,
        )
        return Settled(tuple(same), SuggestionState.APPLIED, change.decision_id)


def turn_down(
    open_store: OpenStore,
    case: str,
    *,
    because: str,
    reviewer: str,
    clock: Callable[[], datetime],
    act: SuggestionAct = SuggestionAct.REFUSED,
) -> Settled:
    """Refuse a case with a reason, or close it without a decision; the askers read the reason.

    Args:
        open_store: opens the database.
        case: the key of a case, or the ID of one suggestion.
        because: the sentence that the askers read.
        reviewer: who does it.
        clock: gives the present time.
        act: REFUSED or CLOSED.

    Raises:
        UsageError: nothing of it is open, or there is no reason.
    """
    name, text = reviewer_name(reviewer), checked_words(because)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        found = open_of(store, case)
        ids = [one.suggestion_id for one in found]
        store.suggestions.act(ids, act, person=name, now=now, detail=text)
        return Settled(tuple(found), SuggestionState(act.value))


def answer(
    open_store: OpenStore,
    case: str,
    *,
    text: str,
    person: str,
    clock: Callable[[], datetime],
) -> tuple[Suggestion, ...]:
    """Write to the people of a case what they then read on their pages; it settles nothing.

    Raises:
        UsageError: there is no such case, or no text.
    """
    name, words = reviewer_name(person), checked_words(text)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        found = of(store, case)
        ids = [one.suggestion_id for one in found]
        store.suggestions.act(ids, SuggestionAct.ANSWERED, person=name, now=now, detail=words)
        return tuple(found)


def reopen(
    open_store: OpenStore,
    suggestion_id: str,
    *,
    reviewer: str,
    clock: Callable[[], datetime],
) -> Settled:
    """Take back what was done about a suggestion and the same ones, with the change it made.

    Raises:
        UsageError: it is open.
    """
    name = reviewer_name(reviewer)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        one = get(store, suggestion_id)
        if one.settled_by is None:
            raise UsageError(
                "This suggestion was not settled here.", hint="There is nothing to undo."
            )
        same = [
            other
            for other in store.suggestions.of_case(one.case)
            if (other.state, other.settled_at) == (one.state, one.settled_at)
        ]
        if one.state is SuggestionState.APPLIED:
            take_back(store, one, name, now)
        ids = [other.suggestion_id for other in same]
        store.suggestions.act(ids, SuggestionAct.REOPENED, person=name, now=now)
        return Settled(tuple(same), SuggestionState.WAITING)
