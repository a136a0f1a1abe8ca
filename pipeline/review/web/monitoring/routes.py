"""The addresses for monitoring: `/health`, `/ready` and `/metrics`."""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from config.errors import LivingSurveyError
from pipeline.review.web.context import context_of
from pipeline.review.web.monitoring.exposition import CONTENT_TYPE, exposition
from pipeline.review.web.monitoring.guard import may_read
from pipeline.runtime.jobs import faults

_log = logging.getLogger(__name__)


async def health(_request: Request) -> Response:
    """Answer that the service is alive; it looks at nothing, so nothing can hold it up."""
    return JSONResponse({"status": "ok"})


def ready(request: Request) -> Response:
    """Return whether the database can be read, how many alarms stand and how jobs ended.

    Only who may read the numbers sees more than the status.
    """
    context = context_of(request)
    jobs = context.jobs()
    known: dict[str, object] = {"jobs": {end.job: str(end.outcome) for end in jobs}}
    code = 200
    try:
        with context.read_store() as store:
            known["queue"] = store.queue.size()
            standing = sum(one.status == "standing" for one in store.alerts.open())
        known["alarms"] = standing
        status = "degraded" if faults(jobs) or standing else "ok"
    except LivingSurveyError as error:
        _log.warning("database cannot be read", extra={"error": str(error)})
        code, status = 503, "unavailable"
    shown = known if may_read(request, context.monitoring.token) else {}
    return JSONResponse({"status": status, **shown}, code)


def metrics(request: Request) -> Response:
    """Return the numbers of the survey and of the requests, for Prometheus."""
    monitoring = context_of(request).monitoring
    if not may_read(request, monitoring.token):
        said = "Send the token of [monitor] as `Authorization: Bearer TOKEN`.\n"
        return PlainTextResponse(said, 401, {"www-authenticate": "Bearer"})
    body = exposition(monitoring.measures.now(), monitoring.times.registry)
    return Response(body, media_type=CONTENT_TYPE)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/health", health),
    Route("/ready", ready),
    Route("/metrics", metrics),
)
