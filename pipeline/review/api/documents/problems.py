"""Define errors as problem+json (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic import ConfigDict, Field

from pipeline.review.api.documents.base import Document
from pipeline.review.api.documents.decisions import DecisionDocument

#: before the last part of a problem's type
TYPE = "urn:living-survey:problem:"
MEDIA_TYPE = "application/problem+json"


class FieldProblem(Document):
    """What is wrong with one part of a request."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    detail: str
    pointer: str | None = Field(default=None, description="JSON Pointer to the member of the body.")
    parameter: str | None = Field(default=None, description="Name of the parameter.")
    header: str | None = Field(default=None, description="Name of the header.")


class Problem(Document):
    """Why a request was not done. Members that say nothing are left out."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str = Field(description=f"`{TYPE}` and a word, which does not change.")
    title: str
    status: int
    detail: str = Field(description="What happened, for this request.")
    hint: str | None = Field(default=None, description="What helps.")
    errors: tuple[FieldProblem, ...] = Field(default=(), description="The parts that are wrong.")
    current: DecisionDocument | None = Field(
        default=None, description="With `stale`: the decision that stands now; null: none does."
    )
    others: tuple[str, ...] = Field(
        default=(), description="With `double`: approved papers that are the same work."
    )
    suggestion: str | None = Field(
        default=None, description="With `missing-section`: the section that the model suggests."
    )


class ProblemError(Exception):
    """A request is answered with a problem."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        hint: str = "",
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
        current: DecisionDocument | None = None,
        others: Sequence[str] = (),
        suggestion: str | None = None,
        account: str = "",
    ) -> None:
        super().__init__(detail)
        #: the last part of the type, and whose token was sent; for the log
        self.kind, self.account = kind, account
        self.headers = dict(headers or {})
        self.problem = Problem(
            type=TYPE + kind,
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            hint=hint or None,
            errors=tuple(errors),
            current=current,
            others=tuple(others),
            suggestion=suggestion,
        )
