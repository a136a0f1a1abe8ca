"""Define one paper as it is served. Text may hold TeX, as at arXiv."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version: when it was submitted, and on which day feeds announced it (None: on none)."""

    number: int
    submitted_at: datetime
    announced: date | None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One paper with its history."""

    arxiv_id: str
    title: str
    abstract: str | None
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    versions: tuple[Version, ...]
    #: OAI datestamp of the record in its last version
    datestamp: date
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    license: str | None = None
    report_no: str | None = None
    submitter: str | None = None
    #: the author string where the source has one, else the names joined
    authors_text: str = ""
    #: whether versions state a size
    sized: bool = True

    @property
    def current(self) -> Version:
        """The last version."""
        return self.versions[-1]
