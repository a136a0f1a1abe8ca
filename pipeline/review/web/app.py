"""Assemble the review site as one web application."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from config.api_schema import ApiSettings
from config.errors import LivingSurveyError
from config.host_header import LOOPBACK_NAMES
from config.look.values import PACKAGE
from config.schema import ReviewSettings
from config.taxonomy import Taxonomy
from config.team_schema import TeamSettings
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.accounts.book import AccessBook
from pipeline.review.accounts.hashing import Hasher
from pipeline.review.api.app import create_api
from pipeline.review.api.context import ApiContext
from pipeline.review.api.table import PREFIX
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.issues.desk import IssueDesk
from pipeline.review.team.reading import Reading
from pipeline.review.web import error_pages, status_page
from pipeline.review.web.access import LIMITS, AccessRules, Limits
from pipeline.review.web.accounts import routes as account_routes
from pipeline.review.web.agreement import routes as agreement_pages
from pipeline.review.web.board import routes as board_routes
from pipeline.review.web.bulk import routes as bulk
from pipeline.review.web.claims import routes as claim_routes
from pipeline.review.web.conflicts import routes as conflict_pages
from pipeline.review.web.context import ReviewContext
from pipeline.review.web.desk import routes as desk
from pipeline.review.web.environment import STATIC
from pipeline.review.web.headers import Hardened
from pipeline.review.web.inbox import routes as inbox
from pipeline.review.web.issue import routes as issue
from pipeline.review.web.measuring.requests import Measured
from pipeline.review.web.measuring.state import Monitoring
from pipeline.review.web.monitoring import routes as monitoring_routes
from pipeline.review.web.outlook import routes as outlook
from pipeline.review.web.people import People
from pipeline.review.web.preferences import routes as preferences
from pipeline.review.web.records import routes as records
from pipeline.review.web.refusal_log import Refused
from pipeline.review.web.rulings import routes as rulings
from pipeline.review.web.second_look import routes as second_look
from pipeline.review.web.sessions import Sessions
from pipeline.review.web.suggestions import routes as suggestions
from pipeline.review.web.team_access import TeamAccess
from pipeline.review.web.team_cookies import TeamCookies
from pipeline.review.web.training import routes as training_routes
from pipeline.runtime.background import BackgroundCommands
from pipeline.runtime.facts import StateOfSurvey
from pipeline.runtime.jobs import JobEnd
from storage.claims import Claims
from storage.store import OpenStore

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_app(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    reviewer: str,
    secret: bytes,
    clock: Callable[[], datetime],
    survey_title: str,
    issues: IssueDesk,
    state: Callable[[], StateOfSurvey],
    read_store: OpenStore | None = None,
    names: frozenset[str] = LOOPBACK_NAMES,
    limits: Limits = LIMITS,
    models: Path | None = None,
    jobs: Callable[[], Sequence[JobEnd]] = tuple,
    lifespan: Lifespan | None = None,
    settings: ReviewSettings | None = None,
    rules: TeamRules = ALONE,
    training: BackgroundCommands | None = None,
    monitoring: Monitoring | None = None,
    claims: Claims | None = None,
    team: TeamSettings | None = None,
    api: ApiSettings | None = None,
    access: AccessBook | None = None,
    hasher: Hasher | None = None,
) -> Starlette:
    """Return the review site as an ASGI application.

    Without accounts it has one `reviewer`, on this machine.

    `secret` signs sessions and form tokens. `names` are the hosts it is opened under. `open_store`
    is called for each request and released before a page is rendered; `read_store` too, for pages
    that only show (None: the same). `jobs` returns how the
    scheduled jobs ended. `lifespan` runs as long as the site, for example the scheduler;
    `training` trains in the background (None: the page says how else). Without `models` pages show
    no reasons. `settings` has limits, reasons for rejecting and keys; `rules` say
    what one person alone may not decide. `issues` builds
    issues of the digest; `state` reads the state of the survey.
    `monitoring` has its numbers and who may read them. `claims` says who reads which paper (None:
    not kept), and `team` for how long. `access` has the accounts of a team (None: there are none),
    whose passwords `hasher` compares. `api` has the limits of the JSON API.
    """
    stated = settings or ReviewSettings()
    reading = read_store or open_store
    in_scope = [reason.code for reason in stated.reasons if reason.in_scope]
    explainers = (
        ExplainerCache(models, taxonomy, reading, in_scope_reasons=in_scope) if models else None
    )
    monitored = monitoring or Monitoring()
    shared = Reading(claims, (team or TeamSettings()).claim_minutes, clock)
    json_api = create_api(
        ApiContext(
            open_store=open_store,
            read_store=reading,
            taxonomy=taxonomy,
            clock=clock,
            survey_title=survey_title,
            issues=issues,
            state=state,
            secret=secret,
            explainers=explainers,
            reading=shared,
            rules=rules,
            review=stated,
            settings=api or ApiSettings(),
        )
    )
    routes: list[BaseRoute] = [
        *desk.ROUTES,
        *inbox.ROUTES,
        *suggestions.ROUTES,
        *issue.ROUTES,
        *bulk.ROUTES,
        *board_routes.ROUTES,
        *claim_routes.ROUTES,
        *records.ROUTES,
        *rulings.ROUTES,
        *conflict_pages.ROUTES,
        *second_look.ROUTES,
        *agreement_pages.ROUTES,
        *preferences.ROUTES,
        *outlook.ROUTES,
        *status_page.ROUTES,
        *monitoring_routes.ROUTES,
        *training_routes.ROUTES,
        Mount(PREFIX, json_api, name="api"),
        *account_routes.ROUTES,
        Mount("/static", StaticFiles(directory=STATIC, packages=[PACKAGE]), name="static"),
    ]
    app = Starlette(
        lifespan=_alive(lifespan, explainers, training),
        routes=routes,
        middleware=[
            Middleware(Measured, times=monitored.times, routes=routes),
            Middleware(Refused),
            Middleware(Hardened),
            Middleware(AccessRules, names=names, limits=limits),
            Middleware(RequestBodyLimitMiddleware, max_body_size=limits.body),
        ],
        exception_handlers={
            ClientDisconnect: error_pages.on_disconnect,
            HTTPException: error_pages.on_http_error,
            LivingSurveyError: error_pages.on_known_error,
            Exception: error_pages.on_bug,
        },
    )
    app.state.review = ReviewContext(
        open_store=open_store,
        read_store=reading,
        taxonomy=taxonomy,
        people=People(open_store, reading, stated, clock, reviewer=reviewer),
        sessions=Sessions(secret),
        clock=clock,
        survey_title=survey_title,
        jobs=jobs,
        settings=stated,
        rules=rules,
        explainers=explainers,
        training=training,
        monitoring=monitored,
        issues=issues,
        state=state,
        access=None
        if access is None
        else TeamAccess(access, hasher or Hasher(), TeamCookies(secret)),
        reading=shared,
    )
    return app


def _alive(
    lifespan: Lifespan | None,
    explainers: ExplainerCache | None,
    training: BackgroundCommands | None,
) -> Lifespan:
    """Return what runs as long as the site: the model is loaded first, a training is ended last."""

    @asynccontextmanager
    async def alive(app: Starlette) -> AsyncIterator[None]:
        async with lifespan(app) if lifespan else nullcontext():
            if explainers is not None:
                explainers.warm()
            try:
                yield
            finally:
                if training is not None:
                    await run_in_threadpool(training.stop)
                if explainers is not None:
                    await run_in_threadpool(explainers.settle)

    return alive
