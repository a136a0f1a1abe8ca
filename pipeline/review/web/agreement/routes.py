"""The address of the measures of agreement."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.agreement.page import agreement_page

ROUTES: tuple[BaseRoute, ...] = (Route("/agreement", agreement_page),)
