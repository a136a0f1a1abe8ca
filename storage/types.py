"""The records of the house: frozen, complete at birth, imported by all, importing nothing.

Every datetime is aware and UTC. None means "the source did not say", never "not filled in yet".
Papers are keyed by `arxiv_id`, the canonical identifier without version.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Source(StrEnum):
    """Where a record came from.

    Text is only ever compared within one source: OAI sends raw TeX, the query API sends it
    converted.
    """

    OAI = "oai"
    SNAPSHOT = "snapshot"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """One version of a paper, from OAI `arXivRaw` or the snapshot."""

    version: int
    submitted_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as one source stated it at one moment."""

    arxiv_id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    #: arXiv's categories, aliases made canonical, the primary one first
    categories: tuple[str, ...]
    primary_category: str
    source: Source
    comment: str | None = None
    doi: str | None = None
    journal_ref: str | None = None
    license: str | None = None
    #: when version 1 was submitted
    submitted_at: datetime | None = None
    #: when the current version was submitted
    updated_at: datetime | None = None
    withdrawn: bool = False
    #: the whole history where the source has it (OAI, snapshot), else empty
    versions: tuple[PaperVersion, ...] = ()
    #: OAI's datestamp: the UTC day of the last metadata change, not a publication date
    datestamp: date | None = None


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A paper as we hold it."""

    paper: Paper
    first_seen_at: datetime
    #: sha256 over what a reviewer and the classifier see: title, abstract, authors, comment, and
    #: whether it was withdrawn
    content_hash: str
    #: when the source named in `paper` last sent a whole record of it that was not as before
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What a batch of papers did to the database."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0

    def __add__(self, other: "UpsertCounts") -> "UpsertCounts":
        """Return the sum, for reports over many batches."""
        return UpsertCounts(
            self.new + other.new, self.revised + other.revised, self.unchanged + other.unchanged
        )


@dataclass(frozen=True, slots=True)
class PaperText:
    """What the classifier reads of a paper."""

    arxiv_id: str
    title: str
    abstract: str
    categories: tuple[str, ...]
    content_hash: str


class AnnounceType(StrEnum):
    """How a feed announced a paper, relative to the categories that were asked for."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One item of one day's feed: the signal that a paper was announced, not the record of it."""

    #: announcement day in America/New_York, as the feed dates it
    day: date
    arxiv_id: str
    version: int
    announce_type: AnnounceType
    title: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """Something a source sent that could not be read, kept whole."""

    source: str
    reason: str
    #: the record's own bytes, as they came
    raw: bytes
    #: where the whole answer lies in the archive, if it was archived
    raw_path: str | None
    arxiv_id: str | None
    quarantined_at: datetime


@dataclass(frozen=True, slots=True)
class SectionScore:
    """The probability that a paper belongs in a section (its id)."""

    section: str
    probability: float


@dataclass(frozen=True, slots=True)
class FacetScore:
    """The probability of one label of one facet."""

    facet: str
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class TermWeight:
    """One term's share in a score: for it (positive) or against it (negative)."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The model's word about one paper. Never mixed with the human's."""

    arxiv_id: str
    model_id: str
    #: probability that the paper is in the survey's scope
    in_scope: float
    #: best first
    sections: tuple[SectionScore, ...]
    facets: tuple[FacetScore, ...]
    #: the terms that decided `in_scope` and the first section, strongest first
    terms: tuple[TermWeight, ...]
    #: of the text that was read, so that a revised paper is classified again
    content_hash: str
    predicted_at: datetime
    #: facets whose best label is below its threshold: the reviewer is asked just that
    open_facets: tuple[str, ...] = ()


#: whose decisions the curated list's own entries are; no person decides under this name
LIST_REVIEWER = "list"


class Verdict(StrEnum):
    """The human's word."""

    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision about to be recorded."""

    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    decided_at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A recorded decision. Never changed: undoing it is an event of its own."""

    decision_id: str
    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    decided_at: datetime
    note: str | None = None
    #: the reviewer who took it back, and when
    undone_by: str | None = None
    undone_at: datetime | None = None
    #: an approval that lost its section in a change of the taxonomy: it waits in the queue again
    unplaced: bool = False


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """A standing approval or rejection, with the text it was made on."""

    text: PaperText
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ApprovedPaper:
    """A standing approval with the text as it stood when it was decided.

    Digests are made of these, so that a title changed at arXiv later leaves an old week's
    digest as it was.
    """

    arxiv_id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    comment: str | None
    sections: tuple[str, ...]
    reviewer: str
    note: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One paper that waits for a reviewer: predicted and undecided."""

    paper: StoredPaper
    prediction: Prediction
    priority: float


class RunStatus(StrEnum):
    """How an execution ended; `running` until it has."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One execution of a command, recorded."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    counts: dict[str, int] = field(default_factory=dict)
    error: str | None = None
    #: what was typed, the command first; empty if that is not known
    words: tuple[str, ...] = ()


class LedgerStatus(StrEnum):
    """What is proven about one announcement day of one category."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    QUIET = "quiet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """What was announced for a category on a day against what we hold."""

    day: date
    category: str
    announced: int
    held: int
    missing: tuple[str, ...]
    status: LedgerStatus
    #: the feed only repeated an earlier day: asked again later
    stale: bool = False
    #: when its feed was last read; None if no feed of that day ever was
    checked_at: datetime | None = None
    #: when `backfill` harvested that day's datestamps afterwards
    backfilled_at: datetime | None = None
    #: how many of the held papers have their record from which source
    sources: dict[str, int] = field(default_factory=dict)
    #: items of its feed that did not say which paper they announce, until OAI's list proved the day
    untold: int = 0
