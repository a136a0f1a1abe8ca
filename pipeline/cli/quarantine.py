"""`quarantine`: the records that could not be read, and reading them again."""

import hashlib
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import RUN, session
from pipeline.ingest import quarantine as step
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services


@command(
    "list",
    examples="living-survey quarantine list\nliving-survey quarantine list --limit 200 --json",
)
def list_(
    invocation: Invocation,
    limit: Annotated[int, typer.Option(help="How many to list.", min=1)] = 50,
) -> Answer:
    """List the records that could not be read.

    Records are kept whole, with the reason.
    """
    with open_services(invocation.settings, read_only=True).open_store() as store:
        records, count = store.quarantine.recent(limit), store.quarantine.count()
    report = {
        "count": count,
        "records": [
            {
                "quarantined_at": record.quarantined_at,
                "source": record.source,
                "arxiv_id": record.arxiv_id,
                "reason": record.reason,
                "bytes": len(record.raw),
                "sha256": hashlib.sha256(record.raw).hexdigest(),
                "raw_path": record.raw_path,
            }
            for record in records
        ],
    }
    if not records:
        return Answer(report, ("The quarantine is empty.",))
    columns = (
        Column("quarantined"),
        Column("source"),
        Column("paper"),
        Column("bytes", right=True),
        Column("reason", flexible=True),
    )
    rows = (
        (
            f"{record.quarantined_at:%Y-%m-%d %H:%M}",
            record.source,
            record.arxiv_id or "",
            len(record.raw),
            record.reason,
        )
        for record in records
    )
    rest = count - len(records)
    more: Text = (f"and {rest} more: --limit {count}",) if rest else ()
    return Answer(report, (table(columns, rows), *more))


@command("retry", examples="living-survey quarantine retry")
def retry(invocation: Invocation) -> Answer:
    """Read the quarantined records again.

    Records that today's parsers can read are stored and leave the list; their bytes stay in the
    database.
    """
    with session(invocation, "quarantine retry", lock=RUN) as opened:
        report = step.retry(opened.services, opened.run)
    counts = report.counts
    return Answer(
        report,
        (
            (
                f"{report.resolved} resolved ({counted(counts.new, 'new paper')},"
                f" {counts.revised} revised, {report.superseded} had come whole meanwhile),"
                f" {report.left} still cannot be read"
            ),
        ),
    )


@command("collect", examples="living-survey quarantine collect")
def collect(invocation: Invocation) -> Answer:
    """Move stored papers whose ID is no arXiv ID into quarantine.

    Earlier versions stored such papers, which cannot be decided. `doctor` names them.
    """
    with session(invocation, "quarantine collect", lock=RUN) as opened:
        report = step.collect(opened.services, opened.run)
    return Answer(report, (f"{counted(report.moved, 'paper')} moved into quarantine",))
