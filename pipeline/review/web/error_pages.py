"""What a reviewer reads when something cannot be done: one clear sentence and the way on."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from config.errors import LivingSurveyError, TryAgainLaterError, UsageError
from pipeline.review.web.context import render
from pipeline.review.web.security import harden
from storage.errors import DecisionNotFoundError

#: seconds; a lease is held for far less than this
RETRY_AFTER = "5"

_SENTENCES: Mapping[int, tuple[str, str]] = {
    400: ("This request could not be read.", "Go back and send the form again."),
    404: ("There is no such page.", "The queue has everything that waits."),
    405: ("This address takes forms only.", "Open the queue and decide there."),
    413: ("This form is too big.", "Shorten the note and send it again."),
}


def refuse(request: Request, status: int, message: str, remedy: str) -> Response:
    """Return a page that says why not, and what to do."""
    return render(
        request, "refusal.html", status=status, heading=message, message=message, remedy=remedy
    )


def no_such_paper(request: Request, arxiv_id: str) -> Response:
    """Return the page for a paper that is not in the database."""
    return refuse(
        request,
        404,
        f"There is no paper {arxiv_id[:60]!r} here.",
        "Only papers that were fetched can be decided; `living-survey add` brings in single ones.",
    )


def on_http_error(request: Request, error: Exception) -> Response:
    """Turn Starlette's own refusals (no route, wrong method, body too big) into pages."""
    assert isinstance(error, HTTPException)
    message, remedy = _SENTENCES.get(error.status_code, (error.detail, "Go back to the queue."))
    response = refuse(request, error.status_code, message, remedy)
    response.headers.update(error.headers or {})
    return response


def on_known_error(request: Request, error: Exception) -> Response:
    """Turn an error that someone can mend into a page with its remedy."""
    assert isinstance(error, LivingSurveyError)
    if isinstance(error, TryAgainLaterError):
        remedy = error.hint or "Nothing was recorded. Load the page again in a few seconds."
        response = refuse(request, 503, error.message, remedy)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    if isinstance(error, DecisionNotFoundError):
        status = 404
    else:
        status = 400 if isinstance(error, UsageError) else 500
    return refuse(request, status, error.message, error.hint)


def on_bug(request: Request, _error: Exception) -> Response:
    """Say that it is our fault; the traceback goes to the log, not to the page."""
    response = refuse(
        request,
        500,
        "Something went wrong inside the queue.",
        "Decisions recorded before are safe. The log of `living-survey serve` says what happened.",
    )
    # this answer is made outside all middleware
    harden(response.headers)
    return response
