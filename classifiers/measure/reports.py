"""Results of an evaluation."""

from dataclasses import dataclass

from classifiers.measure.depths import ReadingDepth
from classifiers.measure.metrics import LabelMeasures, ReliabilityBin
from classifiers.measure.reading import Trust


@dataclass(frozen=True, slots=True)
class FacetReport:
    """Measures of a facet over approved papers with known labels."""

    facet: str
    papers: int
    #: share of papers whose best label is right
    top1: float
    macro_f1: float
    calibration_error: float
    #: share left open, and top-1 of the others
    open_share: float
    decided_top1: float
    labels: tuple[LabelMeasures, ...]
    #: (true label, suggested label, papers)
    confusion: tuple[tuple[str, str, int], ...]
    reliability: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """Measures of relevance over approved and rejected papers."""

    papers: int
    approved: int
    area_under_curve: float
    average_precision: float
    precision: float
    recall: float
    calibration_error: float
    work_saved_at_95: float
    recall_at_tenth: float
    reliability: tuple[ReliabilityBin, ...]
    #: how far to read for most of the approved papers; empty without approved papers
    reading: tuple[ReadingDepth, ...] = ()
    #: probabilities of being in scope that are right; None: none is shown to be
    trust: Trust | None = None


@dataclass(frozen=True, slots=True)
class HardPaper:
    """A paper with a wrong and confident suggestion."""

    key: str
    title: str
    question: str
    said: str
    probability: float
    truth: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures of a classifier on unseen papers."""

    model_id: str
    scope: ScopeReport
    facets: tuple[FacetReport, ...]
    #: without papers in all techniques of a task and modality, for which any guess is right
    sections: tuple[LabelMeasures, ...]
    section_papers: int
    section_top1: float
    section_top3: float
    hardest: tuple[HardPaper, ...]
    #: probabilities of the first section that are right; None: none is shown to be
    section_trust: Trust | None = None
