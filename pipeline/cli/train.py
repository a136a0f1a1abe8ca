"""`train`: a new model from all standing decisions."""

from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.ended import check_fetching
from pipeline.cli.session import session
from pipeline.learn import train as step
from pipeline.learn.promotion import Comparison
from pipeline.learn.train import TrainReport, measures
from pipeline.runtime.plurals import counted


@command(
    "train",
    examples="""
    living-survey train && living-survey classify
    living-survey train --force
    living-survey train --export-rows rows.jsonl.gz
    living-survey train --rows rows.jsonl.gz
    """,
)
def train(
    invocation: Invocation,
    *,
    force: Annotated[
        bool,
        typer.Option("--force", help="Put it to use even if it is worse, or from very little."),
    ] = False,
    export_rows: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", show_default=False, help="Also write the rows it is trained on."
        ),
    ] = None,
    rows: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Train on exported rows instead of the database: the same bytes of a model.",
        ),
    ] = None,
) -> Answer:
    """Train a model on all standing decisions.

    It replaces the one in use if it is not worse on later decisions that neither was trained on.
    Needs at least 20 approvals; below that the cue words are more accurate.
    """
    check_fetching(invocation.settings)
    with session(invocation, "train") as opened:
        report = step.train(
            opened.services, opened.run, force=force, rows=rows, export_rows=export_rows
        )
    return Answer(report, _text(report))


def _text(report: TrainReport) -> Text:
    relevant = f" ({report.not_listed} of them in scope)" if report.not_listed else ""
    head = (
        report.sentence,
        "",
        f"trained    {report.model_id}",
        (
            f"from       {report.approved} approved, {report.rejected} rejected{relevant}, "
            f"{report.background} undecided as background"
        ),
        *_share(report),
        *(_comparison(report.contest) if report.contest is not None else ()),
    )
    if report.promoted:
        return (*head, f"saved      {report.path}", "Next: living-survey classify")
    return (
        *head,
        f"kept       {report.path}, not in use",
        "To use it anyway: `living-survey train --force`",
    )


def _share(report: TrainReport) -> Text:
    """Return on how many random papers the share in scope rests; nothing if there are none."""
    if report.share is None:
        return ()
    drawn = counted(report.drawn, "random paper")
    return (f"share      about {report.share:.0%} of the undecided are in scope, by {drawn}",)


def _comparison(found: Comparison) -> Text:
    """Return the measures of both models; nothing if they were not compared."""
    if found.challenger is None or found.champion is None:
        return ()
    return (
        (
            f"compared   on {counted(found.papers, 'decision')} since {found.cut:%Y-%m-%d} that"
            " neither was trained on"
        ),
        "",
        table(
            (Column("measure"), Column("in use", right=True), Column("new", right=True)),
            (
                (name, f"{was:.3f}", f"{now:.3f}")
                for (name, was), (_, now) in zip(
                    measures(found.champion), measures(found.challenger), strict=True
                )
                if isfinite(was) and isfinite(now)
            ),
        ),
        "",
    )
