"""List what people outside suggest, and take it up, refuse, answer or open it again."""

from pydantic import Field

from config.instants import read_instant
from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import Call
from pipeline.review.api.cursors import Cursors
from pipeline.review.api.documents.base import CursorText, Limit, Query
from pipeline.review.api.documents.decisions import (
    ARXIV_ID,
    decision_document,
    word_document,
)
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.documents.suggestions import (
    AcceptRequest,
    AnswerRequest,
    RefuseRequest,
    SuggestionDocument,
    SuggestionOutcome,
    SuggestionPage,
    suggestion_document,
)
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.double.keep import Opined
from pipeline.review.judge import Stale
from pipeline.review.suggested.settle import answer, reopen, take_up, turn_down
from storage.store import OpenStore, Store
from storage.suggestion_types import (
    OPEN,
    Suggestion,
    SuggestionAct,
    SuggestionKind,
    SuggestionState,
)

_ONE = "/suggestions/{suggestion_id}"


class SuggestionsQuery(Query):
    """Which suggestions; all conditions hold together."""

    state: SuggestionState | None = Field(
        default=None, description="In this state; `waiting` and `not-held` have no answer yet."
    )
    kind: SuggestionKind | None = Field(default=None, description="Of this kind.")
    arxiv_id: str | None = Field(default=None, pattern=ARXIV_ID, description="About this paper.")
    limit: Limit = 50
    cursor: CursorText = ""


def _list(call: Call) -> Answer:
    query: SuggestionsQuery = call.query
    cursors = Cursors(call.context.secret)
    place = cursors.read("suggestions", query, query.cursor)
    with call.context.read_store() as store:
        found = store.suggestions.all(
            [query.state] if query.state else SuggestionState,
            query.limit + 1,
            kind=query.kind,
            arxiv_id=query.arxiv_id,
            after=(read_instant(place[0]), place[1]) if place else None,
        )
    shown, more = found[: query.limit], len(found) > query.limit
    last = [shown[-1].received_at.isoformat(), shown[-1].suggestion_id] if more else []
    return Answer(
        200,
        SuggestionPage(
            suggestions=tuple(map(suggestion_document, shown)),
            next=cursors.write("suggestions", query, last) if more else None,
        ),
    )


def _get(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, suggestion_document(_named(call, store)))


def _named(call: Call, store: Store) -> Suggestion:
    found = store.suggestions.get(call.path["suggestion_id"])
    if found is None:
        raise ProblemError(404, "not-found", "There is no such suggestion.")
    return found


def _open_one(call: Call, open_store: OpenStore) -> Suggestion:
    """Return the suggestion of the address, which must wait."""
    with open_store() as store:
        one = _named(call, store)
    if one.state not in OPEN:
        raise ProblemError(409, "conflict", f"This suggestion is {one.state} already.")
    return one


def _accept(call: Call) -> Answer:
    return act(call, lambda open_store: _accepted(call, open_store))


def _accepted(call: Call, open_store: OpenStore) -> Answer:
    context, request = call.context, call.body
    one = _open_one(call, open_store)
    done = take_up(
        open_store,
        context.taxonomy,
        one.suggestion_id,
        reviewer=call.person,
        sections=request.sections,
        seen=request.seen,
        reasons=tuple(context.review.reasons),
        clock=context.clock,
        team=context.rules,
    )
    if isinstance(done, Opined):
        document = SuggestionOutcome(
            outcome="kept",
            suggestions=(suggestion_document(one),),
            decision=None,
            word=word_document(done.word),
        )
        return Answer(200 if done.already else 202, document)
    if isinstance(done, Stale):
        with open_store() as store:
            standing = store.decisions.standing([one.arxiv_id]).get(one.arxiv_id)
        raise ProblemError(
            409,
            "stale",
            done.cause,
            hint="Read the suggestion and its paper again.",
            current=decision_document(standing) if standing else None,
        )
    return _done(open_store, "applied", done.suggestions, done.decision_id)


def _refuse(call: Call) -> Answer:
    return act(call, lambda open_store: _refused(call, open_store))


