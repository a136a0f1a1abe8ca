"""Report for monitoring, as JSON."""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from config.errors import LivingSurveyError
from pipeline.review.web.context import context_of
from pipeline.runtime.jobs import faults

_log = logging.getLogger(__name__)


def health(request: Request) -> Response:
    """Return whether the database can be read, and how jobs ended.

    Counts and states only, because it is open to every user of this machine.
    """
    context = context_of(request)
    jobs = context.jobs()
    ends = {end.job: str(end.outcome) for end in jobs}
    try:
        with context.read_store() as store:
            waiting = store.queue.size()
    except LivingSurveyError as error:
        _log.warning("database cannot be read", extra={"error": str(error)})
        return JSONResponse({"status": "unavailable", "jobs": ends}, 503)
    status = "degraded" if faults(jobs) else "ok"
    return JSONResponse({"status": status, "queue": waiting, "jobs": ends})


ROUTES: tuple[BaseRoute, ...] = (Route("/health", health),)
