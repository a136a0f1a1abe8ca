"""The addresses of the rulings."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.rulings.page import change, rulings_page

ROUTES: tuple[BaseRoute, ...] = (
    Route("/rulings", rulings_page),
    Route("/rulings/change", change, methods=["POST"]),
)
