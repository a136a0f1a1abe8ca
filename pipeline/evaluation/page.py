"""An evaluation as one self-contained page: no script, nothing fetched. Measures nothing.

Everything is escaped where it is printed; only the drawings, which are ours, are not.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import isfinite

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from classifiers.evaluation import Evaluation, FacetReport
from pipeline.evaluation.plots import learning_plot, recall_plot, reliability_plot
from pipeline.evaluation.report import Candidate, EvaluationReport

#: shares of the papers at which the recall of a replay is told
READ = (0.1, 0.2, 0.3, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table."""

    text: str
    #: the best of its column
    best: bool = False


@dataclass(frozen=True, slots=True)
class Shade:
    """One cell of a confusion matrix."""

    papers: int
    #: 0 to 9, its share of the row
    depth: int
    right: bool


@dataclass(frozen=True, slots=True)
class Confusion:
    """What was placed where: rows are the truth."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shade, ...]], ...]


def page(report: EvaluationReport) -> str:
    """Return the report as HTML."""
    environment = _environment()
    style = environment.get_template("evaluation.css").render()
    plots = {"reliability": Markup(reliability_plot(report))}  # noqa: S704  our own drawing
    if len(report.curves.get(report.recipe.name, ())) > 1:
        plots["learning"] = Markup(learning_plot(report))  # noqa: S704  our own drawing
    if report.replays:
        plots["recall"] = Markup(recall_plot(report.replays))  # noqa: S704  our own drawing
    return environment.get_template("evaluation.html.j2").render(
        report=report,
        recipe=report.recipe.evaluation,
        columns=_columns(report),
        candidates=_candidates(report),
        confusions={f.facet: confusion(f) for f in report.recipe.evaluation.facets},
        sections=[each for each in report.recipe.evaluation.sections if each.support],
        silent=sum(not each.support for each in report.recipe.evaluation.sections),
        plots=plots,
        nan=float("nan"),
        read=READ,
        style=style,
        style_hash=_csp_hash(style),
    )


def figure(value: float, digits: int = 3) -> str:
    """Return a figure as tables print it, a dash where there is none."""
    return f"{value:.{digits}f}" if isfinite(value) else "\N{EN DASH}"


def figures_of(found: Candidate, facets: Iterable[str]) -> tuple[tuple[str, float, bool], ...]:
    """Return (name, value, whether more is better) for a line of the comparison."""
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
    """Return a facet's confusion over the labels that occur."""
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


def _columns(report: EvaluationReport) -> list[str]:
    return [name for name, _, _ in figures_of(report.recipe, _facets(report))]


def _candidates(report: EvaluationReport) -> list[tuple[Candidate, list[Cell]]]:
    """Return the lines of the comparison; the best of those on all test papers is marked."""
    lines = [(found, figures_of(found, _facets(report))) for found in report.candidates]
    whole = [figures for found, figures in lines if _papers(found) == report.tested]
    best = []
    for column in range(len(lines[0][1])):
        values = [f[column][1] for f in whole if isfinite(f[column][1])]
        more = lines[0][1][column][2]
        best.append((max if more else min)(values) if values else None)
    return [
        (
            found,
            [
                Cell(figure(value), _papers(found) == report.tested and value == best[column])
                for column, (_, value, _) in enumerate(figures)
            ],
        )
        for found, figures in lines
    ]


def _facets(report: EvaluationReport) -> tuple[str, ...]:
    return tuple(facet.facet for facet in report.recipe.evaluation.facets)


def _papers(found: Candidate) -> int:
    return found.evaluation.scope.papers


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline.evaluation", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["figure"] = figure
    environment.filters["dict"] = dict
    return environment


def _csp_hash(style: str) -> str:
    digest = hashlib.sha256(style.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
