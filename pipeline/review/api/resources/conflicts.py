"""List papers on which two people differ, and record the third word."""

from config.roles import Role
from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import Call
from pipeline.review.api.cursors import Cursors
from pipeline.review.api.documents.base import CursorText, Limit, Query
from pipeline.review.api.documents.conflicts import (
    ConflictDocument,
    ConflictPage,
    ThirdWordRequest,
)
from pipeline.review.api.documents.decisions import (
    DecisionOutcome,
    decision_document,
    word_document,
)
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.api.resources.proposing import check_reason
from pipeline.review.conflicts import (
    Conflict,
    NotYourWordError,
    Present,
    conflicts,
    give_third,
    may_give,
    present,
)
from pipeline.review.proposal import Expected, propose
from storage.store import OpenStore


class ConflictsQuery(Query):
    """A page of conflicts."""

    limit: Limit = 20
    cursor: CursorText = ""


def _list(call: Call) -> Answer:
    query: ConflictsQuery = call.query
    cursors = Cursors(call.context.secret)
    after = cursors.read("conflicts", query, query.cursor)
    with call.context.read_store() as store:
        found = [one for one in conflicts(store) if after is None or _place(one) > after]
        shown, others = found[: query.limit], present(store, call.context.clock().date())
        marks = store.papers.marks([one.arxiv_id for one in shown])
    more = len(found) > query.limit
    return Answer(
        200,
        ConflictPage(
            conflicts=tuple(
                _document(call, one, marks[one.arxiv_id].content_hash, others) for one in shown
            ),
            next=cursors.write("conflicts", query, _place(shown[-1])) if more else None,
        ),
    )


def _place(one: Conflict) -> list[str]:
    return [one.words[-1].given_at.isoformat(timespec="microseconds"), one.arxiv_id]


def _document(call: Call, one: Conflict, content_hash: str, others: Present) -> ConflictDocument:
    return ConflictDocument(
        arxiv_id=one.arxiv_id,
        title=one.title,
        content_hash=content_hash,
        words=tuple(map(word_document, one.words)),
        taken_back=one.taken_back,
        against=decision_document(one.against) if one.against else None,
        yours=may_give(
            one.words,
            call.person,
            rules=call.context.rules,
            is_admin=_is_admin(call),
            others=others,
        ),
    )


def _third(call: Call) -> Answer:
    return act(call, lambda open_store: _given(call, open_store))


def _given(call: Call, open_store: OpenStore) -> Answer:
    context, key = call.context, call.path["arxiv_id"]
    request: ThirdWordRequest = call.body
    with open_store() as store:
        waits = key in {one.arxiv_id for one in conflicts(store)}
    if not waits:
        raise ProblemError(
            404,
            "not-found",
            f"No third word is asked on {key[:40]!r}.",
            hint="`/conflicts` lists what waits.",
        )
    check_reason(call, request.verdict, request.reason)
    proposal = propose(
        context.taxonomy,
        arxiv_id=key,
        verdict=request.verdict.value,
        reviewer=call.person,
        sections=request.sections,
        note=request.note,
        reason=request.reason,
        reasons=tuple(context.review.reasons),
        expected=Expected(content_hash=request.content_hash),
    )
    try:
        done = give_third(
            open_store,
            context.taxonomy,
            proposal,
            rules=context.rules,
            is_admin=_is_admin(call),
            clock=context.clock,
        )
    except NotYourWordError as error:
        raise ProblemError(403, "not-allowed", error.message, hint=error.hint) from None
    made = decision_document(done.decision)
    replaced = decision_document(done.replaced) if done.replaced else None
    return Answer(
        201,
        DecisionOutcome(outcome="recorded", decision=made, word=None, replaced=replaced),
        {"Location": f"/api/v1/decisions/{made.decision_id}"},
    )


def _is_admin(call: Call) -> bool:
    assert call.caller is not None
    return call.caller.person.role.includes(Role.ADMIN)


OPERATIONS = (
    Operation(
        "listConflicts",
        "GET",
        "/conflicts",
        "List papers on which two people differ, the longest waiting first.",
        _list,
        Scope.READ,
        {200: ConflictPage},
        query=ConflictsQuery,
    ),
    Operation(
        "giveThirdWord",
        "POST",
        "/conflicts/{arxiv_id:path}",
        "Give the third word on a paper, which decides.",
        _third,
        Scope.DECIDE,
        {201: DecisionOutcome},
        problems=(404, 409),
        description="403: you gave one of the two words. 404: no third word is asked. 409: the "
        "paper changed since `content_hash`.",
        body=ThirdWordRequest,
        keyed=True,
    ),
)
