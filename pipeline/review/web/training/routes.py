"""The addresses of training."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.training.page import retrain, retrain_page

ROUTES: tuple[BaseRoute, ...] = (
    Route("/retrain", retrain_page),
    Route("/retrain", retrain, methods=["POST"]),
)
