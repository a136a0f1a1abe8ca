"""`handover`: the survey in one file for a new machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import session
from pipeline.operate.handover import HandoverReport, hand_over


@command(
    "handover",
    examples="""
    living-survey handover /mnt/safe/survey.tar.gz
    living-survey handover survey.tar.gz --json
    """,
)
def handover(
    invocation: Invocation,
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="The bundle to write; it must not exist.")
    ],
) -> Answer:
    """Write a bundle from which a new machine publishes the same bytes.

    First everything published is built again and compared. Secrets, raw responses of arXiv and logs
    are left out and named. On the new machine unpack it, call `living-survey verify`, then go on.
    """
    with session(invocation, "handover", lock="publish") as opened:
        report = hand_over(opened.services, opened.run, target)
    return Answer(report, tuple(_lines(report)))


def _lines(report: HandoverReport) -> Iterator[str]:
    yield f"handed over  {report.files:,} files, {report.bytes:,} bytes"
    yield f"in           {report.path}"
    yield f"verified     {', '.join(report.verified) or 'nothing was published yet'}"
    for path, why in report.left_out:
        yield f"left out     {path}: {why}"
    if report.variables:
        yield f"set there    {', '.join(report.variables)} (variables of the environment)"
