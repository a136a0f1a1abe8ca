"""Define the records of rules that decide without a person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RuleAct(StrEnum):
    """What was done with a rule."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    #: its sample had more wrong decisions than its replay allowed
    STOPPED = "stopped"
    #: its decisions were taken back
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class RuleEvent:
    """One act on a rule."""

    rule: str
    kind: RuleAct
    #: of the rule, the taxonomy and the meaning of signals
    fingerprint: str
    person: str
    happened_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """How the errors of two signals go together, on papers that people approved."""

    first: str
    second: str
    #: approved papers for which both signals are known
    papers: int
    #: of them, how many each says is outside, and both
    first_wrong: int
    second_wrong: int
    both_wrong: int
    #: correlation of the errors; None: one of them never errs
    phi: float | None

    @property
    def expected(self) -> float:
        """How many errors would coincide if they were independent."""
        return self.first_wrong * self.second_wrong / self.papers if self.papers else 0.0


@dataclass(frozen=True, slots=True)
class RuleReplay:
    """What a rule would have decided of what people decided."""

    rule: str
    fingerprint: str
    #: decisions compared, and approvals among them
    decided: int
    approved: int
    #: without one of the signals
    missing: int
    #: that the rule would have decided
    acted: int
    #: of them, papers that people approved
    wrong: tuple[str, ...]
    #: bounds of the share that is wrong, 95 %
    low: float
    high: float
    pairs: tuple[Pair, ...]
    person: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class RuleDraw:
    """A decision of a rule that was drawn for a person to read."""

    rule: str
    #: ISO week of the decision
    week: str
    arxiv_id: str
    decision_id: str
    drawn_at: datetime
    #: open, right, wrong, or gone
    outcome: str = "open"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A waiting paper that a rule may decide, with what the signals need."""

    arxiv_id: str
    content_hash: str
    title: str
    abstract: str
    categories: tuple[str, ...]
    primary_category: str
    in_scope: float
    #: that predicted it
    model_id: str
    #: the prediction is of the present text
    is_current: bool
