"""Answer the requests to one address of the API: check in order, then call its operation."""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import cast

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from config.errors import LivingSurveyError
from pipeline.review.api.context import ApiContext, Call, Caller
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.faults import bug, problem_of
from pipeline.review.api.guard import Guard, is_use_due, note_use
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.api.reading import NoQuery, read_body, read_query
from pipeline.review.api.responses import JSON, names_tag, problem_response, tag_of, written
from pipeline.review.refused import because
from storage.paper_key import parse_key

_log = logging.getLogger(__name__)
#: characters of an Idempotency-Key, and which
LONGEST_KEY = 200
_KEY = frozenset(map(chr, range(0x21, 0x7F)))


class Endpoint:
    """An ASGI application for one address: it has one operation for each method."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = {one.method: one for one in operations}
        reads = ["HEAD"] if "GET" in self._operations else []
        self.allowed = ", ".join(sorted([*self._operations, *reads, "OPTIONS"]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        try:
            response = await self._response(request)
        except ProblemError as error:
            because(scope, error.kind, error.account)
            response = problem_response(error)
        except LivingSurveyError as error:
            found = problem_of(error)
            because(scope, found.kind)
            response = problem_response(found)
        except ClientDisconnect:  # within the body; the answer is not read
            response = Response(status_code=400)
        except HTTPException as error:  # of the middleware that limits bodies
            response = problem_response(too_large() if error.status_code == 413 else bug())
        except Exception:  # noqa: BLE001  a client gets JSON for a bug too, the log the traceback
            _log.exception("unexpected error in the API")
            response = problem_response(bug())
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": self.allowed})
        operation = self._operations.get(method)
        if operation is None:
            raise ProblemError(
                405,
                "method",
                f"This address takes {self.allowed}.",
                headers={"Allow": self.allowed},
            )
        _check_accept(request)
        if operation.body is None:
            return await run_in_threadpool(_answered, request, operation, b"")
        # before its body is read, so that only who may send one is listened to
        caller = await run_in_threadpool(_admitted, request, operation)
        body = await _body_of(request, operation)
        return await run_in_threadpool(_answered, request, operation, body, caller)


def context_of(request: Request) -> ApiContext:
    """Return the context of the API."""
    return cast("ApiContext", request.app.state.api)


def too_large() -> ProblemError:
    """Return the problem of a body that is not read."""
    return ProblemError(413, "too-large", "The body is too large.", hint="Send it in parts.")


def _admitted(request: Request, operation: Operation) -> Caller | None:
    if operation.scope is None:
        return None
    context, guard = context_of(request), cast("Guard", request.app.state.guard)
    with context.read_store() as store:
        caller = guard.admit(context, store, request, operation.scope)
    because(request.scope, "", caller.person.name)  # if its request is refused after all
    return caller


def _answered(
    request: Request, operation: Operation, body: bytes, caller: Caller | None = None
) -> Response:
    context = context_of(request)
    caller = caller or _admitted(request, operation)
    call = Call(
        context=context,
        caller=caller,
        path=_path(request),
        headers=request.headers,
        query=read_query(operation.query or NoQuery, request.query_params.multi_items()),
        body=read_body(operation.body, body) if operation.body else None,
        fingerprint=_fingerprint(request, body),
    )
    _check_headers(request, operation)
    response = _written(request, operation, operation.answer(call))
    if caller is not None and is_use_due(context, caller):
        # after the answer, because it may wait for another process that holds the database
        response.background = BackgroundTask(note_use, context, caller)
    return response


def _path(request: Request) -> dict[str, str]:
    """Return the parts of the address; a paper's ID, in any notation, as its key."""
    parts = dict(request.path_params)
    if named := parts.get("arxiv_id"):
        parts["arxiv_id"] = parse_key(named) or named
    return parts


def _written(request: Request, operation: Operation, answer: Answer) -> Response:
    if answer.kept is not None:
        return Response(answer.kept, answer.status, dict(answer.headers), JSON)
    if answer.document is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    text, headers = written(answer.document), dict(answer.headers)
    if operation.tagged:
        headers["ETag"] = tag = tag_of(text)
        if names_tag(",".join(request.headers.getlist("if-none-match")), tag, weakly=True):
            return Response(status_code=304, headers=headers)
    response = Response(text, answer.status, headers, JSON)
    if request.method == "HEAD":
        response.body = b""  # its length stays that of the answer to GET
    return response


async def _body_of(request: Request, operation: Operation) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise ProblemError(
            415,
            "media-type",
            "The body must be JSON.",
            hint=f"Send `Content-Type: {JSON}`.",
            headers={"Accept": JSON},
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemError(415, "media-type", "The body must not be compressed.")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > operation.largest:
            raise too_large()
        parts.append(part)
    return b"".join(parts)


def _check_accept(request: Request) -> None:
    """Raise ProblemError if the client takes no JSON."""
    wanted = ",".join(request.headers.getlist("accept"))
    ranges = [part.split(";") for part in wanted.split(",") if part.strip()]
    taken = {"*/*", "application/*", JSON}
    refused = {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    if ranges and not any(
        first.strip().lower() in taken
        and not refused & {one.strip().lower().replace(" ", "") for one in rest}
        for first, *rest in ranges
    ):
        raise ProblemError(
            406, "not-acceptable", "The API answers JSON only.", hint=f"Send `Accept: {JSON}`."
        )


def _check_headers(request: Request, operation: Operation) -> None:
    """Raise ProblemError for conditions that an address does not compare or cannot read."""
    key = request.headers.getlist("idempotency-key")
    if not operation.keyed or not key:
        return
    if len(key) != 1 or not 1 <= len(key[0]) <= LONGEST_KEY or set(key[0]) - _KEY:
        detail = f"Send it once, with 1 to {LONGEST_KEY} characters of ASCII and no space."
        wrong = FieldProblem(header="Idempotency-Key", detail=detail)
        raise ProblemError(400, "invalid-header", "A header cannot be read.", errors=[wrong])


def _fingerprint(request: Request, body: bytes) -> str:
    parts = [
        request.method,
        request.url.path,
        request.url.query,
        request.headers.get("if-match", ""),
        hashlib.sha256(body).hexdigest(),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
