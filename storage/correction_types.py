"""Define what `storage/corrections.py` reads and records."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.correction_kinds import RecordState
from storage.types import Verdict


class Resolution(StrEnum):
    """What a reviewer did with a case."""

    #: the decision stands as it is
    KEPT = "kept"
    #: as `kept`, and the paper's publication is noted
    NOTED = "noted"
    #: approved in other sections
    MOVED = "moved"
    #: rejected after an approval
    TAKEN_BACK = "taken back"
    #: the rejection was taken back, so the paper waits again
    QUEUED = "queued"
    #: approved after a rejection
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class CorrectionCase:
    """A decided paper whose record differs from the one that was decided on."""

    arxiv_id: str
    #: of the standing decision: approved, or rejected and returned
    verdict: Verdict
    decision_id: str
    #: members of `KINDS`, the gravest first
    kinds: tuple[str, ...]
    #: of the record looked at: another key is another case
    record_key: int
    found_at: datetime
    #: probabilities of a returned paper by one model, for the text decided on and the present one
    score_before: float | None = None
    score_now: float | None = None


@dataclass(frozen=True, slots=True)
class ComparedRecords:
    """What was decided on, or read at the last resolution, and what arXiv has now."""

    arxiv_id: str
    decision_id: str
    verdict: Verdict
    #: number of that resolution; 0: the decision
    base: int
    record_key: int
    old: RecordState
    new: RecordState


@dataclass(frozen=True, slots=True)
class NewResolution:
    """A resolution about to be recorded, on the record as it is now."""

    arxiv_id: str
    #: that stands after it
    decision_id: str
    resolution: Resolution
    kinds: tuple[str, ...]
    reviewer: str
    resolved_at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedResolution:
    """A recorded resolution; undoing it is a separate event."""

    resolution_id: int
    arxiv_id: str
    decision_id: str
    resolution: Resolution
    kinds: tuple[str, ...]
    note: str | None
    reviewer: str
    resolved_at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None
