"""The bulk snapshot: import."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.runtime.plurals import counted

if TYPE_CHECKING:
    from pipeline.ingest.import_ import ImportReport

_DAY = "%Y-%m-%d"


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
        typer.Option("--from", metavar="DAY", formats=[_DAY], help="Submitted on or after (UTC)."),
    ] = None,
    until_day: Annotated[
        datetime | None,
        typer.Option("--until", metavar="DAY", formats=[_DAY], help="Submitted on or before."),
    ] = None,
    *,
    accept_old: Annotated[
        bool, typer.Option("--accept-old", help="Also a file nobody renewed for half a year.")
    ] = False,
) -> None:
    """Import arXiv's bulk snapshot; can be stopped and resumed.

    FILE is arxiv-metadata-oai-snapshot.json, plain, .gz or .zip. Days are those on which version 1
    was submitted. Importing a file again changes nothing.
    """
    from pipeline.cli.session import session
    from pipeline.ingest.import_ import import_snapshot
    from pipeline.ingest.sources.snapshot.selection import selection_of

    selection = selection_of(
        tuple(category or ()),
        from_day=from_day.date() if from_day else None,
        until_day=until_day.date() if until_day else None,
    )
    with session(invocation, "import", creating=True) as opened:
        services = opened.services
        report = import_snapshot(
            file,
            services.open_store,
            selection=selection,
            accept_old=accept_old,
            clock=services.clock,
            bars=opened.bars,
        )
        counts = report.counts
        opened.record.count(
            new=counts.new,
            revised=counts.revised,
            unchanged=counts.unchanged,
            quarantined=report.quarantined,
        )
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        _say(invocation, report)


def _say(invocation: Invocation, report: "ImportReport") -> None:
    say, counts = invocation.output.line, report.counts
    if report.resumed_at:
        say(f"resumed    at byte {report.resumed_at}, where an earlier import had stopped")
    say(
        f"imported   {counted(report.records, 'record')}: {counts.new} new,"
        f" {counts.revised} revised, {counts.unchanged} unchanged,"
        f" {report.unwanted} outside of what was asked for"
    )
    if report.quarantined:
        say(f"quarantine {counted(report.quarantined, 'record')} could not be read")
    if report.records and report.unwanted == report.records:
        say("nothing    was wanted: look at --category, --from and --until")
    say(
        f"newest     submitted {report.newest_submitted_at:%Y-%m-%d}; what arXiv changed since:"
        f" living-survey backfill --from {report.catch_up_from} --until TODAY"
    )
