"""Answer while another program holds the database: nothing was recorded, try again."""

from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.review.web.context import said_to, wants_json
from pipeline.review.web.render import render
from storage.errors import StoreBusyError

#: seconds, longer than a lease is held
RETRY_AFTER = "5"


def busy_form(request: Request, form: FormData, error: StoreBusyError) -> Response:
    """Return a page that sends the same form again; its token is still valid."""
    fields = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    if wants_json(request):
        kept = said_to(request, "Another program holds the database.")
        body = {"recorded": False, "busy": True, "message": kept, "technical": error.message}
        return _later(JSONResponse(body, 503))
    return _busy(request, error, fields, note=dict(fields).get("note", "").strip())


def busy_page(request: Request, error: StoreBusyError) -> Response:
    """Return a page that loads the same address again."""
    return _busy(request, error, None)


def _busy(
    request: Request,
    error: StoreBusyError,
    fields: Sequence[tuple[str, str]] | None,
    *,
    note: str = "",
) -> Response:
    page = render(
        request,
        "busy.html",
        status=503,
        heading="The database is busy" if fields is None else "Nothing was recorded",
        address=_own_address(request),
        fields=fields,
        note=note,
        technical=error.message,
    )
    return _later(page)


def _own_address(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _later(response: Response) -> Response:
    response.headers["Retry-After"] = RETRY_AFTER
    return response
