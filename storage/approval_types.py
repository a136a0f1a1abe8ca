"""Records of what happened to approved papers."""

from dataclasses import dataclass
from datetime import datetime

from storage.types import Verdict


@dataclass(frozen=True, slots=True)
class DecisionEvent:
    """A decision, or the undo of one, as it was recorded."""

    #: order of recording
    seq: int
    arxiv_id: str
    decision_id: str
    undo: bool
    #: of the decision, also for its undo
    verdict: Verdict
    sections: tuple[str, ...]
    note: str | None
    happened_at: datetime
