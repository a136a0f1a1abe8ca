"""Answer what cannot be done with a page that says what to do."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from config.errors import LivingSurveyError, TryAgainLaterError
from pipeline.publish.public.headers import harden
from pipeline.publish.public.site import page, texts_for
from pipeline.runtime.fault_log import FaultLog

_faults = FaultLog(logging.getLogger(__name__))
_SAID = frozenset({400, 403, 404, 405, 413, 429, 500, 503})
#: seconds after which a client may ask again
_WAITS = {429: 3600, 503: 60}


def refuse(request: Request, status: int, *, wait: int | None = None) -> Response:
    """Return a page for an error status; `wait` says after how many seconds to ask again."""
    said = status if status in _SAID else 400
    response = page(request, "error.html", texts_for(request), status=status, key=f"error_{said}")
    if status in _WAITS:
        response.headers["Retry-After"] = str(_WAITS[status] if wait is None else wait)
    return response


def on_http_error(request: Request, error: Exception) -> Response:
    """Turn Starlette's errors into pages."""
    assert isinstance(error, HTTPException)
    response = refuse(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


def on_disconnect(_request: Request, _error: Exception) -> Response:
    """Answer a client that left within its request; the answer is not read."""
    return Response(status_code=400)


def on_known_error(request: Request, error: Exception) -> Response:
    """Log an error of the product, whose text is for the operator, and ask to try again."""
    assert isinstance(error, LivingSurveyError)
    if not isinstance(error, TryAgainLaterError):
        _faults.write("a public page failed", error)
    return refuse(request, 503)


def on_bug(request: Request, _error: Exception) -> Response:
    """Return a page for an unexpected error; the server logs the traceback."""
    response = refuse(request, 500)
    # because this response does not pass through the middleware
    harden(response.headers, "/")
    return response
