"""What an evaluation found, as values: classifiers side by side. Measures nothing."""

from dataclasses import dataclass
from datetime import datetime

from classifiers.evaluation import Evaluation
from classifiers.simulation import Simulation


@dataclass(frozen=True, slots=True)
class Candidate:
    """One classifier and how it did."""

    name: str
    #: papers it learned from: decided, and unlabelled
    examples: int
    background: int
    #: mean quadratic error over all questions, 0 for all-knowing
    error: float
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The recipe after so many decisions beyond the list, the oldest first."""

    decisions: int
    error: float
    average_precision: float
    work_saved_at_95: float
    #: (facet, top-1)
    facets: tuple[tuple[str, float], ...]
    section_top1: float
    section_top3: float


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """The whole report; the same decisions give the same, but for the seconds of a replay."""

    #: names the report's files: the day of the cut and a hash of all that went in
    report_id: str
    survey: str
    taxonomy_fingerprint: str
    #: the test's decisions were made at or after this moment, the training's before
    cut: datetime
    listed: int
    #: decisions before the cut, apart from the list
    earlier: int
    tested: int
    approved: int
    #: the recipe first, then what it must beat
    candidates: tuple[Candidate, ...]
    curve: tuple[CurvePoint, ...]
    #: what a reader should know about these figures
    remarks: tuple[str, ...]
    #: by order and rule; empty unless asked for
    replays: tuple[Simulation, ...] = ()

    @property
    def recipe(self) -> Candidate:
        """The recipe of today on the earlier decisions: what all else is held against."""
        return self.candidates[0]
