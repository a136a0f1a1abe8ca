"""Show errors as pages: what happened, and what to do."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from config.errors import LivingSurveyError, TryAgainLaterError, UsageError
from pipeline.review.api.responses import refusal
from pipeline.review.api.table import is_api
from pipeline.review.refused import because
from pipeline.review.unusable import unusable
from pipeline.review.web.busy import busy_page
from pipeline.review.web.context import context_of, notice, said_to, session_of, wants_json
from pipeline.review.web.headers import harden
from pipeline.review.web.people import ForbiddenError
from pipeline.review.web.render import render
from pipeline.runtime.services import NoDatabaseError
from storage.errors import (
    DecisionNotFoundError,
    StoreBusyError,
    StoreDamagedError,
    StoreNotWritableError,
)
from storage.paper_key import is_doi_key, parse_key
from storage.typed_ids import explain_id

_SENTENCES: Mapping[int, tuple[str, str]] = {
    400: ("This request could not be read.", "Go back and send the form again."),
    404: ("This page does not exist.", "Open the queue for the papers that wait."),
    405: ("This address accepts forms only.", "Open the queue and decide there."),
    413: ("This form is too large.", "Shorten the note and send it again."),
}


def on_disconnect(_request: Request, _error: Exception) -> Response:
    """Answer a client that left within its request; the answer is not read."""
    return Response(status_code=400)


def refuse(request: Request, status: int, message: str, remedy: str) -> Response:
    """Return a page with an error message and its remedy, or JSON for the script."""
    if wants_json(request):
        said = {"message": said_to(request, message), "remedy": said_to(request, remedy)}
        return JSONResponse({"recorded": False, **said}, status)
    if session_of(request) is None:
        return notice(request, status, message, remedy)
    return render(
        request,
        "refusal.html",
        status=status,
        heading=message.replace("`", ""),
        message=message,
        remedy=remedy,
    )


def no_such_paper(request: Request, arxiv_id: str, outcome: str = "") -> Response:
    """Return the page for an unknown paper, or for a text that cannot be an ID.

    `outcome` says what became of the request, as a sentence.
    """
    impossible = explain_id(arxiv_id, context_of(request).clock().date())
    if impossible is not None:
        return refuse(request, 404, impossible.message, impossible.hint)
    missing = f"Paper {arxiv_id[:60]!r} is not in the database."
    return refuse(
        request,
        404,
        f"{outcome} {missing}" if outcome else missing,
        "`living-survey import --candidates` brings works that are not at arXiv."
        if is_doi_key(parse_key(arxiv_id) or "")
        else "Fetch it with `living-survey add ID`.",
    )


def on_http_error(request: Request, error: Exception) -> Response:
    """Turn Starlette's errors into pages."""
    assert isinstance(error, HTTPException)
    if is_api(request):  # an address with a line feed, which no route takes
        return refusal(error.status_code)
    message, remedy = _SENTENCES.get(error.status_code, (error.detail, "Go back to the queue."))
    response = refuse(request, error.status_code, message, remedy)
    response.headers.update(error.headers or {})
    return response


def on_known_error(request: Request, error: Exception) -> Response:
    """Turn an error of the product into a page with its remedy."""
    assert isinstance(error, LivingSurveyError)
    if isinstance(error, StoreBusyError):
        if session_of(request) is None:
            return notice(request, 503, "The database is busy.", "Try again in a few seconds.")
        return busy_page(request, error)
    if isinstance(error, TryAgainLaterError):
        return refuse(request, 503, error.message, error.hint)
    if session_of(request) is None and not isinstance(error, UsageError):
        return notice(request, 503, unusable(error), "`living-survey doctor` says what to do.")
    if isinstance(error, DecisionNotFoundError):
        status = 404
    elif isinstance(error, ForbiddenError):
        because(request.scope, "role")
        status = 403
    elif isinstance(error, StoreNotWritableError):
        status = HTTPStatus.INSUFFICIENT_STORAGE
    elif isinstance(error, StoreDamagedError | NoDatabaseError):
        status = 503
    else:
        status = 400 if isinstance(error, UsageError) else 500
    return refuse(request, status, error.message, error.hint)


def on_bug(request: Request, _error: Exception) -> Response:
    """Return a page for an unexpected error and log the traceback."""
    response = refuse(
        request,
        500,
        "An unexpected error occurred.",
        "Recorded decisions are safe. The log of `living-survey serve` has the details.",
    )
    # because this response does not pass through the middleware
    harden(response.headers)
    return response
