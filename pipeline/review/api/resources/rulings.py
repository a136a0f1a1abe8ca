"""List rulings, and make, revise and withdraw them."""

from pydantic import Field

from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import ApiContext, Call
from pipeline.review.api.cursors import Cursors
from pipeline.review.api.documents.base import CursorText, Limit, Query
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.documents.rulings import (
    RulingDocument,
    RulingOutcome,
    RulingPage,
    RulingRequest,
    ruling_document,
)
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.rulings.acts import rule_on, withdraw_ruling
from storage.rulings import Ruling
from storage.store import OpenStore, Store

_ONE = "/rulings/{arxiv_id:path}"


class RulingsQuery(Query):
    """Which rulings; all conditions hold together."""

    section: str | None = Field(default=None, max_length=120, description="In this section.")
    standing: bool = Field(default=True, description="false: also those that were withdrawn.")
    limit: Limit = 50
    cursor: CursorText = ""


def read_rulings(
    context: ApiContext, store: Store, query: RulingsQuery, listed: str = "rulings"
) -> RulingPage:
    """Return a page of rulings, the latest first.

    Raises:
        ProblemError: the cursor is of another list.
    """
    cursors = Cursors(context.secret)
    after = cursors.read(listed, query, query.cursor)
    wanted = [
        one
        for one in (store.rulings.standing() if query.standing else store.rulings.all())
        if (query.section is None or query.section in one.sections)
        and (after is None or _place(one) < after)
    ]
    found = sorted(wanted, key=_place, reverse=True)
    shown, more = found[: query.limit], len(found) > query.limit
    return RulingPage(
        rulings=tuple(map(ruling_document, shown)),
        next=cursors.write(listed, query, _place(shown[-1])) if more else None,
    )


def _place(one: Ruling) -> list[str]:
    return [one.ruled_at.isoformat(timespec="microseconds"), one.arxiv_id]


def _list(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, read_rulings(call.context, store, call.query))


def _get(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, ruling_document(_named(call, store)))


def _named(call: Call, store: Store) -> Ruling:
    key = call.path["arxiv_id"]
    found = store.rulings.of([key]).get(key)
    if found is None:
        raise ProblemError(404, "not-found", f"There is no ruling on {key[:40]!r}.")
    return found


def _put(call: Call) -> Answer:
    request: RulingRequest = call.body

    def ruled(open_store: OpenStore) -> Answer:
        done = rule_on(
            open_store,
            arxiv_id=call.path["arxiv_id"],
            sentence=request.sentence,
            person=call.person,
            clock=call.context.clock,
        )
        document = RulingOutcome(outcome=done.outcome, ruling=ruling_document(done.ruling))
        return Answer(201 if done.outcome == "made" else 200, document)

    return act(call, ruled)


def _withdraw(call: Call) -> Answer:
    def withdrawn(open_store: OpenStore) -> Answer:
        with open_store() as store:
            one = _named(call, store)
        if not one.stands:
            raise ProblemError(409, "conflict", f"The ruling on {one.arxiv_id} is withdrawn.")
        done = withdraw_ruling(
            open_store, arxiv_id=one.arxiv_id, person=call.person, clock=call.context.clock
        )
        document = RulingOutcome(outcome=done.outcome, ruling=ruling_document(done.ruling))
        return Answer(200, document)

    return act(call, withdrawn)


OPERATIONS = (
    Operation(
        "listRulings",
        "GET",
        "/rulings",
        "List decisions kept as precedent, the latest first.",
        _list,
        Scope.READ,
        {200: RulingPage},
        query=RulingsQuery,
    ),
    Operation(
        "getRuling",
        "GET",
        _ONE,
        "Get the ruling on a paper, also one that was withdrawn.",
        _get,
        Scope.READ,
        {200: RulingDocument},
        problems=(404,),
        tagged=True,
    ),
    Operation(
        "putRuling",
        "PUT",
        _ONE,
        "Keep a paper's standing decision as precedent, or revise the ruling on it.",
        _put,
        Scope.PUBLISH,
        {201: RulingOutcome, 200: RulingOutcome},
        description="422: the paper is neither approved nor rejected, so there is nothing to keep.",
        body=RulingRequest,
        keyed=True,
    ),
    Operation(
        "withdrawRuling",
        "DELETE",
        _ONE,
        "Withdraw the ruling on a paper; it stays on record.",
        _withdraw,
        Scope.PUBLISH,
        {200: RulingOutcome},
        problems=(404, 409),
        keyed=True,
    ),
)
