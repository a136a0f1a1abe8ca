"""Decide which requests reach the pages.

A request must name this machine or the survey's host (against DNS rebinding), come from our own
pages or be a navigation (Origin, Sec-Fetch-*), be of a sensible size, and belong to a session. A
decision must also carry its session's signed token, which `desk.forms` checks.
"""

from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import LivingSurveyError
from config.host_header import LOOPBACK_NAMES, host_name
from pipeline.review.api.responses import no_database, refusal
from pipeline.review.api.table import is_api, takes_large_bodies
from pipeline.review.refused import because
from pipeline.review.web.accounts.door import is_private, let_in
from pipeline.review.web.context import context_of, notice, wants_json
from pipeline.review.web.error_pages import on_known_error
from pipeline.review.web.sessions import Sessions
from pipeline.review.web.visit import arrived, keep_visit, visit_of

#: addresses for monitoring, which guard themselves
OPEN = frozenset({"/health", "/ready", "/metrics"})
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest request that is read."""

    #: bytes of the address up to the question mark, and after it
    path: int = 2048
    query: int = 4096
    #: bytes of all headers, and their number
    headers: int = 16 * 1024
    header_count: int = 100
    #: bytes; about four times the largest form
    body: int = 64 * 1024


LIMITS = Limits()

#: bytes of the forms that decide many papers, 10,000 with what was seen of each, and that edit an
#: issue, a note on each paper
BULK_PATH = "/decide-many"
ISSUE_PATH = "/issue/"
LARGEST_BULK_FORM = 512 * 1024


class AccessRules:
    """Middleware that answers what must not reach the pages, and tells them who it is."""

    def __init__(
        self, app: ASGIApp, names: frozenset[str] = LOOPBACK_NAMES, limits: Limits = LIMITS
    ) -> None:
        self.app = app
        self.names = names
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] == "http":
            answer = await self._answer(Request(scope))
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """Return the response to a request that must not pass; None lets it pass."""
        review = context_of(request)
        keep_visit(request, arrived(request, review.settings))
        is_open = _is_open(request)
        book = None if review.access is None else review.access.book
        if book is not None and not is_open and not book.is_current():
            try:
                writes = request.method not in _READING
                await run_in_threadpool(book.refresh, writes_next=writes)
            except LivingSurveyError as error:
                return no_database(error) if is_api(request) else on_known_error(request, error)
        names = self.names | set(review.settings.hosts) if review.is_team else self.names
        answer = _foreign(request, names) or _too_large(request, self.limits)
        if is_api(request):  # which tokens open, not sessions
            private = not review.is_team or is_private(request)
            if answer is None and not private:
                because(request.scope, "plain-http")
                return refusal(403, "The API is opened with https only.")
            return refusal(answer.status_code) if answer else None
        if answer or is_open:
            return answer
        if review.is_team:
            assert review.access is not None
            return await let_in(request, review.access)
        return _locked(request)


def _is_open(request: Request) -> bool:
    """Return whether an address shows no paper and no name."""
    path = request.scope["path"]
    return path in OPEN or path.startswith("/static/")


def _foreign(request: Request, names: frozenset[str]) -> Response | None:
    """Refuse other host names, and requests that other sites send."""
    headers = request.headers
    hosts = headers.getlist("host")
    if len(hosts) != 1 or host_name(hosts[0]) not in names:
        known = ", ".join(sorted(names))
        return PlainTextResponse(
            f"This queue answers only to {known}. Open it under one of these names.\n", 400
        )
    ours = headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    if request.method in _READING:
        if ours or _is_navigation(headers):
            return None
        because(request.scope, "another-site")
        return PlainTextResponse("This request was sent by another site.\n", 403)
    origin = headers.get("origin")
    own = f"{request.scope['scheme']}://{hosts[0]}"
    if not ours or (origin is not None and origin.lower() != own.lower()):
        because(request.scope, "another-site")
        return PlainTextResponse(
            "Nothing was recorded: this form was sent from another site. "
            "Decide on the pages of the queue itself.\n",
            403,
        )
    return None


def _is_navigation(headers: Headers) -> bool:
    """Return whether a link was followed in a tab, not in a frame, an image or a script."""
    return (
        headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest", "document") == "document"
    )


def _too_large(request: Request, limits: Limits) -> Response | None:
    scope = request.scope
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    if len(path) > limits.path or len(scope["query_string"]) > limits.query:
        return notice(
            request,
            414,
            "This address is too long.",
            f"It may have {limits.path:,} bytes, and {limits.query:,} after the question mark.",
        )
    sizes = [len(name) + len(value) for name, value in scope["headers"]]
    if len(sizes) > limits.header_count or sum(sizes) > limits.headers:
        return notice(
            request,
            431,
            "The headers of this request are too large.",
            f"They may be {limits.header_count} with {limits.headers:,} bytes. "
            "Delete the cookies of this address.",
        )
    is_large = scope["path"] == BULK_PATH or scope["path"].startswith(ISSUE_PATH)
    is_large = is_large or takes_large_bodies(scope["path"])
    largest = LARGEST_BULK_FORM if is_large else limits.body
    if _content_length(request) > largest:
        return notice(
            request,
            413,
            "This form is too large.",
            f"It may have {largest:,} bytes. Go back, shorten the note and send it again.",
        )
    return None


def _content_length(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", "0"))
    except ValueError:  # refused by the server
        return 0


def _locked(request: Request) -> Response | None:
    """Open a session for the printed address; ask all others without a session for it."""
    path = request.scope["path"]
    review = context_of(request)
    sessions: Sessions = review.sessions
    session = sessions.current(request)
    known = session is not None
    if known:
        keep_visit(request, replace(visit_of(request), person=review.people.only, session=session))
    token = request.query_params.get("token", "") if path == "/" else ""
    if token and request.method in _READING and (known or sessions.admits(token)):
        # away from the address with the token, so that no page has it as its address
        response = RedirectResponse("/queue", 303)
        if not known:
            sessions.keep(response)
        return response
    if known:
        return None
    because(request.scope, "wrong-token" if token else "no-session")
    # the script says itself that nothing was recorded
    is_said = request.method in _READING or wants_json(request)
    recorded = "" if is_said else "Nothing was recorded. "
    return notice(
        request,
        403,
        f"{recorded}Open the queue with its printed address.",
        "`living-survey serve` prints it when it starts, with a token that other users of this "
        "machine do not know. Open it once in each browser. It stays the same after a restart.",
        again=True,
    )
