"""Assemble the public pages as one web application."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from config.errors import LivingSurveyError
from config.look.values import PACKAGE
from pipeline.publish.public import (
    confirm,
    decline,
    errors,
    preferences,
    subscribe,
    suggest,
    suggestion,
    unsubscribe,
)
from pipeline.publish.public.headers import BodyLimits, Guard
from pipeline.publish.public.site import STATIC, PublicSite

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_public_app(
    site: PublicSite, *, lifespan: Lifespan | None = None, more: Sequence[BaseRoute] = ()
) -> Starlette:
    """Return the public pages as an ASGI application.

    They set no cookie, run no script and ask nothing of other hosts. `lifespan` runs as long as
    they are served, for example what sends confirmations. `more` are pages for machines.
    """
    app = Starlette(
        lifespan=lifespan,
        routes=[
            *subscribe.ROUTES,
            *confirm.ROUTES,
            *decline.ROUTES,
            *preferences.ROUTES,
            *unsubscribe.ROUTES,
            *(suggest.ROUTES if site.suggestions.enabled else ()),
            *(suggestion.ROUTES if site.suggestions.enabled else ()),
            *more,
            Route("/health", _health, methods=["GET"]),
            Route("/robots.txt", _robots, methods=["GET"]),
            Mount("/static", StaticFiles(directory=STATIC, packages=[PACKAGE]), name="static"),
        ],
        middleware=[
            Middleware(Guard),
            Middleware(BodyLimits),
        ],
        exception_handlers={
            ClientDisconnect: errors.on_disconnect,
            HTTPException: errors.on_http_error,
            LivingSurveyError: errors.on_known_error,
            Exception: errors.on_bug,
        },
    )
    app.state.public = site
    return app


def _health(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


def _robots(_request: Request) -> Response:
    return PlainTextResponse(
        "User-agent: *\nAllow: /subscribe\nAllow: /suggestions$\nDisallow: /\n"
    )
