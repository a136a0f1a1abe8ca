"""`import`: arXiv's bulk snapshot."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Text
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.ended import check_fetching
from pipeline.cli.fetch import quarantined
from pipeline.cli.session import session
from pipeline.ingest.import_ import ImportReport, import_snapshot
from pipeline.ingest.sources.snapshot.selection import selection_of
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Database


@command(
    "import",
    examples="""
    living-survey import arxiv-metadata-oai-snapshot.json
    living-survey import archive.zip --category cs.CV --from 2022-01-01
    """,
)
def import_(
    invocation: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    category: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Only this category (cs.CV) or archive (cs).", show_default=False
        ),
    ] = None,
    from_day: Annotated[
        datetime | None,
        typer.Option("--from", metavar="DAY", formats=[DAY], help="Submitted on or after (UTC)."),
    ] = None,
    until_day: Annotated[
        datetime | None,
        typer.Option("--until", metavar="DAY", formats=[DAY], help="Submitted on or before."),
    ] = None,
    *,
    accept_old: Annotated[
        bool,
        typer.Option("--accept-old", help="Also a file that is more than half a year old."),
    ] = False,
) -> Answer:
    """Import arXiv's bulk snapshot; can be stopped and resumed.

    FILE is arxiv-metadata-oai-snapshot.json, plain, .gz or .zip. Days are those on which version 1
    was submitted. Importing a file again changes nothing.
    """
    check_fetching(invocation.settings)
    selection = selection_of(
        tuple(category or ()),
        from_day=from_day.date() if from_day else None,
        until_day=until_day.date() if until_day else None,
    )
    with session(invocation, "import", database=Database.CREATE) as opened:
        report = import_snapshot(
            opened.services, opened.run, file, selection=selection, accept_old=accept_old
        )
    return Answer(report, _text(report))


def _text(report: ImportReport) -> Text:
    counts, lines = report.counts, []
    if report.resumed_at:
        lines.append(f"resumed    at byte {report.resumed_at}, where an earlier import stopped")
    lines.append(
        f"imported   {counted(report.records, 'record')}: {counts.new} new,"
        f" {counts.revised} revised, {counts.unchanged} unchanged,"
        f" {report.unwanted} outside the selection"
    )
    lines += quarantined(report.quarantined)
    if report.records and report.unwanted == report.records:
        lines.append("nothing    was selected: check --category, --from and --until")
    lines.append(
        f"newest     submitted {report.newest_submitted_at:%Y-%m-%d}; what arXiv changed since:"
        f" living-survey backfill --from {report.catch_up_from} --until TODAY"
    )
    return tuple(lines)
