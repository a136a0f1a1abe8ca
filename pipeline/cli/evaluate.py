"""`evaluate`: the model measured on decisions later than its training."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.console import as_json
from pipeline.cli.evaluate_tables import report_text
from pipeline.cli.session import session
from pipeline.cli.train import stages
from pipeline.learn.evaluation.measure import measure
from pipeline.learn.evaluation.replay import replay_orders
from pipeline.learn.evaluation.store import keep_report
from pipeline.learn.examples import load_training_set


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
) -> Answer:
    """Measure the model on decisions later than its training.

    The newest fifth of the decisions is the test; a model of today's recipe is trained on the
    rest, with baselines beside it. Changes neither the model in use nor the queue.
    """
    settings = invocation.settings.classifier
    with session(invocation, "evaluate") as opened:
        services, on_stage = opened.services, stages(opened.bars)
        examples = load_training_set(
            services.open_store, services.taxonomy, background=settings.background
        )
        report = measure(
            examples,
            services.taxonomy,
            survey=services.settings.survey.title,
            models=services.models,
            seed=settings.seed,
            curve=curve,
            on_stage=on_stage,
        )
        if simulate:
            replays = replay_orders(examples, services.taxonomy, on_stage=on_stage)
            report = replace(report, replays=replays)
        on_stage("drawing the page")
        kept = keep_report(report, settings.reports, as_json(report), html=html)
        opened.record.count(tested=report.tested)
    files = ("", f"page        {kept.html}", f"report      {kept.json}")
    return Answer(report, (*report_text(report), *files))
