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
_API = "/api"

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
    """Return whether a request is to the API, or meant to be: no page is below `/api`."""
    path = str(request.scope["path"])
    return path == _API or path.startswith(f"{_API}/")


def takes_large_bodies(path: str) -> bool:
    """Return whether an address of the site is one of the API with many papers in a body."""
    if not path.startswith(f"{PREFIX}/"):
        return False
    edits = path.startswith(f"{PREFIX}/issues/") and path.endswith("/edits")
    return edits or path == f"{PREFIX}/acts"
