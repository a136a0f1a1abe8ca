"""Return an evaluation as lines and tables, with the same figures as the page."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from classifiers.measure.metrics import LabelMeasures
from classifiers.measure.reports import Evaluation, FacetReport, ScopeReport
from classifiers.measure.simulation import Simulation
from config.tex.text import plain_text
from pipeline.cli.answer import Column, Table, Text, table
from pipeline.learn.evaluation.figures import READ, confusion, figure, figures_of
from pipeline.learn.evaluation.report import CurvePoint, EvaluationReport
from pipeline.learn.evaluation.verdict import interval_text, most_work_saved, verdict
from pipeline.runtime.plurals import counted
from storage.paper_key import key_address

_HARDEST_SHOWN = 10


def report_text(report: EvaluationReport) -> Text:
    """Return an evaluation as lines and tables."""
    recipe = report.described.evaluation
    head = (
        *verdict(report),
        "",
        (
            f"tested on   {counted(report.tested, 'decision')} since "
            f"{report.cut:%Y-%m-%d %H:%M} UTC: "
            f"{report.approved} approved, {report.tested - report.approved} rejected"
        ),
        (
            f"trained on  {counted(report.earlier, 'earlier decision')}, "
            f"{counted(report.listed, 'entry', 'entries')} of the list, "
            f"{counted(report.recipe.background, 'unlabelled paper')} from before that moment"
        ),
        *(f"note        {remark}" for remark in report.remarks),
        f"described   {report.described.name}, {recipe.model_id}",
        *_side_by_side(report),
        "",
        (
            f"With {report.approved} relevant of {counted(report.tested, 'paper')} no order can"
            f" exceed a WSS@95 of {figure(most_work_saved(report.approved, report.tested))}."
        ),
    )
    facets = chain.from_iterable(map(_facet, recipe.facets))
    sections = (
        "",
        (
            f"sections: {counted(recipe.section_papers, 'paper')}, first suggestion right "
            f"{figure(recipe.section_top1)}"
            f"{interval_text(recipe.section_top1, recipe.section_papers)}; "
            f"one of three right {figure(recipe.section_top3)}"
        ),
        _measures("section", recipe.sections, report.name),
    )
    names = [facet.facet for facet in recipe.facets]
    return (
        *head,
        *facets,
        *sections,
        _reading(recipe.scope),
        *_reliability(recipe),
        *(_curve(report.curve, names) if report.curve else ()),
        *(_hardest(recipe) if recipe.hardest else ()),
        *(_replays(report.replays) if report.replays else ()),
    )


def _side_by_side(report: EvaluationReport) -> Text:
    facets = [facet.facet for facet in report.recipe.evaluation.facets]
    names = [name for name, _, _ in figures_of(report.recipe, facets)]
    return (
        "",
        table(
            (Column("classifier"), *_right("papers", *names)),
            (
                (
                    found.name,
                    found.evaluation.scope.papers,
                    *(figure(value) for _, value, _ in figures_of(found, facets)),
                )
                for found in report.candidates
            ),
        ),
    )


def _facet(facet: FacetReport) -> Text:
    matrix = confusion(facet)
    return (
        "",
        (
            f"{facet.facet}: {counted(facet.papers, 'paper')}, best label right "
            f"{figure(facet.top1)}, macro F1 {figure(facet.macro_f1)}, "
            f"ECE {figure(facet.calibration_error)}, left open {figure(facet.open_share)}"
        ),
        _measures("label", facet.labels),
        "",
        table(
            (Column("true \\ predicted"), *_right(*matrix.labels)),
            ((truth, *(shade.papers or "" for shade in shades)) for truth, shades in matrix.rows),
        ),
    )


def _measures(name: str, rows: Sequence[LabelMeasures], named: Callable[[str], str] = str) -> Table:
    return table(
        (Column(name), *_right("papers", "precision", "recall", "F1", "AP")),
        (
            (
                named(row.name),
                row.support,
                *_figures(row.precision, row.recall, row.f1, row.average_precision),
            )
            for row in rows
            if row.support
        ),
    )


def _reading(scope: ScopeReport) -> Table:
    return table(
        (Column("to find"), *_right("read first", "from", "to", "down to probability")),
        (
            (
                f"{depth.recall:.0%} of the relevant",
                *(f"{share:.0%}" for share in (depth.share, depth.low, depth.high)),
                figure(depth.probability),
            )
            for depth in scope.reading
        ),
    )


def _reliability(recipe: Evaluation) -> Text:
    questions = [("in scope", recipe.scope.reliability)]
    questions += [(facet.facet, facet.reliability) for facet in recipe.facets]
    return (
        "",
        table(
            (
                Column("reliability"),
                Column("probability"),
                *_right("papers", "predicted", "observed"),
            ),
            (
                (
                    question,
                    f"{each.low:.1f} to {each.high:.1f}",
                    each.count,
                    *_figures(each.promised, each.came),
                )
                for question, bins in questions
                for each in bins
            ),
        ),
    )


def _curve(curve: Sequence[CurvePoint], facets: Sequence[str]) -> Text:
    tops = [f"{name} top 1" for name in facets]
    return (
        "",
        table(
            (
                Column("learning curve"),
                *_right("decisions", "quadratic error", "scope AP", "WSS@95", *tops),
                *_right("section top 1", "section top 3"),
            ),
            (
                (
                    point.classifier,
                    point.decisions,
                    *_figures(point.error, point.average_precision, point.work_saved_at_95),
                    *_figures(*(dict(point.facets).get(name, float("nan")) for name in facets)),
                    *_figures(point.section_top1, point.section_top3),
                )
                for point in curve
            ),
        ),
    )


def _hardest(recipe: Evaluation) -> Text:
    return (
        "",
        table(
            (
                Column("hardest"),
                Column("question"),
                Column("predicted"),
                Column("decided"),
                Column("title", flexible=True, below=True),
            ),
            (
                (
                    key_address(paper.key),
                    paper.question,
                    f"{paper.said} {paper.probability:.2f}",
                    ", ".join(paper.truth),
                    plain_text(paper.title),
                )
                for paper in recipe.hardest[:_HARDEST_SHOWN]
            ),
        ),
    )


def _replays(replays: Sequence[Simulation]) -> Text:
    return (
        "",
        "replayed: share of the relevant papers found by share of papers read, in each order",
        table(
            (
                Column("rule"),
                Column("order"),
                *_right("papers", "relevant", "WSS@95", *(f"{share:.0%}" for share in READ)),
                *_right("steps", "s/step"),
            ),
            (
                (
                    replay.rule,
                    replay.order,
                    replay.papers,
                    replay.relevant,
                    *_figures(replay.work_saved_at_95, *(replay.recall_after(s) for s in READ)),
                    replay.steps,
                    f"{replay.seconds_per_step:.2f}",
                )
                for replay in replays
            ),
        ),
    )


def _figures(*values: float) -> Iterable[str]:
    return (figure(value) for value in values)


def _right(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, right=True) for name in names)
