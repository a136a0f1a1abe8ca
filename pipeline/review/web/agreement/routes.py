"""The address of the measures of agreement."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route


def agreement(request: Request) -> Response:
    """Show the measures."""
    from pipeline.review.web.agreement.page import (  # noqa: PLC0415  numpy, which starts slowly
        agreement_page,
    )

    return agreement_page(request)


ROUTES: tuple[BaseRoute, ...] = (Route("/agreement", agreement),)
