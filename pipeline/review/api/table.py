"""The table of all operations, from which routes and the OpenAPI document are made."""

from starlette.requests import Request

from pipeline.review.api.operation import Operation
from pipeline.review.api.resources import decisions, papers, queue, survey

PREFIX = "/api/v1"
#: the address that takes large bodies
ACTS = "/acts"

OPERATIONS: tuple[Operation, ...] = (
    *papers.OPERATIONS,
    *queue.OPERATIONS,
    *decisions.OPERATIONS,
    *survey.OPERATIONS,
)


def is_api(request: Request) -> bool:
    """Return whether a request is to the API."""
    return str(request.scope["path"]).startswith(f"{PREFIX}/")
