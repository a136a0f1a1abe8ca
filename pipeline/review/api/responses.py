"""Write answers: JSON with a strong ETag where an address has one, problems as problem+json."""

import hashlib
import re
from collections.abc import Mapping
from http import HTTPStatus

from pydantic import BaseModel
from starlette.responses import Response

from config.errors import LivingSurveyError, TryAgainLaterError
from config.visible import escape_invisible
from pipeline.review.api.documents.problems import MEDIA_TYPE, ProblemError
from pipeline.review.unusable import unusable

JSON = "application/json"
#: seconds, longer than a lease is held
RETRY_AFTER = "5"
#: by status: requests that the rules of the whole site refuse
_REFUSED: Mapping[int, str] = {
    400: "This service answers only to the names of this machine and of its settings.",
    404: "There is no such address; those of the API begin with /api/v1/.",
    403: "The request was sent by a page of another site.",
    413: "The body is too large.",
    414: "The address is too long.",
    431: "The headers are too large.",
}
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def written(document: BaseModel) -> str:
    """Return a document as JSON, whose invisible characters are escaped."""
    return escape_invisible(document.model_dump_json())


def tag_of(body: str) -> str:
    """Return the strong ETag of a body."""
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def names_tag(header: str, tag: str, *, weakly: bool = False) -> bool:
    """Return whether a list of ETags has this one, or is `*`.

    A weak tag is equal only where RFC 9110 compares `weakly`: in If-None-Match.
    """
    if header.strip() == "*":
        return True
    return any(f'"{value}"' == tag and (weakly or not weak) for weak, value in _TAG.findall(header))


def problem_response(error: ProblemError) -> Response:
    """Return a problem."""
    body = escape_invisible(error.problem.model_dump_json(exclude_defaults=True))
    return Response(body, error.problem.status, error.headers, MEDIA_TYPE)


def refusal(status: int, said: str = "") -> Response:
    """Return the problem for a request that does not reach the API."""
    said = said or _REFUSED.get(status, HTTPStatus(status).phrase)
    return problem_response(ProblemError(status, "refused", said))


def no_database(error: LivingSurveyError) -> Response:
    """Return the problem for a request whose token cannot be looked up."""
    kind = "busy" if isinstance(error, TryAgainLaterError) else "fault"
    return problem_response(
        ProblemError(503, kind, unusable(error), headers={"Retry-After": RETRY_AFTER})
    )
