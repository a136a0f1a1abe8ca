"""The addresses of suggestions."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.suggestions import acts, page

ROUTES: tuple[BaseRoute, ...] = (
    Route("/suggestions", page.suggestions_page),
    Route("/suggestions", acts.act_on_case, methods=["POST"]),
    Route("/suggestions/undo", acts.undo, methods=["POST"]),
)
