"""The addresses of the accounts."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.records.audit import audit_page
from pipeline.review.web.records.decisions import decisions_page
from pipeline.review.web.records.deferred import deferred_page

ROUTES: tuple[BaseRoute, ...] = (
    Route("/deferred", deferred_page),
    Route("/decisions", decisions_page),
    Route("/audit", audit_page),
)
