"""`backup`: the database copied into one file."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import clock_of
from storage.backup import back_up


@command(
    "backup",
    examples="""
    living-survey backup
    living-survey backup /mnt/safe/survey-2026-03-17.duckdb
    """,
)
def backup(
    invocation: Invocation,
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            show_default=False,
            help="Where to; without it a dated file in backups/ beside the database.",
        ),
    ] = None,
) -> Answer:
    """Copy the database into one file, safely while others use it.

    Models, digests and the archive are plain files: copy their directories as they are.
    """
    settings = invocation.settings
    database = settings.database.path
    now = clock_of(settings)()
    report = back_up(
        database,
        target or database.parent / "backups" / f"{database.stem}-{now:%Y%m%dT%H%M%SZ}.duckdb",
        busy_timeout_seconds=settings.database.busy_timeout_seconds,
    )
    held = f"{counted(report.papers, 'paper')}, {counted(report.decisions, 'decision event')}"
    return Answer(report, (f"backed up  {held}", f"in         {report.path}"))
