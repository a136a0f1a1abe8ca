"""The hub's web application: three interfaces of arXiv, read-only."""

import functools
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import LivingSurveyError, TryAgainLaterError
from pipeline.ingest.hub.holdings import HubHoldings
from pipeline.ingest.protocol import feeds, oai, query
from pipeline.ingest.protocol.answers import Answer
from pipeline.runtime.fault_log import FaultLog

#: records of a page, as arXiv has
PAGE_SIZE = 1300
#: answers that are made at the same time, because each takes about 20 MB while it is made
_AT_ONCE = 3
#: answers that are made or being read by clients
_UNREAD = 16
#: bytes of a form, and arguments of a request
_LARGEST_FORM, _MOST_ARGUMENTS = 16_384, 20
#: seconds after which a survey that found the database busy asks again
_RETRY_AFTER = 5
_log = logging.getLogger(__name__)
_faults = FaultLog(_log)

Pairs = Sequence[tuple[str, str]]


def create_hub_app(
    holdings: HubHoldings, *, clock: Callable[[], datetime], page_size: int = PAGE_SIZE
) -> Starlette:
    """Return the hub as an ASGI application."""
    at_once = anyio.CapacityLimiter(_AT_ONCE)

    def of_oai(_: Request, pairs: Pairs) -> Answer:
        return oai.answer(pairs, holdings, now=clock(), page_size=page_size)

    def of_feed(form: feeds.Form, request: Request, pairs: Pairs) -> Answer:
        wanted, version = request.path_params["wanted"], dict(pairs).get("version", "")
        return feeds.answer(form, wanted, holdings, now=clock(), version=version)

    def of_query(_: Request, pairs: Pairs) -> Answer:
        return query.answer(dict(pairs), holdings, now=clock(), as_text=str)

    async def respond(make: Callable[[Request, Pairs], Answer], request: Request) -> Response:
        pairs = await _pairs(request)
        answer = await run_sync(make, request, pairs, limiter=at_once)
        kind = dict(answer.headers).get("Content-Type", "text/xml")
        headers = {"Content-Type": kind, "Cache-Control": "no-store"}
        return Response(answer.body, answer.status, headers)

    def about(_: Request) -> Response:
        since = holdings.identity().earliest
        return PlainTextResponse(f"{holdings.name}, since {since}\n\n{holdings.note()}\n")

    def route(path: str, make: Callable[[Request, Pairs], Answer], *methods: str) -> Route:
        return Route(path, functools.partial(respond, make), methods=list(methods))

    return Starlette(
        routes=[
            route("/oai", of_oai, "GET", "POST"),
            route("/rss/{wanted}", functools.partial(of_feed, feeds.Form.RSS), "GET"),
            route("/atom/{wanted}", functools.partial(of_feed, feeds.Form.ATOM), "GET"),
            route("/api/query", of_query, "GET", "POST"),
            Route("/", about, methods=["GET"]),
            Route("/health", _health, methods=["GET"]),
        ],
        middleware=[
            Middleware(Bounded),
            Middleware(RequestBodyLimitMiddleware, max_body_size=_LARGEST_FORM),
        ],
        exception_handlers={
            ClientDisconnect: _on_disconnect,
            HTTPException: _on_http_error,
            TryAgainLaterError: _on_busy,
            LivingSurveyError: _on_known_error,
        },
    )


class Bounded:
    """Middleware that lets others wait while answers are read, because each is up to 5 MB."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._unread = anyio.Semaphore(_UNREAD)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when its turn comes."""
        if scope["type"] != "http" or scope["path"] == "/health":
            await self._app(scope, receive, send)
            return
        async with self._unread:
            await self._app(scope, receive, send)


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """Return the arguments of the address and of a form, repeated ones too."""
    form = (await request.body()).decode("utf-8", "replace") if request.method == "POST" else ""
    try:
        return [
            pair
            for text in (request.url.query, form)
            for pair in parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_ARGUMENTS)
        ]
    except ValueError as error:
        raise HTTPException(400, "This request has too many arguments.") from error


def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _on_disconnect(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # not read


def _on_http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = f"{error.detail}\n" if error.detail else ""
    return PlainTextResponse(said, error.status_code, error.headers)


def _on_busy(_: Request, error: Exception) -> Response:
    _log.warning("hub is busy", extra={"error": str(error)})
    busy = "The hub's database is in use; ask again in a moment.\n"
    return PlainTextResponse(busy, 503, {"Retry-After": str(_RETRY_AFTER)})


def _on_known_error(_: Request, error: Exception) -> Response:
    _faults.write("hub cannot answer", error)
    return PlainTextResponse("The hub cannot read its database; its log says why.\n", 500)
