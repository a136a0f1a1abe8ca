"""`evaluate`: measure the model on decisions later than its training."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.evaluate_tables import report_text
from pipeline.cli.report_file import check_report_file
from pipeline.cli.session import session
from pipeline.curated.title import survey_title
from pipeline.learn import evaluate as step


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
            "--simulate",
            help="Also replay all decisions in every order, by this rule and ASReview's.",
        ),
    ] = False,
    curve: Annotated[
        bool, typer.Option("--curve/--no-curve", help="The learning curve, the longest part.")
    ] = True,
) -> Answer:
    """Measure the model on decisions later than its training.

    The newest fifth of the decisions is the test; a model of today's recipe is trained on the
    rest and compared with baselines. Changes neither the model in use nor the queue.
    """
    if html is not None:
        check_report_file(html, {".html", ".htm"})
    with session(invocation, "evaluate") as opened:
        report, files = step.evaluate(
            opened.services,
            opened.run,
            survey=survey_title(invocation.settings.survey),
            simulate=simulate,
            curve=curve,
            html=html,
        )
    written = ("", f"page        {files.html}", f"report      {files.json}")
    return Answer(report, (*report_text(report), *written))
