"""Define an issue of the digest, independent of language and format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.enrich.links import Link
from pipeline.enrich.venue import Venue
from pipeline.publish.digest.week import Week
from storage.types import LedgerStatus

#: the section of papers whose sections are not in the taxonomy; not a valid section ID
OTHER = "~other"


@dataclass(frozen=True, slots=True)
class Name:
    """What taxonomies name: the names by language, and what is said without one."""

    names: Mapping[str, str]
    fallback: str


@dataclass(frozen=True, slots=True)
class MachineTitle:
    """A title that a machine translated, and which."""

    language: str
    title: str
    model: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed paper. Texts may hold formulas of listed commands (`mathematics.py`)."""

    arxiv_id: str
    title: str
    url: str
    #: the first authors of `authors_total`
    authors: tuple[str, ...]
    authors_total: int
    #: one whole sentence of the abstract; may be empty
    claim: str
    #: the reviewer's and the editor's; may be empty
    note: str
    editor_note: str
    venue: Venue | None
    #: of the version that was approved; None: not known
    version: int | None
    category: str
    #: days of the first version and of the approved one, in UTC
    submitted: date | None
    updated: date | None
    links: tuple[Link, ...]
    #: IDs; the paper is listed under the first
    sections: tuple[str, ...]
    #: of the first section; None: it has none
    task: str | None
    #: submitted more than two weeks before the week
    late: bool
    decided_at: datetime
    translation: MachineTitle | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Papers under one heading: of one section, or the single papers of a task, or late ones."""

    #: `section`, `also` or `late`
    kind: str
    #: section ID, or name of the task; empty: papers of all tasks
    key: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Highlighted:
    """A highlight: a listed paper and a person's sentence, which may be empty."""

    entry: Entry
    sentence: str
    #: `reviewer`, `editor`; empty with an empty sentence
    by: str


@dataclass(frozen=True, slots=True)
class Reported:
    """What another service says of a paper, as it was told on a day."""

    #: `reported_retracted` or `reported_published`
    kind: str
    #: the service, as people call it
    source: str
    #: when it was asked, in UTC
    asked: date
    #: of the venue; empty: not said
    name: str = ""
    #: of the notice or the publication, as exactly as it is said; may be empty
    on: str = ""
    #: DOI of the notice or the publication; may be empty
    doi: str = ""


@dataclass(frozen=True, slots=True)
class CorrectedPaper:
    """A paper approved before, and what changed in it during the week."""

    arxiv_id: str
    title: str
    url: str
    #: of `KINDS` in `corrections.py`, the gravest first
    kinds: tuple[str, ...]
    former_title: str = ""
    venue: Venue | None = None
    #: section IDs, of a moved paper
    former_sections: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    #: the issue that had a paper whose approval was taken back, such as `2026-W11`
    issue: str = ""
    #: of the kinds that begin with `reported_`
    reported: tuple[Reported, ...] = ()


@dataclass(frozen=True, slots=True)
class WeekCount:
    """Papers approved in one week by task, in the order of `Trend.tasks`."""

    week: Week
    papers: int
    by_task: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A term that more of the week's papers use than of the eight weeks before."""

    text: str
    papers: int
    before: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Papers approved per week, this week last; each paper counts once, by its first section."""

    #: (name of the task, None for papers without one)
    tasks: tuple[str | None, ...] = ()
    weeks: tuple[WeekCount, ...] = ()
    terms: tuple[Term, ...] = ()
    #: papers of the eight weeks that the terms are compared with
    before: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """How the issue was made: figures of its week, from decisions, announcements and runs."""

    announced: int = 0
    #: papers that reviewers decided on in the week, and what stood at its end
    reviewed: int = 0
    approved: int = 0
    rejected: int = 0
    deferred: int = 0
    #: (code, papers) of rejections, most first; the code is empty where no reason was stated
    reasons: tuple[tuple[str, int], ...] = ()
    #: papers that reviewers found in scope: approved, or rejected for a reason within the scope
    in_scope: int = 0
    #: papers without a decision at the week's end
    waiting: int = 0
    #: the ledger's days
    days: tuple[tuple[date, LedgerStatus], ...] = ()

    @property
    def precision(self) -> float | None:
        """The share of approved papers among those approved or rejected in the week."""
        judged = self.approved + self.rejected
        return self.approved / judged if judged else None


NOT_MADE = Made()


@dataclass(frozen=True, slots=True)
class Colophon:
    """Who made the issue and where things are; empty texts are left out."""

    editor: str = ""
    list_url: str = ""
    suggest_url: str = ""
    #: of the directory in which issues are published
    base_url: str = ""
    #: the issue before, such as `2026-W11`
    previous: str = ""


NO_COLOPHON = Colophon()


@dataclass(frozen=True, slots=True)
class Digest:
    """One week's issue, ready to be rendered in any language."""

    survey_title: str
    week: Week
    #: built before the week ended
    preliminary: bool
    #: by language: what the editor wrote
    leads: Mapping[str, str]
    highlights: tuple[Highlighted, ...]
    #: every paper once
    groups: tuple[Group, ...]
    #: approved in the week and withdrawn at arXiv since: named, not listed
    withdrawn: tuple[CorrectedPaper, ...]
    corrections: tuple[CorrectedPaper, ...]
    trend: Trend
    made: Made
    colophon: Colophon
    #: by section ID and by name of the task
    section_names: Mapping[str, Name]
    task_names: Mapping[str, Name]
    #: section IDs in decisions that are not in the taxonomy
    unknown_sections: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The listed papers in order."""
        return tuple(entry for group in self.groups for entry in group.entries)

    @property
    def papers(self) -> int:
        """The number of listed papers."""
        return self.counts["papers"]

    @property
    def stem(self) -> str:
        """The name of the issue, such as `2026-W12`."""
        return str(self.week)
