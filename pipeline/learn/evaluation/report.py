"""Define the values of an evaluation report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from classifiers.measure.reports import Evaluation
from classifiers.measure.simulation import Simulation

#: names of candidates that the page treats specially
RECIPE = "this recipe"
IN_USE = "model in use"
IN_USE_BEFORE = "model in use, before the test"
CUE_WORDS = "cue words only"
ASREVIEW = "ASReview's rule"
#: fewest papers on which the model in use itself is described
_ENOUGH = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """One classifier and its measured performance."""

    name: str
    #: training papers: decided, and unlabelled
    examples: int
    background: int
    #: mean quadratic error over all questions, 0 is perfect; nan for a rule that only ranks
    error: float
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A classifier trained on the list and the oldest `decisions` decisions."""

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
    """The whole report; reproducible except for the seconds of a replay."""

    #: names the report's files: the day of the cut and a hash of its inputs
    report_id: str
    survey: str
    taxonomy_fingerprint: str
    #: decisions at or after this moment are tested, earlier ones are trained on
    cut: datetime
    listed: int
    #: decisions before the cut, without the list
    earlier: int
    tested: int
    approved: int
    #: the recipe first, then its baselines
    candidates: tuple[Candidate, ...]
    #: the recipe's points first; empty if not measured
    curve: tuple[CurvePoint, ...]
    #: notes on the figures
    remarks: tuple[str, ...]
    #: by order and rule; empty if not measured
    replays: tuple[Simulation, ...] = ()
    #: of sections, in English, by ID
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, label: str) -> str:
        """Return the name of a section, and any other label as it is."""
        return self.names.get(label, label)

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {"tested": self.tested}

    @property
    def recipe(self) -> Candidate:
        """Today's recipe, trained on the earlier decisions."""
        return self.candidates[0]

    @property
    def described(self) -> Candidate:
        """The candidate that sentences and details are about: the model in use, if measured.

        It is the model itself if it was scored on enough papers, else its settings trained on what
        it knew before the test; without a model, today's recipe.
        """
        by_name = {candidate.name: candidate for candidate in self.candidates}
        itself = by_name.get(IN_USE)
        if itself is not None and itself.evaluation.scope.papers >= min(_ENOUGH, self.tested):
            return itself
        return by_name.get(IN_USE_BEFORE, self.recipe)

    @property
    def curves(self) -> dict[str, tuple[CurvePoint, ...]]:
        """The learning curve by classifier."""
        names = dict.fromkeys(point.classifier for point in self.curve)
        return {name: tuple(p for p in self.curve if p.classifier == name) for name in names}
