"""The addresses of the board."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.board.change import assign, away, release
from pipeline.review.web.board.page import board_page

ROUTES: tuple[BaseRoute, ...] = (
    Route("/board", board_page),
    Route("/board/assign", assign, methods=["POST"]),
    Route("/board/release", release, methods=["POST"]),
    Route("/board/away", away, methods=["POST"]),
)
