"""Puts the review queue together as one web application. Reads nothing and decides nothing."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from config.errors import LivingSurveyError
from config.taxonomy import Taxonomy
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.web import actions as acts
from pipeline.review.web import error_pages as refusals
from pipeline.review.web import pages
from pipeline.review.web.context import STATIC, ReviewContext, make_templates
from pipeline.review.web.security import Hardened, SameHost, Sessions
from storage.store import OpenStore

#: bytes; a form with every section ticked and the longest note is about 15 kB
MAX_BODY = 64 * 1024


def create_app(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    reviewer: str,
    secret: bytes,
    clock: Callable[[], datetime],
    survey_title: str,
    models: Path | None = None,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
) -> Starlette:
    """Return the review queue as an ASGI application for one reviewer on this machine.

    Args:
        open_store: taken for each request as a short lease, never held while a page renders.
        taxonomy: the sections that papers can be approved into.
        reviewer: the name that decisions are recorded under.
        secret: signs sessions and form tokens; with a new one, pages opened before must be
            loaded again.
        clock: the present instant, aware, for `decided_at`.
        survey_title: stands at the head of every page.
        models: where models are kept, for the reasons on a paper's page; None: no reasons.
        lifespan: what runs beside the pages from start to end, such as the scheduler.
    """
    app = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", pages.home),
            Route("/queue", pages.queue_page),
            Route("/deferred", pages.deferred_page),
            Route("/paper/{arxiv_id:path}", pages.paper_page),
            Route("/audit", pages.audit_page),
            Route("/decisions", pages.decisions_page),
            Route("/health", pages.health),
            Route("/decide", acts.decide, methods=["POST"]),
            Route("/undo", acts.undo, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
        ],
        middleware=[
            Middleware(Hardened),
            Middleware(SameHost),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY),
        ],
        exception_handlers={
            HTTPException: refusals.on_http_error,
            LivingSurveyError: refusals.on_known_error,
            Exception: refusals.on_bug,
        },
    )
    app.state.desk = ReviewContext(
        open_store=open_store,
        taxonomy=taxonomy,
        reviewer=reviewer,
        sessions=Sessions(secret),
        clock=clock,
        survey_title=survey_title,
        templates=make_templates(taxonomy),
        reasoner=ExplainerCache(models, taxonomy, open_store) if models else None,
    )
    return app
