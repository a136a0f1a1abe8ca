"""The addresses of the second look."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.second_look.page import keep, second_look_page

ROUTES: tuple[BaseRoute, ...] = (
    Route("/second-look", second_look_page),
    Route("/second-look/keep", keep, methods=["POST"]),
)
