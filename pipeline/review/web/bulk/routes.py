"""The addresses of acts on many papers."""

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Route

from pipeline.review.web.access import BULK_PATH, LARGEST_BULK_FORM
from pipeline.review.web.bulk.alike_page import alike_page
from pipeline.review.web.bulk.decide_many import decide_many

ROUTES: tuple[BaseRoute, ...] = (
    Route(
        BULK_PATH,
        decide_many,
        methods=["POST"],
        middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BULK_FORM)],
    ),
    Route("/alike/{arxiv_id:path}", alike_page),
)
