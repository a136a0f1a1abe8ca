"""Define what the measures are computed from."""

from dataclasses import dataclass
from datetime import datetime

from storage.types import Verdict


@dataclass(frozen=True, slots=True)
class Word:
    """What one person said of a paper."""

    reviewer: str
    verdict: Verdict
    #: of an approval
    sections: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words on one paper, given without knowing the other."""

    arxiv_id: str
    first: Word
    second: Word

    @property
    def decided(self) -> bool:
        """Whether neither word is a deferral."""
        return Verdict.DEFERRED not in (self.first.verdict, self.second.verdict)

    @property
    def both_approved(self) -> bool:
        """Whether both words are approvals."""
        return self.first.verdict is self.second.verdict is Verdict.APPROVED


@dataclass(frozen=True, slots=True)
class Graded:
    """A verdict of one reviewer with the model's probability from before it."""

    at: datetime
    approved: bool
    probability: float
