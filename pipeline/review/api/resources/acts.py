"""Record decisions on several papers as one act, and take decisions and acts back."""

from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import Call
from pipeline.review.api.documents.decisions import (
    ActOutcome,
    ActRequest,
    LeftOutDocument,
    UndoOutcome,
    decision_document,
    word_document,
)
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.operation import LARGEST_ACT, Answer, Operation
from pipeline.review.api.reading import refused
from pipeline.review.api.resources.proposing import proposal_of
from pipeline.review.decide import decide_all
from pipeline.review.judge import Unchanged
from pipeline.review.undo import undo
from storage.batches import Batch
from storage.store import OpenStore


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
        proposal_of(call, one, open_store, f"/decisions/{number}")
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
