"""Define the shared records; datetimes are aware UTC, None means not stated by the source."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Source(StrEnum):
    """Where a record came from; texts are compared within one source only."""

    OAI = "oai"
    SNAPSHOT = "snapshot"
    QUERY = "query"
    #: a work that is not at arXiv, from the scores of a corpus
    CORPUS = "corpus"


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """One version of a paper, from OAI `arXivRaw` or the snapshot."""

    version: int
    submitted_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as sent by one source."""

    #: the key (`storage/paper_key.py`): for a work that is not at arXiv `doi:` and its DOI
    arxiv_id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    #: aliases resolved, the primary one first
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
    #: empty if the source has no history (query API)
    versions: tuple[PaperVersion, ...] = ()
    #: OAI's UTC day of the last metadata change
    datestamp: date | None = None


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A paper in the database."""

    paper: Paper
    first_seen_at: datetime
    #: sha256 of title, abstract, authors, comment and withdrawn
    content_hash: str
    #: when its source last sent a changed record
    taken_at: datetime | None = None
    #: the day arXiv announced it, or should have by its calendar; None without a submission date
    announced: date | None = None
    #: equal for equal titles, apart from case and punctuation; None for a title without letters
    title_key: int | None = None


@dataclass(frozen=True, slots=True)
class PaperMark:
    """What tells whether a paper changed."""

    version: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """Results of storing a batch of papers."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0

    def __add__(self, other: "UpsertCounts") -> "UpsertCounts":
        """Return the sum over several batches."""
        return UpsertCounts(
            self.new + other.new, self.revised + other.revised, self.unchanged + other.unchanged
        )


@dataclass(frozen=True, slots=True)
class PaperText:
    """The text of a paper for the classifier."""

    arxiv_id: str
    title: str
    abstract: str
    categories: tuple[str, ...]
    content_hash: str


class AnnounceType(StrEnum):
    """How a feed announced a paper, relative to the requested categories."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One item of a day's feed."""

    #: in America/New_York, as dated by the feed
    day: date
    arxiv_id: str
    version: int
    announce_type: AnnounceType
    title: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A record that could not be read."""

    source: str
    reason: str
    raw: bytes
    raw_path: str | None
    arxiv_id: str | None
    quarantined_at: datetime


@dataclass(frozen=True, slots=True)
class SectionScore:
    """The probability of a section, given by its ID."""

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
    """The weight of a term in a score, positive or negative."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """A model's scores for one paper."""

    arxiv_id: str
    model_id: str
    in_scope: float
    #: best first
    sections: tuple[SectionScore, ...]
    facets: tuple[FacetScore, ...]
    #: largest weights in `in_scope` and the first section, strongest first
    terms: tuple[TermWeight, ...]
    content_hash: str
    predicted_at: datetime
    #: facets whose best label is below its threshold
    open_facets: tuple[str, ...] = ()


#: reserved for entries of the curated list
LIST_REVIEWER = "list"
#: before the ID of a rule that decides without a person
RULE_PREFIX = "rule:"


class Verdict(StrEnum):
    """A reviewer's verdict on a paper."""

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
    #: code of a rejection's reason
    reason: str | None = None
    #: a deferred paper waits again from this day on
    return_on: date | None = None
    #: a deferred paper waits again when its version is higher
    return_after_version: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A recorded decision; undoing it is a separate event."""

    decision_id: str
    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    decided_at: datetime
    note: str | None = None
    undone_by: str | None = None
    undone_at: datetime | None = None
    #: its section was removed by a taxonomy change, so it is in the queue again
    unplaced: bool = False
    #: code of a rejection's reason; None: not stated
    reason: str | None = None
    #: a deferred paper waits again from this day on
    return_on: date | None = None
    #: a deferred paper waits again when its version is higher
    return_after_version: int | None = None
    #: the act it was recorded in together with others
    batch_id: str | None = None

    def has_returned(self, version: int | None, today: date) -> bool:
        """Say whether a deferral has ended, by its day or by another version than it was made on.

        `storage/waiting.py` says the same in SQL. A lower version was corrected. `version` is that
        of the stored paper, or None without one.
        """
        by_day = self.return_on is not None and self.return_on <= today
        made_on = self.return_after_version
        return by_day or (made_on is not None and version is not None and version != made_on)


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """A standing approval or rejection with the text it was made on."""

    text: PaperText
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    decided_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovedPaper:
    """A standing approval with the text it was made on, so that old digests stay the same."""

    arxiv_id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    comment: str | None
    sections: tuple[str, ...]
    reviewer: str
    note: str | None
    decided_at: datetime
    #: the version that was read, and its record; None and empty for decisions of older versions
    version: int | None = None
    journal_ref: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A paper that waits for a reviewer."""

    paper: StoredPaper
    prediction: Prediction
    priority: float


class RunStatus(StrEnum):
    """How an execution ended; `running` before that."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A recorded execution of a command."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    counts: dict[str, int] = field(default_factory=dict)
    error: str | None = None
    #: command line, command first; empty if unknown
    words: tuple[str, ...] = ()
    #: of program, libraries and model; empty if an older version recorded the run
    versions: dict[str, str] = field(default_factory=dict)
    #: by step, and `whole`; measured, so also where the clock is set
    seconds: dict[str, float] = field(default_factory=dict)
    #: approved papers whose change at arXiv it stored
    corrected: tuple[str, ...] = ()


class LedgerStatus(StrEnum):
    """Completeness of one announcement day of one category."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    QUIET = "quiet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """Announced and held papers of a category on a day."""

    day: date
    category: str
    announced: int
    held: int
    missing: tuple[str, ...]
    status: LedgerStatus
    #: the feed repeated an earlier day; it is read again later
    stale: bool = False
    #: when its feed was last read, or None
    checked_at: datetime | None = None
    #: when `backfill` harvested its datestamps after the day was over
    backfilled_at: datetime | None = None
    #: held papers by the source of their record
    sources: dict[str, int] = field(default_factory=dict)
    #: items without a readable paper ID, 0 once OAI's list has been read
    untold: int = 0
