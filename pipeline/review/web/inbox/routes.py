"""The addresses of the inbox."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.inbox import cases, doubles
from pipeline.review.web.inbox.incomplete import incomplete_page

ROUTES: tuple[BaseRoute, ...] = (
    Route("/inbox", cases.inbox_page),
    Route("/inbox", cases.answer, methods=["POST"]),
    Route("/inbox/undo", cases.undo, methods=["POST"]),
    Route("/inbox/keep-alike", cases.keep_alike, methods=["POST"]),
    Route("/doubles", doubles.doubles_page),
    Route("/doubles", doubles.answer, methods=["POST"]),
    Route("/doubles/undo", doubles.undo, methods=["POST"]),
    Route("/incomplete", incomplete_page),
)
