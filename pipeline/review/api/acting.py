"""Do an act once for each Idempotency-Key, and keep its answer in the same transaction."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

from pipeline.review.api.context import Call
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.operation import Answer
from pipeline.review.api.responses import written
from storage.api_answers import KeptAnswer
from storage.store import OpenStore, Store

#: of an answer that was given before
REPLAYED = "Idempotent-Replayed"


def act(
    call: Call, work: Callable[[OpenStore], Answer], *, apart: OpenStore | None = None
) -> Answer:
    """Return the answer of `work`, or the one that was given under the same key before.

    `work` is given an opener that enters the transaction of the act, so a process that is killed
    leaves both the decision and the kept answer, or neither. What raises is not kept: the same
    request again is judged again.

    Args:
        call: the request.
        work: does it, in the transaction that it is given an opener of.
        apart: what it is given without a key, to open the database only as long as it needs: it
            renders, or changes something beside the database. None: the transaction.

    Raises:
        ProblemError: the key was used for another request.
    """
    context, key = call.context, call.headers.get("idempotency-key")
    if key is None and apart is not None:
        return work(apart)
    with context.open_store() as store, store.transaction():
        if key is None:
            return work(_within(store))
        now = context.clock()
        since = now - timedelta(days=context.settings.idempotency_days)
        before = store.api_answers.get(call.person, key, since=since)
        if before is not None:
            return _replayed(call, before)
        answer = work(_within(store))
        assert answer.document is not None
        kept = KeptAnswer(call.fingerprint, answer.status, written(answer.document))
        store.api_answers.add(call.person, key, kept, now=now, since=since)
        return answer


def _within(store: Store) -> OpenStore:
    return lambda: nullcontext(store)


def _replayed(call: Call, before: KeptAnswer) -> Answer:
    if before.fingerprint != call.fingerprint:
        detail = "This key was used for another request."
        raise ProblemError(
            422,
            "key-reused",
            detail,
            hint="Make a new key for each act; send the same key only with the same request.",
            errors=[FieldProblem(header="Idempotency-Key", detail=detail)],
        )
    return Answer(before.status, headers={REPLAYED: "true"}, kept=before.body)
