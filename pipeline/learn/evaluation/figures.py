"""Name and format the figures of the page and the terminal."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from classifiers.measure.reports import Evaluation, FacetReport
from pipeline.learn.evaluation.report import Candidate

#: shares of the papers read at which the recall of a replay is shown
READ = (0.1, 0.2, 0.3, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Shade:
    """One cell of a confusion matrix."""

    papers: int
    #: 0 to 9, its share of the row
    depth: int
    right: bool


@dataclass(frozen=True, slots=True)
class Confusion:
    """A confusion matrix; rows are the true labels."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shade, ...]], ...]


def figure(value: float, digits: int = 3) -> str:
    """Format a figure for a table; a dash if it is not finite."""
    return f"{value:.{digits}f}" if isfinite(value) else "\N{EN DASH}"


def figures_of(found: Candidate, facets: Iterable[str]) -> tuple[tuple[str, float, bool], ...]:
    """Return (name, value, whether higher is better) for one row of the comparison."""
    measured: Evaluation = found.evaluation
    by_facet = {facet.facet: facet for facet in measured.facets}
    nan = float("nan")
    return (
        ("quadratic error", found.error, False),
        ("scope AP", measured.scope.average_precision, True),
        ("scope AUC", measured.scope.area_under_curve, True),
        ("WSS@95", measured.scope.work_saved_at_95, True),
        ("scope ECE", measured.scope.calibration_error, False),
        *(
            (f"{name} top 1", by_facet[name].top1 if name in by_facet else nan, True)
            for name in facets
        ),
        ("section top 1", measured.section_top1, True),
        ("section top 3", measured.section_top3, True),
    )


def confusion(facet: FacetReport) -> Confusion:
    """Return a facet's confusion matrix, limited to labels that occur."""
    counts = {(truth, said): papers for truth, said, papers in facet.confusion}
    used = {label for pair in counts for label in pair}
    labels = tuple(each.name for each in facet.labels if each.name in used)
    rows = []
    for truth in labels:
        total = sum(counts.get((truth, said), 0) for said in labels)
        shades = tuple(
            Shade(
                papers=(papers := counts.get((truth, said), 0)),
                depth=min(9, -(-9 * papers // total)) if total else 0,
                right=truth == said,
            )
            for said in labels
        )
        rows.append((truth, shades))
    return Confusion(labels, tuple(rows))
