"""Turn errors of the product into problems."""

import logging

from config.errors import LivingSurveyError, TryAgainLaterError, UsageError
from config.reasons import UnknownReasonError
from config.taxonomy import UnknownSectionError
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.responses import RETRY_AFTER
from pipeline.review.conflicts import OvertakenError
from pipeline.review.issues.acts import NotAPublisherError
from pipeline.review.judge import DoubleError, MissingSectionError
from storage.errors import (
    BatchNotFoundError,
    DecisionNotFoundError,
    IssueStateError,
    NothingToUndoError,
    PaperNotFoundError,
    StoreNotWritableError,
    TokenNotFoundError,
)

_log = logging.getLogger(__name__)
_NOT_FOUND = (
    PaperNotFoundError,
    DecisionNotFoundError,
    BatchNotFoundError,
    TokenNotFoundError,
)
_CONFLICTS = (NothingToUndoError, IssueStateError, OvertakenError)


def problem_of(error: LivingSurveyError) -> ProblemError:
    """Return the problem that an error of the product is answered with."""
    said, hint = error.message, error.hint
    if isinstance(error, _NOT_FOUND):
        return ProblemError(404, "not-found", said, hint=hint)
    if isinstance(error, DoubleError):
        return ProblemError(
            409,
            "double",
            said,
            hint="If it is another work, name them in `also`.",
            others=error.others,
        )
    if isinstance(error, _CONFLICTS):
        return ProblemError(409, "conflict", said, hint=hint)
    if isinstance(error, NotAPublisherError):
        return ProblemError(403, "not-allowed", said, hint=hint)
    if isinstance(error, UsageError):
        return _invalid(error)
    if isinstance(error, TryAgainLaterError):
        return ProblemError(503, "busy", said, hint=hint, headers={"Retry-After": RETRY_AFTER})
    _log.error("the API cannot answer", extra={"error": said})
    status = 507 if isinstance(error, StoreNotWritableError) else 500
    return ProblemError(status, "fault", said, hint=hint)


def bug() -> ProblemError:
    """Return the problem for an unexpected error."""
    return ProblemError(
        500,
        "bug",
        "An unexpected error occurred.",
        hint="Recorded decisions are safe. The log of `living-survey serve` has the details.",
    )


def _invalid(error: UsageError) -> ProblemError:
    pointer, suggestion, kind = None, None, "invalid"
    if isinstance(error, MissingSectionError):
        pointer, kind = "/sections", "missing-section"
        suggestion = error.suggestion.section if error.suggestion else None
    elif isinstance(error, UnknownSectionError):
        pointer = "/sections"
    elif isinstance(error, UnknownReasonError):
        pointer = "/reason"
    return ProblemError(
        422,
        kind,
        error.message,
        hint=error.hint,
        errors=[FieldProblem(pointer=pointer, detail=error.message)] if pointer else [],
        suggestion=suggestion,
    )
