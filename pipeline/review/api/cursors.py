"""Make and read cursors: where a page ends, signed, so that clients cannot make their own."""

import hashlib
import json
from typing import Any

import itsdangerous

from pipeline.review.api.documents.base import Query
from pipeline.review.api.documents.problems import FieldProblem, ProblemError


class Cursors:
    """Signs the last entry of a page together with the list and filters it belongs to."""

    def __init__(self, secret: bytes) -> None:
        self._signer = itsdangerous.URLSafeSerializer(
            secret,
            salt="living-survey.cursor",
            signer_kwargs={"digest_method": hashlib.sha256},
        )

    def write(self, listed: str, query: Query, place: list[Any]) -> str:
        """Return the cursor after an entry."""
        return str(self._signer.dumps([_of(listed, query), place]))

    def read(self, listed: str, query: Query, text: str) -> list[Any] | None:
        """Return the entry that a page begins after; None: it is the first page.

        Raises:
            ProblemError: the cursor is not ours, or of other filters.
        """
        if not text:
            return None
        try:
            of, place = self._signer.loads(text)
        except (itsdangerous.BadData, ValueError, TypeError):
            raise _refused("It is not a cursor of this service.") from None
        if of != _of(listed, query):
            raise _refused("It is of another list or of other filters.")
        found: list[Any] = place
        return found


def _of(listed: str, query: Query) -> str:
    filters = query.model_dump(mode="json", exclude={"cursor", "limit"})
    text = json.dumps([listed, filters], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _refused(detail: str) -> ProblemError:
    return ProblemError(
        422,
        "invalid",
        "The cursor cannot be used.",
        hint="Begin without a cursor, then pass on `next` as it is.",
        errors=[FieldProblem(parameter="cursor", detail=detail)],
    )
