"""The addresses of the desk."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.review.web.desk.decide import decide
from pipeline.review.web.desk.page import queue_page
from pipeline.review.web.desk.paper import paper_page
from pipeline.review.web.desk.undo import ask, undo


def home(_request: Request) -> Response:
    """Redirect to the queue."""
    return RedirectResponse("/queue", 303)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/", home),
    Route("/queue", queue_page),
    Route("/paper/{arxiv_id:path}", paper_page),
    Route("/decide", decide, methods=["POST"]),
    Route("/undo/ask", ask),
    Route("/undo", undo, methods=["POST"]),
)
