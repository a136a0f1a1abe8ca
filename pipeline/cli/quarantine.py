"""What could not be read: quarantine list, quarantine retry."""

import hashlib
from enum import StrEnum
from typing import Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column
from pipeline.runtime.plurals import counted


class Action(StrEnum):
    """What to do with the quarantine."""

    LIST = "list"
    RETRY = "retry"


@command(
    "quarantine",
    examples="""
    living-survey quarantine list
    living-survey quarantine retry
    """,
)
def quarantine(
    invocation: Invocation,
    action: Annotated[Action, typer.Argument(metavar="list|retry")] = Action.LIST,
    limit: Annotated[int, typer.Option(help="How many to list.", min=1)] = 50,
) -> None:
    """List what could not be read, or read it again.

    Records are kept whole, with the reason. `retry` gives them to today's parsers, stores what is
    readable now and takes it off the list; its bytes stay in the database.
    """
    if action is Action.LIST:
        _list(invocation, limit)
    else:
        _retry(invocation)


def _list(invocation: Invocation, limit: int) -> None:
    from pipeline.runtime.services import open_services

    with open_services(invocation.settings).open_store() as store:
        records, count = store.quarantine.recent(limit), store.quarantine.count()
    if invocation.output.as_json:
        invocation.output.answer(
            {
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
        )
        return
    if not records:
        invocation.output.line("The quarantine is empty.")
        return
    invocation.output.table(
        (
            Column("quarantined"),
            Column("source"),
            Column("paper"),
            Column("bytes", right=True),
            Column("reason", flexible=True),
        ),
        (
            (
                f"{record.quarantined_at:%Y-%m-%d %H:%M}",
                record.source,
                record.arxiv_id or "",
                len(record.raw),
                record.reason,
            )
            for record in records
        ),
    )
    if count > len(records):
        invocation.output.line(f"and {count - len(records)} more: --limit {count}")


def _retry(invocation: Invocation) -> None:
    from pipeline.cli.session import session
    from pipeline.ingest.quarantine import retry_quarantine

    with session(invocation, "quarantine retry", alone=True) as opened:
        services = opened.services
        report = retry_quarantine(
            services.open_store, services.settings.arxiv.categories, clock=services.clock
        )
        counts = report.counts
        opened.record.count(resolved=report.resolved, new=counts.new, revised=counts.revised)
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    invocation.output.line(
        f"{report.resolved} resolved ({counted(counts.new, 'new paper')}, {counts.revised} revised,"
        f" {report.superseded} had come whole meanwhile), {report.left} still cannot be read"
    )
