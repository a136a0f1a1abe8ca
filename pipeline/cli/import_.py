"""`import`: arXiv's bulk snapshot, or the candidates of a corpus."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
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
    living-survey import --candidates scores/ --at-least 80 --limit 500
    """,
)
def import_(
    invocation: Invocation,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", show_default=False)] = None,
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
    candidates: Annotated[
        str | None,
        typer.Option(
            metavar="OUTPUT", help="The likely works of `classify --corpus --output OUTPUT`."
        ),
    ] = None,
    at_least: Annotated[
        int | None,
        typer.Option(
            metavar="PERCENT",
            min=0,
            max=100,
            help="Candidates this likely. [default: review.likely_from]",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="New candidates of this call. [default: 1000]",
            show_default=False,
        ),
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

    With --candidates, the likeliest works of a corpus that are not stored yet come in instead and
    are classified. Those at arXiv are looked up there; the others have a DOI for their key.
    """
    check_fetching(invocation.settings)
    if (file is None) == (candidates is None):
        raise UsageError(
            "`import` takes FILE or --candidates, and one of the two.",
            hint="For example `living-survey import arxiv-metadata-oai-snapshot.json`.",
        )
    if candidates is not None:
        if category or from_day or until_day or accept_old:
            raise UsageError(
                "--category, --from, --until and --accept-old filter FILE.",
                hint="Candidates are chosen by --at-least and --limit.",
            )
        # here, because Arrow takes 0.1 s
        from pipeline.cli.import_candidates import import_best  # noqa: PLC0415

        return import_best(invocation, candidates, at_least, limit)
    if at_least is not None or limit is not None:
        raise UsageError(
            "--at-least and --limit belong to --candidates.",
            hint="FILE is filtered by --category, --from and --until.",
        )
    assert file is not None
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
