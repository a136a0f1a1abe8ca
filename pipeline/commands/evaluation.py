"""What the model is worth, and whether it still is: evaluate, drift."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.invocation import Invocation, command
from pipeline.commands.learning import stages
from pipeline.console import Column, as_json, printable

if TYPE_CHECKING:
    from classifiers.metrics import LabelMeasures
    from classifiers.simulation import Simulation
    from pipeline.evaluation.report import CurvePoint, EvaluationReport

_HARDEST_SHOWN = 10


@command(
    "evaluate",
    examples="""
    living-survey evaluate
    living-survey evaluate --html evaluation.html
    living-survey evaluate --simulate
    """,
)
def evaluate(
    invocation: Invocation,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", show_default=False, help="Where the page goes instead of the reports."
        ),
    ] = None,
    *,
    simulate: Annotated[
        bool,
        typer.Option(
            "--simulate", help="Also replay all decisions in every order, beside ASReview's rule."
        ),
    ] = False,
    curve: Annotated[
        bool, typer.Option("--curve/--no-curve", help="The learning curve, the longest part.")
    ] = True,
) -> None:
    """Measure the model on decisions later than its training.

    The newest fifth of the decisions is the test; a model of today's recipe learns from the rest,
    with baselines beside it. Changes neither the model in use nor the queue.
    """
    from dataclasses import replace

    from pipeline.commands.session import session
    from pipeline.evaluation.keeping import keep_report
    from pipeline.evaluation.measure import measure
    from pipeline.evaluation.replaying import replay_orders
    from pipeline.lessons import gather

    settings = invocation.settings.classifier
    with session(invocation, "evaluate") as opened:
        services, on_stage = opened.services, stages(opened.bars)
        lessons = gather(services.open_store, services.taxonomy, background=settings.background)
        report = measure(
            lessons,
            services.taxonomy,
            survey=services.settings.survey.title,
            models=settings.models,
            seed=settings.seed,
            curve=curve,
            on_stage=on_stage,
        )
        if simulate:
            replays = replay_orders(lessons, services.taxonomy, on_stage=on_stage)
            report = replace(report, replays=replays)
        on_stage("drawing the page")
        kept = keep_report(report, settings.reports, as_json(report), html=html)
        opened.record.count(tested=report.tested)
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    _say(invocation, report)
    invocation.output.line(f"\npage        {kept.html}")
    invocation.output.line(f"report      {kept.json}")


@command("drift", examples="living-survey drift\nliving-survey drift --json")
def drift(invocation: Invocation) -> None:
    """Look whether the model still fits the stream.

    The last seven days against the time of training: unknown words, shifted probabilities, the
    newest decisions, and terms around which papers gather that no section takes. The first `run`
    of a week does the same; `status` and `doctor` show what was seen.
    """
    from pipeline.commands.session import session
    from pipeline.upkeep import drift_step

    with session(invocation, "drift") as opened:
        report = drift_step(opened.services, opened.record, opened.bars)
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    say = invocation.output.line
    say(f"week         {report.week}, {report.papers} papers, model {report.model_id}")
    say(
        f"words        {_said(report.unknown_terms)} unknown to the model, "
        f"{_said(report.unknown_before)} among papers from before"
    )
    say(f"scores       shifted by {_said(report.score_shift)} (0.25 is notable)")
    say(
        f"calibration  off by {_said(report.calibration_error)} on {report.decided} decisions "
        "that the model never learned from"
    )
    say(f"unplaced     {report.troubled} papers left open or rejected lately")
    for sentence in report.notable or ("nothing notable",):
        say(f"verdict      {sentence}")
    if report.missing_terms:
        say()
        invocation.output.table(
            (Column("term"), Column("papers", right=True)), report.missing_terms
        )
        for paper in report.missing_examples:
            say(f"https://arxiv.org/abs/{paper.arxiv_id}  {printable(paper.title)}")


def _said(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _say(invocation: Invocation, report: "EvaluationReport") -> None:
    from pipeline.evaluation.page import figure, figures_of

    say, table = invocation.output.line, invocation.output.table
    recipe = report.recipe.evaluation
    say(
        f"tested on   {report.tested} decisions since {report.cut:%Y-%m-%d %H:%M} UTC: "
        f"{report.approved} approved, {report.tested - report.approved} rejected"
    )
    say(
        f"learned of  {report.earlier} earlier decisions, {report.listed} entries of the list, "
        f"{report.recipe.background} unlabelled papers from before that moment"
    )
    for remark in report.remarks:
        say(f"note        {remark}")
    say()
    facets = [facet.facet for facet in recipe.facets]
    names = [name for name, _, _ in figures_of(report.recipe, facets)]
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
    )
    for facet in recipe.facets:
        say()
        say(
            f"{facet.facet}: {facet.papers} papers, best label right {figure(facet.top1)}, "
            f"macro F1 {figure(facet.macro_f1)}, ECE {figure(facet.calibration_error)}, "
            f"left open {figure(facet.open_share)}"
        )
        _say_measures(invocation, "label", facet.labels)
    say()
    _say_measures(invocation, "section", recipe.sections)
    if report.curve:
        _say_curve(invocation, report.curve)
    if recipe.hardest:
        say()
        table(
            (
                Column("hardest"),
                Column("question"),
                Column("said"),
                Column("is"),
                Column("title", flexible=True),
            ),
            (
                (
                    f"https://arxiv.org/abs/{paper.key}",
                    paper.question,
                    f"{paper.said} {paper.probability:.2f}",
                    ", ".join(paper.truth),
                    paper.title,
                )
                for paper in recipe.hardest[:_HARDEST_SHOWN]
            ),
        )
    if report.replays:
        _say_replays(invocation, report.replays)


def _say_measures(invocation: Invocation, name: str, rows: "Sequence[LabelMeasures]") -> None:
    from pipeline.evaluation.page import figure

    invocation.output.table(
        (Column(name), *_right("papers", "precision", "recall", "F1", "AP")),
        (
            (
                row.name,
                row.support,
                figure(row.precision),
                figure(row.recall),
                figure(row.f1),
                figure(row.average_precision),
            )
            for row in rows
            if row.support
        ),
    )


def _say_curve(invocation: Invocation, curve: "Sequence[CurvePoint]") -> None:
    from pipeline.evaluation.page import figure

    facets = [name for name, _ in curve[-1].facets]
    invocation.output.line()
    invocation.output.table(
        _right(
            "decisions", "quadratic error", "scope AP", "WSS@95",
            *(f"{name} top 1" for name in facets), "section top 1", "section top 3",
        ),
        (
            (
                point.decisions,
                figure(point.error),
                figure(point.average_precision),
                figure(point.work_saved_at_95),
                *(figure(dict(point.facets).get(name, float("nan"))) for name in facets),
                figure(point.section_top1),
                figure(point.section_top3),
            )
            for point in curve
        ),
    )  # fmt: skip


def _say_replays(invocation: Invocation, replays: "Sequence[Simulation]") -> None:
    from pipeline.evaluation.page import figure

    invocation.output.line()
    invocation.output.table(
        (
            Column("replayed"),
            Column("order"),
            *_right("papers", "relevant", "WSS@95", "recall at 10 %", "steps", "s/step"),
        ),
        (
            (
                replay.rule,
                replay.order,
                replay.papers,
                replay.relevant,
                figure(replay.work_saved_at_95),
                figure(replay.recall_at_tenth),
                replay.steps,
                f"{replay.seconds_per_step:.2f}",
            )
            for replay in replays
        ),
    )


def _right(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, right=True) for name in names)
