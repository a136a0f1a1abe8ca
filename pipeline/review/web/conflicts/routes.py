"""The addresses of conflicts."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.conflicts.lone import end_lone_words
from pipeline.review.web.conflicts.page import conflicts_page, third_word

ROUTES: tuple[BaseRoute, ...] = (
    Route("/conflicts", conflicts_page),
    Route("/conflicts", third_word, methods=["POST"]),
    Route("/conflicts/lone", end_lone_words, methods=["POST"]),
)
