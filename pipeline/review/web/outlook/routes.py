"""The addresses of queue health and the planner."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.outlook.health import health_page, save_limit
from pipeline.review.web.outlook.plan import plan_page, start_plan

ROUTES: tuple[BaseRoute, ...] = (
    Route("/queue-health", health_page),
    Route("/queue-health/limit", save_limit, methods=["POST"]),
    Route("/plan", plan_page, methods=["GET"]),
    Route("/plan", start_plan, methods=["POST"]),
)
