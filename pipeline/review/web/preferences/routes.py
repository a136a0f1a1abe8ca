"""The addresses of a reviewer's preferences."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.preferences.page import change_preferences, preferences_page
from pipeline.review.web.preferences.views import change_views

ROUTES: tuple[BaseRoute, ...] = (
    Route("/preferences", preferences_page),
    Route("/preferences", change_preferences, methods=["POST"]),
    Route("/views", change_views, methods=["POST"]),
)
