"""Say who reads which paper just now, so that two people never read the same one unknowingly."""

from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import Call
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.documents.team import (
    ClaimOutcome,
    ClaimRequest,
    ClaimsDocument,
    claim_document,
)
from pipeline.review.api.operation import Answer, Operation
from storage.calendar import announcement_day
from storage.claims import Claim
from storage.paper_key import parse_key
from storage.store import OpenStore

_ONE = "/claims/{arxiv_id:path}"


def _list(call: Call) -> Answer:
    reading = call.context.reading
    found = reading.standing().values() if reading else ()
    return Answer(200, ClaimsDocument(claims=tuple(map(claim_document, found))))


def _claim(call: Call) -> Answer:
    return act(call, lambda open_store: _claimed(call, open_store), apart=call.context.read_store)


def _claimed(call: Call, open_store: OpenStore) -> Answer:
    request: ClaimRequest = call.body
    context, key = call.context, call.path["arxiv_id"]
    with open_store() as store:
        if not store.assignments.waiting([key], announcement_day(context.clock())):
            raise ProblemError(404, "not-found", f"The paper {key[:40]!r} does not wait.")
        if context.reading is not None:
            context.reading.look(store)
    if context.reading is None:
        return Answer(200, ClaimOutcome(claim=None))
    held = context.reading.take(call.person, [key], over=request.over)
    if held.paper is None:
        raise _taken(held.others[key])
    own = context.reading.standing().get(key)
    return Answer(200, ClaimOutcome(claim=claim_document(own) if own else None))


def _taken(claim: Claim) -> ProblemError:
    return ProblemError(
        409,
        "claimed",
        f"{claim.arxiv_id} is {claim.said}.",
        hint="Claim another paper, or take it over with `over`.",
    )


def _leave(call: Call) -> Answer:
    if parse_key(call.path["arxiv_id"]) is None:
        raise ProblemError(404, "not-found", "This is neither an arXiv ID nor a DOI.")

    def left(_open_store: OpenStore) -> Answer:
        if call.context.reading is not None:
            call.context.reading.take(call.person, [], leave=[call.path["arxiv_id"]])
        return Answer(200, ClaimOutcome(claim=None))

    return act(call, left, apart=call.context.read_store)


OPERATIONS = (
    Operation(
        "listClaims",
        "GET",
        "/claims",
        "List who reads which paper just now.",
        _list,
        Scope.READ,
        {200: ClaimsDocument},
    ),
    Operation(
        "claimPaper",
        "PUT",
        _ONE,
        "Claim a waiting paper for some minutes, or renew the claim.",
        _claim,
        Scope.DECIDE,
        {200: ClaimOutcome},
        problems=(404, 409),
        description="409 `claimed`: somebody else reads it. Your decision ends your claim.",
        body=ClaimRequest,
        keyed=True,
    ),
    Operation(
        "leavePaper",
        "DELETE",
        _ONE,
        "End your own claim on a paper.",
        _leave,
        Scope.DECIDE,
        {200: ClaimOutcome},
        problems=(404,),
        keyed=True,
    ),
)
