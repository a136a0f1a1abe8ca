"""Render an evaluation as one self-contained HTML page without scripts or external resources."""

from dataclasses import dataclass
from functools import cache
from math import isfinite

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from config.tex.markup import tex_markup
from config.visible import visible
from pipeline.learn.evaluation.figures import READ, confusion, figure, figures_of
from pipeline.learn.evaluation.plots import learning_plot, recall_plot, reliability_plot
from pipeline.learn.evaluation.report import Candidate, EvaluationReport
from pipeline.learn.evaluation.verdict import interval_text, most_work_saved, verdict
from storage.paper_key import key_address


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table."""

    text: str
    #: the best of its column
    best: bool = False


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
        recipe=report.described.evaluation,
        columns=_columns(report),
        candidates=_candidates(report),
        confusions={f.facet: confusion(f) for f in report.described.evaluation.facets},
        sections=[each for each in report.described.evaluation.sections if each.support],
        silent=sum(not each.support for each in report.described.evaluation.sections),
        plots=plots,
        nan=float("nan"),
        read=READ,
        verdict=verdict(report),
        most_saved=most_work_saved(report.approved, report.tested),
        within=interval_text,
        style=style,
    )


def _columns(report: EvaluationReport) -> list[str]:
    return [name for name, _, _ in figures_of(report.recipe, _facets(report))]


def _candidates(report: EvaluationReport) -> list[tuple[Candidate, list[Cell]]]:
    """Return the rows of the comparison, with the best figure over all test papers marked."""
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
        loader=PackageLoader("pipeline.learn.evaluation", "templates"),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["figure"] = figure
    environment.filters["dict"] = dict
    environment.filters["key_address"] = key_address
    environment.filters["tex"] = tex_markup
    return environment
