"""List decisions, record one or many as one act, take them back."""

from pydantic import Field

from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import ApiContext, Call
from pipeline.review.api.cursors import Cursors
from pipeline.review.api.documents.base import CursorText, Limit, Query
from pipeline.review.api.documents.decisions import (
    ARXIV_ID,
    ID,
    DecisionDocument,
    DecisionOutcome,
    DecisionPage,
    DecisionRequest,
    decision_document,
    listed_decision,
    word_document,
)
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.api.resources.papers import read_paper
from pipeline.review.api.resources.proposing import proposal_of
from pipeline.review.api.responses import names_tag, tag_of, written
from pipeline.review.decide import record
from pipeline.review.double.keep import Opined
from pipeline.review.judge import Stale, Unchanged
from storage.decision_pages import DecisionFilter
from storage.store import OpenStore, Store
from storage.types import Verdict


class DecisionsQuery(Query):
    """Which decisions; all conditions hold together."""

    arxiv_id: str | None = Field(default=None, pattern=ARXIV_ID, description="Of this paper.")
    reviewer: str | None = Field(default=None, max_length=100, description="Of this person.")
    verdict: Verdict | None = Field(default=None, description="With this verdict.")
    section: str | None = Field(default=None, max_length=120, description="In this section.")
    act_id: str | None = Field(default=None, pattern=ID, description="Recorded in this act.")
    standing: bool = Field(default=False, description="true: only those that count.")
    limit: Limit = 50
    cursor: CursorText = ""


def read_decisions(
    context: ApiContext, store: Store, query: DecisionsQuery, listed: str = "decisions"
) -> DecisionPage:
    """Return a page of decisions, latest first.

    Raises:
        ProblemError: the cursor is of another list.
    """
    cursors = Cursors(context.secret)
    after = cursors.read(listed, query, query.cursor)
    wanted = DecisionFilter(
        arxiv_id=query.arxiv_id,
        reviewer=query.reviewer,
        verdict=query.verdict.value if query.verdict else None,
        section=query.section,
        act_id=query.act_id,
        standing=query.standing,
    )
    found = store.decisions.pages.page(
        wanted, limit=query.limit + 1, before=after[0] if after else None
    )
    shown = found[: query.limit]
    more = len(found) > query.limit
    return DecisionPage(
        decisions=tuple(listed_decision(one.decision, standing=one.standing) for one in shown),
        next=cursors.write(listed, query, [shown[-1].seq]) if more else None,
    )


def _list(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, read_decisions(call.context, store, call.query))


def _get(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, decision_document(store.decisions.get(call.path["decision_id"])))


def _record(call: Call) -> Answer:
    request: DecisionRequest = call.body
    return act(call, lambda open_store: _recorded(call, request, open_store))


def _recorded(call: Call, request: DecisionRequest, open_store: OpenStore) -> Answer:
    context = call.context
    _check_match(call, request.arxiv_id, open_store)
    proposal = proposal_of(call, request, open_store)
    outcome = record(
        open_store, context.taxonomy, proposal, clock=context.clock, team=context.rules
    )
    if isinstance(outcome, Stale):
        raise ProblemError(
            409,
            "stale",
            outcome.cause,
            hint="Read the paper again, then decide on what it says now.",
            current=_standing(open_store, request.arxiv_id),
        )
    if context.reading is not None:
        context.reading.take(call.person, (), leave=(request.arxiv_id,))
    if isinstance(outcome, Opined):
        return _kept(outcome)
    if isinstance(outcome, Unchanged):
        same = decision_document(outcome.decision)
        unchanged = DecisionOutcome(outcome="unchanged", decision=same, word=None, replaced=None)
        return Answer(200, unchanged)
    replaced = decision_document(outcome.replaced) if outcome.replaced else None
    made = decision_document(outcome.decision)
    return Answer(
        201,
        DecisionOutcome(outcome="recorded", decision=made, word=None, replaced=replaced),
        {"Location": f"/api/v1/decisions/{made.decision_id}"},
    )


def _kept(outcome: Opined) -> Answer:
    """Return the answer to a word that decides nothing alone."""
    said = "unchanged" if outcome.already else "kept"
    word = word_document(outcome.word)
    document = DecisionOutcome(outcome=said, decision=None, word=word, replaced=None)
    return Answer(200 if outcome.already else 202, document)


def _check_match(call: Call, arxiv_id: str, open_store: OpenStore) -> None:
    """Raise ProblemError if the paper is not as the client read it."""
    wanted = call.headers.get("if-match")
    if wanted is None:
        return
    with open_store() as store:
        paper = read_paper(call.context, store, arxiv_id)
    tag = tag_of(written(paper))
    if not names_tag(wanted, tag):
        raise ProblemError(
            412,
            "precondition",
            f"{arxiv_id} changed since you read it.",
            hint="Read the paper again, then decide on what it says now.",
            headers={"ETag": tag},
            current=paper.standing,
        )


def _standing(open_store: OpenStore, arxiv_id: str) -> DecisionDocument | None:
    with open_store() as store:
        found = store.decisions.standing([arxiv_id]).get(arxiv_id)
    return decision_document(found) if found else None


OPERATIONS = (
    Operation(
        "listDecisions",
        "GET",
        "/decisions",
        "List decisions, latest first.",
        _list,
        Scope.READ,
        {200: DecisionPage},
        query=DecisionsQuery,
    ),
    Operation(
        "recordDecision",
        "POST",
        "/decisions",
        "Record a decision on a paper.",
        _record,
        Scope.DECIDE,
        {201: DecisionOutcome, 202: DecisionOutcome, 200: DecisionOutcome},
        problems=(404, 409, 412),
        description="201: recorded. 202: kept as the word of one of two people. 200: the same "
        "stands already. 409: the paper is not as `seen` says (`stale`, with the decision that "
        "stands), or the same work is approved (`double`). 412: the paper changed since "
        "`If-Match`.",
        body=DecisionRequest,
        keyed=True,
        matched=True,
    ),
    Operation(
        "getDecision",
        "GET",
        "/decisions/{decision_id}",
        "Get a decision.",
        _get,
        Scope.READ,
        {200: DecisionDocument},
        problems=(404,),
        tagged=True,
    ),
)
