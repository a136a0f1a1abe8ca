"""Assemble the API as an application that the review site mounts."""

import time
from collections.abc import Callable, Sequence
from functools import cache
from itertools import groupby

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.review.api.context import ApiContext
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.endpoint import Endpoint
from pipeline.review.api.guard import Guard
from pipeline.review.api.openapi import document_text
from pipeline.review.api.operation import Operation
from pipeline.review.api.responses import JSON, names_tag, problem_response, tag_of
from pipeline.review.api.table import OPERATIONS

#: the address of the OpenAPI document, below the API's
DOCUMENT = "/openapi.json"


def create_api(
    context: ApiContext, *, monotonic: Callable[[], float] = time.monotonic
) -> Starlette:
    """Return the API. `monotonic` gives the seconds that limits of requests are counted in."""

    async def openapi(request: Request) -> Response:
        """Return the OpenAPI document, which tells nothing of the survey."""
        text = _document()
        tag = tag_of(text)
        if names_tag(request.headers.get("if-none-match", ""), tag, weakly=True):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(text, headers={"ETag": tag}, media_type=JSON)

    by_path = sorted(enumerate(OPERATIONS), key=lambda each: (_first(each[1].path), each[0]))
    routes = [
        _route(path, [operation for _, operation in own])
        for path, own in groupby(by_path, key=lambda each: each[1].path)
    ]
    app = Starlette(
        routes=[Route(DOCUMENT, openapi), *routes],
        exception_handlers={HTTPException: _on_http_error},
    )
    app.router.redirect_slashes = False
    app.state.api = context
    app.state.guard = Guard(context.settings.requests_per_minute, monotonic)
    return app


def _route(path: str, operations: Sequence[Operation]) -> Route:
    largest = max(one.largest for one in operations)
    limit = Middleware(RequestBodyLimitMiddleware, max_body_size=largest)
    return Route(path, Endpoint(operations), name=path, middleware=[limit])


@cache
def _document() -> str:
    """Return the OpenAPI document, which is made when somebody first asks for it."""
    return document_text(OPERATIONS)


def _first(path: str) -> int:
    """Return where the path stands first in the table, which is the order of the routes."""
    return next(place for place, one in enumerate(OPERATIONS) if one.path == path)


def _on_http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        problem = ProblemError(405, "method", "This address takes GET.", headers=error.headers)
    else:
        problem = ProblemError(
            404,
            "not-found",
            "There is no such address.",
            hint=f"/api/v1{DOCUMENT} describes all addresses.",
        )
    return problem_response(problem)
