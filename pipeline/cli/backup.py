"""`backup` and `restore`: the database safe in one file."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.runtime.plurals import counted


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
) -> None:
    """Copy the database into one file, safely while others use it.

    Models, digests and the archive are plain files: copy their directories as they are.
    """
    from pipeline.runtime.services import clock_of
    from storage.engine.backup import back_up

    settings = invocation.settings
    database = settings.database.path
    now = clock_of(settings)()
    report = back_up(
        database,
        target or database.parent / "backups" / f"{database.stem}-{now:%Y%m%dT%H%M%SZ}.duckdb",
        busy_timeout_seconds=settings.database.busy_timeout_seconds,
    )
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    invocation.output.line(
        f"backed up  {counted(report.papers, 'paper')},"
        f" {counted(report.decisions, 'decision event')}"
    )
    invocation.output.line(f"in         {report.path}")


@command("restore", examples="living-survey restore var/backups/survey-20260317T120000Z.duckdb")
def restore(
    invocation: Invocation,
    source: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
) -> None:
    """Put a backup in the database's place.

    What stood there is kept beside it under another name. Stop `serve` first, and start it again.
    """
    from pipeline.runtime.services import clock_of
    from storage.engine.backup import restore as put_back

    settings = invocation.settings
    report = put_back(
        source,
        settings.database.path,
        now=clock_of(settings)(),
        busy_timeout_seconds=settings.database.busy_timeout_seconds,
    )
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    invocation.output.line(
        f"restored   {counted(report.papers, 'paper')},"
        f" {counted(report.decisions, 'decision event')}"
    )
    if report.kept is not None:
        invocation.output.line(f"kept       {report.kept}")