def _refused(call: Call, open_store: OpenStore) -> Answer:
    request: RefuseRequest = call.body
    one = _open_one(call, open_store)
    done = turn_down(
        open_store,
        one.case if request.whole_case else one.suggestion_id,
        because=request.because,
        reviewer=call.person,
        clock=call.context.clock,
        act=SuggestionAct.CLOSED if request.close else SuggestionAct.REFUSED,
    )
    return _done(open_store, done.state.value, done.suggestions)


def _answer(call: Call) -> Answer:
    return act(call, lambda open_store: _answered(call, open_store))


def _answered(call: Call, open_store: OpenStore) -> Answer:
    request: AnswerRequest = call.body
    with open_store() as store:
        one = _named(call, store)
    found = answer(
        open_store,
        one.case if request.whole_case else one.suggestion_id,
        text=request.text,
        person=call.person,
        clock=call.context.clock,
    )
    return _done(open_store, "answered", found)


def _reopen(call: Call) -> Answer:
    return act(call, lambda open_store: _reopened(call, open_store))


def _reopened(call: Call, open_store: OpenStore) -> Answer:
    with open_store() as store:
        one = _named(call, store)
    if one.settled_by is None:
        raise ProblemError(409, "conflict", "This suggestion was not settled here.")
    done = reopen(open_store, one.suggestion_id, reviewer=call.person, clock=call.context.clock)
    return _done(open_store, "waiting", done.suggestions)


def _done(
    open_store: OpenStore,
    outcome: str,
    settled: tuple[Suggestion, ...],
    decision_id: str | None = None,
) -> Answer:
    """Return the answer of an act, with the suggestions as they are after it."""
    with open_store() as store:
        now = [store.suggestions.get(one.suggestion_id) or one for one in settled]
        decision = store.decisions.get(decision_id) if decision_id else None
    return Answer(
        200,
        SuggestionOutcome(
            outcome=outcome,
            suggestions=tuple(map(suggestion_document, now)),
            decision=decision_document(decision) if decision else None,
            word=None,
        ),
    )


OPERATIONS = (
    Operation(
        "listSuggestions",
        "GET",
        "/suggestions",
        "List what people outside suggest, the newest first.",
        _list,
        Scope.READ,
        {200: SuggestionPage},
        query=SuggestionsQuery,
    ),
    Operation(
        "getSuggestion",
        "GET",
        _ONE,
        "Get a suggestion as it stands.",
        _get,
        Scope.READ,
        {200: SuggestionDocument},
        problems=(404,),
        tagged=True,
    ),
    Operation(
        "acceptSuggestion",
        "POST",
        f"{_ONE}/accept",
        "Make the change that a suggestion asks for, for all who suggest the same.",
        _accept,
        Scope.DECIDE,
        {200: SuggestionOutcome, 202: SuggestionOutcome},
        problems=(404, 409),
        description="A missing paper is not accepted here (422): record a decision on it, which "
        "answers the suggestion. 202: kept as the word of one of two people. 409: it is settled, "
        "or the paper is not as `seen` says.",
        body=AcceptRequest,
        keyed=True,
    ),
    Operation(
        "refuseSuggestion",
        "POST",
        f"{_ONE}/refuse",
        "Refuse or close a suggestion with a reason, which the person reads.",
        _refuse,
        Scope.DECIDE,
        {200: SuggestionOutcome},
        problems=(404, 409),
        body=RefuseRequest,
        keyed=True,
    ),
    Operation(
        "answerSuggestion",
        "POST",
        f"{_ONE}/answer",
        "Write to the person who suggested something; it settles nothing.",
        _answer,
        Scope.PUBLISH,
        {200: SuggestionOutcome},
        problems=(404,),
        body=AnswerRequest,
        keyed=True,
    ),
    Operation(
        "reopenSuggestion",
        "POST",
        f"{_ONE}/reopen",
        "Take back what was done about a suggestion, with the change it made.",
        _reopen,
        Scope.DECIDE,
        {200: SuggestionOutcome},
        problems=(404, 409),
        keyed=True,
    ),
)
