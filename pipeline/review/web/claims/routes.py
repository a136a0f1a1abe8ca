"""The address of claims."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.claims.claim import claim

ROUTES: tuple[BaseRoute, ...] = (Route("/claims", claim, methods=["POST"]),)
