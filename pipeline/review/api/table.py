"""The table of all operations, from which routes and the OpenAPI document are made."""

from starlette.requests import Request

from pipeline.review.api.operation import Operation
from pipeline.review.api.resources import (
    acts,
    claims,
    conflicts,
    decisions,
    issues,
    papers,
    queue,
    rules,
    rulings,
    suggestions,
    survey,
    team,
    trail,
)

PREFIX = "/api/v1"

OPERATIONS: tuple[Operation, ...] = (
    *papers.OPERATIONS,
    *queue.OPERATIONS,
    *decisions.OPERATIONS,
    *acts.OPERATIONS,
    *conflicts.OPERATIONS,
    *suggestions.OPERATIONS,
    *rulings.OPERATIONS,
    *rules.OPERATIONS,
    *team.OPERATIONS,
    *claims.OPERATIONS,
    *issues.OPERATIONS,
    *survey.OPERATIONS,
    *trail.OPERATIONS,
)


def is_api(request: Request) -> bool:
    """Return whether a request is to the API."""
    return str(request.scope["path"]).startswith(f"{PREFIX}/")


def takes_large_bodies(path: str) -> bool:
    """Return whether an address of the site is one of the API with many papers in a body."""
    if not path.startswith(f"{PREFIX}/"):
        return False
    edits = path.startswith(f"{PREFIX}/issues/") and path.endswith("/edits")
    return edits or path == f"{PREFIX}/acts"
