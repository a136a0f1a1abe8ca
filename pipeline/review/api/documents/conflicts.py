"""Define papers on which two people differ, as the API answers them, and the third word."""

from pydantic import Field

from pipeline.review.api.documents.base import Document, Foreign, Page, Sent
from pipeline.review.api.documents.decisions import DecisionDocument, WordDocument
from pipeline.review.proposal import NOTE_LIMIT
from storage.types import Verdict


class ConflictDocument(Document):
    """A paper that waits for a third word."""

    arxiv_id: str
    title: Foreign
    content_hash: str
    words: tuple[WordDocument, ...] = Field(description="The earlier one first.")
    taken_back: bool = Field(
        description="Both say the same, but the decision they led to was taken back."
    )
    against: DecisionDocument | None = Field(
        description="The decision that stands, which the words would change."
    )
    yours: bool = Field(description="You may give the third word.")


class ConflictPage(Page):
    """Papers on which two people differ, the longest waiting first."""

    conflicts: tuple[ConflictDocument, ...]


class ThirdWordRequest(Sent):
    """The third word, which decides."""

    verdict: Verdict
    sections: tuple[str, ...] = Field(
        default=(), max_length=20, description="IDs of sections; only an approval has them."
    )
    reason: str | None = Field(
        default=None,
        max_length=60,
        description="Code of a reason. A rejection needs one, if the survey has reasons.",
    )
    note: str | None = Field(default=None, max_length=NOTE_LIMIT)
    content_hash: str | None = Field(
        default=None,
        max_length=64,
        description="Of the text it was decided on; not compared if left out.",
    )
