"""What `bootstrap` tells about single entries."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.curated.types import Entry, UnreadableEntry


class Reason(StrEnum):
    """Why an entry was not imported."""

    UNREADABLE = "unreadable"
    #: it has no title that could be compared, so its ID is not blamed
    TITLE_UNREADABLE = "title-unreadable"
    NO_ID = "no-id"
    IMPOSSIBLE_ID = "impossible-id"
    UNKNOWN_HEADING = "unknown-heading"
    UNKNOWN_ID = "unknown-id"
    UNREADABLE_AT_ARXIV = "unreadable-at-arxiv"
    WRONG_ID = "wrong-id"
    SHARED_ID = "shared-id"


class Remark(StrEnum):
    """What to know about an entry that was imported."""

    RENAMED = "renamed"
    FOUND_BY_TITLE = "found-by-title"
    SEVERAL_IDS = "several-ids"
    REPEATED = "repeated"
    WITHDRAWN = "withdrawn"
    DECIDED_OTHERWISE = "decided-otherwise"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One entry that was not imported, with line and reason."""

    file: str
    line: int
    title: str
    arxiv_id: str | None
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about an entry that was imported."""

    file: str
    line: int
    title: str
    arxiv_id: str
    remark: Remark
    detail: str


def refuse(entry: Entry, reason: Reason, detail: str, arxiv_id: str | None = None) -> Refusal:
    """Return the refusal of an entry."""
    return Refusal(entry.file, entry.line, entry.full_title, arxiv_id, reason, detail)


def refuse_unreadable(item: UnreadableEntry) -> Refusal:
    """Return the refusal of an item that is no entry."""
    named = item.arxiv_ids[0].base if item.arxiv_ids else None
    return Refusal(item.file, item.line, item.text, named, Reason.UNREADABLE, item.reason)


def note(entry: Entry, arxiv_id: str, remark: Remark, detail: str) -> Note:
    """Return a note on an entry."""
    return Note(entry.file, entry.line, entry.full_title, arxiv_id, remark, detail)
