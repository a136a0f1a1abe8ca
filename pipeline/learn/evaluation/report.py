"""What an evaluation found, as values: classifiers side by side. Measures nothing."""

from dataclasses import dataclass
from datetime import datetime

from classifiers.measure.reports import Evaluation
from classifiers.measure.simulation import Simulation

#: names of candidates that a page treats apart
RECIPE = "this recipe"
CUE_WORDS = "cue words only"
ASREVIEW = "ASReview's rule"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One classifier and how it did."""

    name: str
    #: papers it learned from: decided, and unlabelled
    examples: int
    background: int
    #: mean quadratic error over all questions, 0 for all-knowing; nan of a rule that only ranks
    error: float
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A classifier after so many decisions beyond the list, the oldest first."""

    classifier: str
    decisions: int
    error: float
    average_precision: float
    work_saved_at_95: float
    #: (facet, top-1)
    facets: tuple[tuple[str, float], ...]
    section_top1: float
    section_top3: float


def curve_point(decisions: int, found: Candidate) -> CurvePoint:
    """Return a candidate as a point of its learning curve."""
    scope = found.evaluation.scope
    return CurvePoint(
        classifier=found.name,
        decisions=decisions,
        error=found.error,
        average_precision=scope.average_precision,
        work_saved_at_95=scope.work_saved_at_95,
        facets=tuple((facet.facet, facet.top1) for facet in found.evaluation.facets),
        section_top1=found.evaluation.section_top1,
        section_top3=found.evaluation.section_top3,
    )


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
    #: the recipe's points first; empty if not asked for
    curve: tuple[CurvePoint, ...]
    #: what a reader should know about these figures
    remarks: tuple[str, ...]
    #: by order and rule; empty unless asked for
    replays: tuple[Simulation, ...] = ()

    @property
    def recipe(self) -> Candidate:
        """The recipe of today on the earlier decisions: what all else is held against."""
        return self.candidates[0]

    @property
    def curves(self) -> dict[str, tuple[CurvePoint, ...]]:
        """The learning curve by classifier."""
        names = dict.fromkeys(point.classifier for point in self.curve)
        return {name: tuple(p for p in self.curve if p.classifier == name) for name in names}
