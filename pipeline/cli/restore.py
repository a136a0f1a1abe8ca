"""`restore`: a backup in the database's place."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.publish.mail.restored import note_restored
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import clock_of
from storage.losses import losses_sentence
from storage.restore import restore as restore_backup


@command("restore", examples="living-survey restore var/backups/survey-20260317T120000Z.duckdb")
def restore(
    invocation: Invocation,
    source: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    *,
    accept_faults: Annotated[
        bool,
        typer.Option("--accept-faults", help="Restore a backup with inconsistent rows."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also if the database holds what the backup lacks.")
    ] = False,
) -> Answer:
    """Replace the database by a backup.

    The backup is read completely before. If the database holds decisions, papers, publications or
    mails that the backup does not, it says how many and replaces nothing without --force. The
    replaced database is kept beside it under another name. Stop `serve` first, and start it again.
    """
    settings = invocation.settings
    now = clock_of(settings)()
    report = restore_backup(
        source,
        settings.database.path,
        now=now,
        busy_timeout_seconds=settings.database.busy_timeout_seconds,
        accept_faults=accept_faults,
        force=force,
    )
    if settings.mail.host:
        note_restored(settings.mail.journal, now)
    held = f"{counted(report.papers, 'paper')}, {counted(report.decisions, 'decision event')}"
    left = (
        (f"departed   {counted(report.departed, 'subscriber')} left since; recorded again",)
        if report.departed
        else ()
    )
    lost = (f"lost       {losses_sentence(report.lost)}",) if report.lost else ()
    published = tuple(
        f"published  {one.target}, {counted(one.papers, 'paper')}, by {one.person} on"
        f" {one.begun_at:%Y-%m-%d}: after the backup; recorded again"
        for one in report.adopted
    )
    kept = () if report.kept is None else (f"kept       {report.kept}",)
    redefined = ", ".join(report.redefined)
    notes: tuple[str, ...] = (
        (f"redefined  {redefined}: not as this program defines them",) if redefined else ()
    )
    if published:
        said = "What was decided after the backup is not in the database."
        notes = (*notes, f"{said} `living-survey publish --dry-run` shows what follows.")
    if report.ended_tokens:
        tokens = counted(report.ended_tokens, "token")
        notes = (*notes, f"{tokens} of the API ended. `living-survey token create` makes new ones.")
    return Answer(report, (f"restored   {held}", *lost, *left, *published, *kept), notes)
