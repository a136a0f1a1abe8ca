"""Define what one person says of a paper when that alone decides nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from storage.types import Verdict


class OpinionKind(StrEnum):
    """Why a word was given."""

    #: the first of a double review
    FIRST = "first"
    #: the second of a double review, given without knowing the first
    SECOND = "second"
    #: on two words that differ, given knowing both
    THIRD = "third"
    #: on a paper that the same person decided before, without being reminded of it
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class NewOpinion:
    """A word about to be recorded."""

    arxiv_id: str
    kind: OpinionKind
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    given_at: datetime
    note: str | None = None
    #: code of a rejection's reason
    reason: str | None = None
    return_on: date | None = None
    return_after_version: int | None = None
    #: of the text that was read
    content_hash: str | None = None
    #: IDs of the words that it answers
    beside: tuple[str, ...] = ()
    #: recorded in the same transaction
    decision_id: str | None = None
    #: the decision that it repeats
    repeats: str | None = None
    #: its note becomes a ruling when it becomes a decision
    ruling: bool = False


@dataclass(frozen=True, slots=True)
class Opinion:
    """A recorded word."""

    opinion_id: str
    arxiv_id: str
    kind: OpinionKind
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    given_at: datetime
    note: str | None = None
    reason: str | None = None
    undone_at: datetime | None = None
    #: the decision that it led to, if that was not taken back
    settled_by: str | None = None
    beside: tuple[str, ...] = ()
    repeats: str | None = None
    batch_id: str | None = None
    return_on: date | None = None
    return_after_version: int | None = None
    #: its note becomes a ruling when it becomes a decision
    ruling: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it waits for another person's word."""
        waits = self.kind in (OpinionKind.FIRST, OpinionKind.SECOND)
        return waits and self.undone_at is None and self.settled_by is None
