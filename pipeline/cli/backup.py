"""`backup`: the database copied into one file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.operate.backups import backup_directory
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import clock_of
from storage.backup import BackupReport, back_up
from storage.rotation import Rotation, dated_backup, rotate

_NAMED = 3


@dataclass(frozen=True, slots=True)
class RotatedReport:
    """A backup, and which older ones stay."""

    path: Path
    papers: int
    decisions: int
    predictions: int
    rotation: Rotation


@command(
    "backup",
    examples="""
    living-survey backup
    living-survey backup --rotate
    living-survey backup /mnt/safe/survey-2026-03-17.duckdb
    """,
)
def backup(
    invocation: Invocation,
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Where to; without it a dated file in the directory of [backup].",
        ),
    ] = None,
    *,
    rotation: Annotated[
        bool,
        typer.Option("--rotate", help="Then delete dated backups that [backup] does not keep."),
    ] = False,
) -> Answer:
    """Copy the database into one file, safely while others use it.

    The copy is read completely; only then --rotate deletes older ones. Models, digests and the
    archive are plain files: copy their directories as they are.
    """
    if target and rotation:
        raise UsageError(
            "--rotate goes with dated backups only, not with a FILE.",
            hint="Call `living-survey backup --rotate`; [backup] directory says where they are.",
        )
    settings = invocation.settings
    database, directory = settings.database.path, backup_directory(settings)
    report = back_up(
        database,
        target or dated_backup(directory, database, clock_of(settings)()),
        busy_timeout_seconds=settings.database.busy_timeout_seconds,
    )
    held = f"{counted(report.papers, 'paper')}, {counted(report.decisions, 'decision event')}"
    text = (f"backed up  {held}", f"in         {report.path}")
    if not rotation:
        return Answer(report, text)
    rotated = rotate(
        directory,
        database,
        report.path,
        daily=settings.backup.keep_daily,
        weekly=settings.backup.keep_weekly,
    )
    return _rotated(report, rotated, text)


def _rotated(report: BackupReport, rotated: Rotation, text: tuple[str, ...]) -> Answer:
    deleted = [path.name for path in rotated.deleted]
    more = f" and {len(deleted) - _NAMED} more" if len(deleted) > _NAMED else ""
    lines = (
        *text,
        f"kept       {counted(len(rotated.kept), 'dated backup')}",
        *((f"deleted    {', '.join(deleted[:_NAMED])}{more}",) if deleted else ()),
    )
    notes = [f"living-survey: {failed}; delete it by hand." for failed in rotated.failed]
    if rotated.ahead:
        notes.append(
            f"living-survey: {counted(len(rotated.ahead), 'backup')}, such as"
            f" {rotated.ahead[0].name}, have dates to come and are never deleted. If the clock was"
            " wrong then, delete them by hand; if it is wrong now, correct it."
        )
    if rotated.fullest:
        notes.append(
            f"living-survey: {rotated.fullest} is kept, because it holds"
            f" {counted(rotated.decisions_of_fullest, 'decision event')} and the newest backup"
            f" {rotated.decisions}. If the database was replaced by mistake, `living-survey restore"
            f" {rotated.fullest}` brings them back; else delete that file."
        )
    whole = RotatedReport(report.path, report.papers, report.decisions, report.predictions, rotated)
    return Answer(whole, lines, tuple(notes), 1 if rotated.failed else 0)
