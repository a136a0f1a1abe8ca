"""Define what the editor's page is given: how an issue is built, and what one holds.

What builds is passed in by the command line, because review and publish do not know each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from storage.issue_types import IssueEdits
from storage.store import OpenStore

#: highlights that an issue shows
HIGHLIGHTS = 3


@dataclass(frozen=True, slots=True)
class IssuePaper:
    """One paper that an issue lists."""

    arxiv_id: str
    title: str
    #: section ID
    section: str
    #: the sentence that says what is new; may be empty
    claim: str
    #: of the reviewer who highlighted it; may be empty
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class IssueDraft:
    """An issue as it would go out, built from what is recorded."""

    #: ISO week such as 2026-W12
    week: str
    first_day: date
    last_day: date
    #: the weeks before and after; None: it has not begun
    previous: str
    following: str | None
    #: the week has not ended
    preliminary: bool
    #: the edits it was built from
    edits: IssueEdits
    #: in the order of the issue
    papers: tuple[IssuePaper, ...]
    #: arXiv IDs in the order shown
    highlights: tuple[str, ...]
    #: name -> content
    files: Mapping[str, bytes]
    #: language -> the name of its page, the survey's first language first
    pages: Mapping[str, str]
    #: sha256 of the files
    digest: str
    #: what it states and cannot be counted later
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssueDesk:
    """How issues are built, and who may approve them."""

    #: (ISO week, now) -> its form 2026-W12; UsageError: no such week, or it has not begun
    read_week: Callable[[str, datetime], str]
    #: (store, ISO week, now) -> draft; raises what `read_week` raises
    draft: Callable[[OpenStore, str, datetime], IssueDraft]
    #: now -> the present week and those before it, latest first
    recent: Callable[[datetime], tuple[str, ...]]
    #: empty: everyone
    publishers: tuple[str, ...] = ()

    def may_approve(self, name: str) -> bool:
        """Return whether this person may approve issues."""
        return not self.publishers or name in self.publishers
