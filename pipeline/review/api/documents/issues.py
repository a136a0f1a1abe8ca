"""Define issues of the digest as the API answers and takes them."""

from datetime import date, datetime

from pydantic import Field

from pipeline.review.api.documents.base import Document, Foreign, Sent
from pipeline.review.issues.desk import IssueDraft
from pipeline.review.issues.edits import LEAD_LIMIT, NOTE_LIMIT
from storage.issue_types import IssueRecord, IssueState

#: notes and highlights of one request
_MOST = 200


class IssueListed(Document):
    """How far the issue of a week is."""

    week: str
    state: IssueState
    edited_since: bool = Field(description="Edited since it was built.")
    edited_at: datetime | None
    edited_by: str | None
    built_at: datetime | None
    built_by: str | None
    approved_at: datetime | None
    approved_by: str | None
    published_at: datetime | None


class IssuesDocument(Document):
    """The issues that were touched, the latest week first."""

    issues: tuple[IssueListed, ...]


class IssuePaperDocument(Document):
    """A paper that an issue lists."""

    arxiv_id: str
    title: Foreign = Field(description="As arXiv sent it.")
    section: str
    claim: str = Field(description="The sentence that says what is new; may be empty.")


class IssueDocument(IssueListed):
    """An issue as it would go out."""

    first_day: date
    last_day: date
    preliminary: bool = Field(description="The week has not ended.")
    edition: int = Field(description="Of its edits; `seen` of an edit.")
    digest: str = Field(description="Of its files; `seen` of an approval.")
    lead: dict[str, str] = Field(description="By language.")
    notes: dict[str, str] = Field(description="By arXiv ID.")
    highlights: tuple[str, ...] = Field(description="arXiv IDs in the order shown.")
    papers: tuple[IssuePaperDocument, ...]


class EditRequest(Sent):
    """What an editor changes; what is left out stays."""

    seen: int | None = Field(
        default=None, ge=0, le=2**53, description="`edition` of what the editor saw."
    )
    lead: dict[str, str] = Field(
        default={}, max_length=10, description=f"By language, up to {LEAD_LIMIT} characters."
    )
    notes: dict[str, str] = Field(
        default={}, max_length=_MOST, description=f"By arXiv ID, up to {NOTE_LIMIT} characters."
    )
    highlights: tuple[str, ...] | None = Field(
        default=None,
        max_length=_MOST,
        description="arXiv IDs in order; null: those that reviewers highlighted.",
    )


class ApprovalRequest(Sent):
    """Which build is approved."""

    seen: str = Field(max_length=64, description="`digest` of the issue that was looked at.")


def issue_listed(record: IssueRecord) -> IssueListed:
    """Return how far an issue is."""
    return IssueListed.model_validate(_fields(record))


def issue_document(draft: IssueDraft, record: IssueRecord) -> IssueDocument:
    """Return an issue as it would go out."""
    return IssueDocument.model_validate(
        {
            **_fields(record),
            "week": draft.week,
            "first_day": draft.first_day,
            "last_day": draft.last_day,
            "preliminary": draft.preliminary,
            "edition": draft.edits.edition,
            "digest": draft.digest,
            "lead": dict(draft.edits.lead),
            "notes": dict(draft.edits.notes),
            "highlights": draft.highlights,
            "papers": tuple(
                IssuePaperDocument(
                    arxiv_id=one.arxiv_id, title=one.title, section=one.section, claim=one.claim
                )
                for one in draft.papers
            ),
        }
    )


def _fields(record: IssueRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in IssueListed.model_fields}
