"""What the model is worth, and whether it still is: evaluate, drift."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column, as_json, printable
from pipeline.cli.train import stages
from pipeline.runtime.plurals import counted


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

    from pipeline.cli.evaluate_tables import print_report
    from pipeline.cli.session import session
    from pipeline.learn.evaluation.keeping import keep_report
    from pipeline.learn.evaluation.measure import measure
    from pipeline.learn.evaluation.replaying import replay_orders
    from pipeline.learn.examples import load_training_set

    settings = invocation.settings.classifier
    with session(invocation, "evaluate") as opened:
        services, on_stage = opened.services, stages(opened.bars)
        lessons = load_training_set(
            services.open_store, services.taxonomy, background=settings.background
        )
        report = measure(
            lessons,
            services.taxonomy,
            survey=services.settings.survey.title,
            models=services.models,
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
    print_report(invocation.output, report)
    invocation.output.line(f"\npage        {kept.html}")
    invocation.output.line(f"report      {kept.json}")


@command("drift", examples="living-survey drift\nliving-survey drift --json")
def drift(invocation: Invocation) -> None:
    """Look whether the model still fits the stream.

    The last seven days against the time of training: unknown words, shifted probabilities, the
    newest decisions, and terms around which papers gather that no section takes. The first `run`
    of a week does the same; `status` and `doctor` show what was seen.
    """
    from pipeline.cli.session import session
    from pipeline.learn.retrain import drift_step

    with session(invocation, "drift") as opened:
        report = drift_step(opened.services, opened.record, opened.bars)
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    say = invocation.output.line
    say(f"week         {report.week}, {counted(report.papers, 'paper')}, model {report.model_id}")
    say(
        f"words        {_said(report.unknown_terms)} unknown to the model, "
        f"{_said(report.unknown_before)} among papers from before"
    )
    say(f"scores       shifted by {_said(report.score_shift)} (0.25 is notable)")
    say(
        f"calibration  off by {_said(report.calibration_error)}"
        f" on {counted(report.decided, 'decision')} that the model never learned from"
    )
    say(f"unplaced     {counted(report.troubled, 'paper')} left open or rejected lately")
    if None in (report.unknown_terms, report.score_shift, report.calibration_error):
        say("             -: too little that the model never learned from")
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
    return "-" if value is None else f"{value:.3f}"
