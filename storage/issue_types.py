"""What is recorded of the issue of a week: edits, builds and approvals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class IssueState(StrEnum):
    """How far an issue is; an edit or another build ends `approved` and `published`."""

    NONE = "none"
    BUILT = "built"
    APPROVED = "approved"
    PUBLISHED = "published"


class IssueAct(StrEnum):
    """What was done with an issue."""

    LEAD = "lead"
    ORDER = "order"
    NOTE = "note"
    BUILT = "built"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class IssueEdits:
    """What an editor adds to the digest of a week."""

    week: str
    #: language -> lead
    lead: Mapping[str, str] = field(default_factory=dict)
    #: arXiv IDs in order; None: those that reviewers highlighted
    highlights: tuple[str, ...] | None = None
    #: arXiv ID -> note
    notes: Mapping[str, str] = field(default_factory=dict)
    #: seq of the last edit among them; 0: none
    edition: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """The state of one issue."""

    week: str
    state: IssueState = IssueState.NONE
    #: sha256 of the files last built
    digest: str | None = None
    #: seq of the last edit; 0: none
    edition: int = 0
    edited_at: datetime | None = None
    edited_by: str | None = None
    #: edited since it was built
    edited_since: bool = False
    built_at: datetime | None = None
    built_by: str | None = None
    #: of an approval that stands
    approved_at: datetime | None = None
    approved_by: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssueEvent:
    """One act of an editor."""

    seq: int
    act: IssueAct
    editor: str
    happened_at: datetime
    #: of a lead
    language: str | None = None
    #: of a note
    arxiv_id: str | None = None
    #: the lead or the note; empty: taken away
    content: str | None = None
    #: of an order
    highlights: tuple[str, ...] | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class IssueBuild:
    """What an issue was built from, so that the same bytes can be built again."""

    digest: str
    edits: IssueEdits
    #: figures that cannot be counted later
    figures: Mapping[str, object]
