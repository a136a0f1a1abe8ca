"""List decisions, record one or many as one act, take them back."""

from dataclasses import replace

from pydantic import Field

from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import ApiContext, Call
from pipeline.review.api.cursors import Cursors
from pipeline.review.api.documents.base import CursorText, Limit, Query
from pipeline.review.api.documents.decisions import (
    ARXIV_ID,
    ID,
    ActOutcome,
    ActRequest,
    DecisionDocument,
    DecisionOutcome,
    DecisionPage,
    DecisionRequest,
    LeftOutDocument,
    UndoOutcome,
    decision_document,
    listed_decision,
    word_document,
)
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.operation import LARGEST_ACT, Answer, Operation
from pipeline.review.api.reading import refused
from pipeline.review.api.resources.papers import read_paper
from pipeline.review.api.responses import names_tag, tag_of, written
from pipeline.review.decide import decide_all, record
from pipeline.review.double.keep import Opined
from pipeline.review.judge import Stale, Unchanged, suggested_section
from pipeline.review.proposal import Expected, Proposal, propose
from pipeline.review.undo import undo
from storage.batches import Batch
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
    proposal = _proposal(call, request, open_store)
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


def _proposal(
    call: Call, request: DecisionRequest, open_store: OpenStore, at: str = ""
) -> Proposal:
    context = call.context
    proposal = propose(
        context.taxonomy,
        arxiv_id=request.arxiv_id,
        verdict=request.verdict.value,
        reviewer=call.person,
        sections=request.sections,
        note=request.note,
        expected=Expected(request.seen.standing, request.seen.content_hash),
        drawn=request.drawn,
        also=request.also,
        reason=request.reason,
        reasons=tuple(context.review.reasons),
        return_on=request.return_on,
        until_new_version=request.until_new_version,
    )
    if not request.accept_suggestion:
        return proposal
    if request.sections or request.verdict is not Verdict.APPROVED:
        raise refused(
            "Only an approval without sections accepts the model's suggestion.",
            "Name sections or accept the suggestion.",
            f"{at}/accept_suggestion",
        )
    with open_store() as store:
        prediction = store.predictions.latest([request.arxiv_id]).get(request.arxiv_id)
    suggested = suggested_section(prediction, context.taxonomy)
    return replace(proposal, accepted=suggested.section if suggested else None)


def _standing(open_store: OpenStore, arxiv_id: str) -> DecisionDocument | None:
    with open_store() as store:
        found = store.decisions.standing([arxiv_id]).get(arxiv_id)
    return decision_document(found) if found else None


def _record_act(call: Call) -> Answer:
    request: ActRequest = call.body
    ids = [one.arxiv_id for one in request.decisions]
    twice = [number for number, key in enumerate(ids) if key in ids[:number]]
    if twice:
        raise refused(
            "An act decides each paper once.",
            "Leave out the repeated papers.",
            *(f"/decisions/{number}/arxiv_id" for number in twice[:20]),
        )
    return act(call, lambda open_store: _recorded_act(call, request, open_store))


def _recorded_act(call: Call, request: ActRequest, open_store: OpenStore) -> Answer:
    proposals = [
        _proposal(call, one, open_store, f"/decisions/{number}")
        for number, one in enumerate(request.decisions)
    ]
    context = call.context
    done = decide_all(
        open_store, context.taxonomy, proposals, clock=context.clock, team=context.rules
    )
    outcome = ActOutcome(
        act_id=done.batch_id,
        recorded=tuple(decision_document(one.decision) for one in done.recorded),
        unchanged=tuple(map(decision_document, done.already)),
        kept=tuple(word_document(one.word) for one in done.kept),
        left_out=tuple(
            LeftOutDocument(arxiv_id=one.arxiv_id, cause=one.cause) for one in done.left_out
        ),
    )
    if done.recorded:
        return Answer(201, outcome, {"Location": f"/api/v1/acts/{done.batch_id}"})
    if done.kept:
        return Answer(202, outcome)
    if done.left_out:
        first = done.left_out[0]
        raise ProblemError(
            409,
            "stale",
            f"Nothing was recorded: none of the papers is as expected. {first.cause}",
            hint="Read the papers again, then decide on what they say now.",
            errors=[
                FieldProblem(pointer=f"/decisions/{number}", detail=one.cause)
                for number, one in enumerate(done.left_out[:50])
            ],
        )
    return Answer(200, outcome)


def _get_act(call: Call) -> Answer:
    """Return an act as it is now: decisions that were taken back stay in it."""
    act_id = call.path["act_id"]
    with call.context.read_store() as store:
        batch: Batch = store.batches.get(act_id)
        together = tuple(map(decision_document, store.decisions.of_batch(batch.batch_id)))
        words = store.opinions.of_batch(batch.batch_id)
    # the words of others stay unknown
    own = tuple(word_document(one) for one in words if one.reviewer == call.person)
    return Answer(
        200,
        ActOutcome(act_id=act_id, recorded=together, unchanged=(), kept=own, left_out=()),
    )


def _undo_decision(call: Call) -> Answer:
    return act(call, lambda open_store: _undone(call, open_store, call.path["decision_id"], None))


def _undo_act(call: Call) -> Answer:
    return act(call, lambda open_store: _undone(call, open_store, None, call.path["act_id"]))


def _undone(
    call: Call, open_store: OpenStore, decision_id: str | None, act_id: str | None
) -> Answer:
    done = undo(
        open_store,
        reviewer=call.person,
        decision_id=decision_id,
        batch_id=act_id,
        clock=call.context.clock,
    )
    if isinstance(done, Unchanged):
        same = (decision_document(done.decision),)
        return Answer(200, UndoOutcome(outcome="unchanged", undone=same, words=(), later=()))
    taken = tuple(map(decision_document, done.decisions))
    later = tuple(map(decision_document, done.act.later))
    words = tuple(map(word_document, done.words))
    outcome = "undone" if taken or words else "unchanged"
    return Answer(200, UndoOutcome(outcome=outcome, undone=taken, words=words, later=later))


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
    Operation(
        "undoDecision",
        "POST",
        "/decisions/{decision_id}/undo",
        "Take a decision back.",
        _undo_decision,
        Scope.DECIDE,
        {200: UndoOutcome},
        problems=(404, 409),
        keyed=True,
    ),
    Operation(
        "recordAct",
        "POST",
        "/acts",
        "Record decisions on several papers as one act.",
        _record_act,
        Scope.DECIDE,
        {201: ActOutcome, 202: ActOutcome, 200: ActOutcome},
        problems=(404, 409),
        description="Papers that are not as `seen` says are left out and named; the others are "
        "recorded together. 409: none could be recorded.",
        body=ActRequest,
        keyed=True,
        largest=LARGEST_ACT,
    ),
    Operation(
        "getAct",
        "GET",
        "/acts/{act_id}",
        "Get the decisions of an act as they are now.",
        _get_act,
        Scope.READ,
        {200: ActOutcome},
        problems=(404,),
        tagged=True,
    ),
    Operation(
        "undoAct",
        "POST",
        "/acts/{act_id}/undo",
        "Take back all decisions of an act.",
        _undo_act,
        Scope.DECIDE,
        {200: UndoOutcome},
        problems=(404, 409),
        keyed=True,
    ),
)
