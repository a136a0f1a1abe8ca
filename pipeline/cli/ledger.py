"""`ledger`: remove days from the ledger that never were."""

from datetime import datetime
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.session import session
from pipeline.ingest.prune import PruneReport
from pipeline.ingest.prune import prune as prune_days
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services


@command(
    "prune",
    examples="""
    living-survey ledger prune --before 2026-01-01
    living-survey ledger prune --after 2026-12-31 --apply
    """,
)
def prune(
    invocation: Invocation,
    before: Annotated[
        datetime | None,
        typer.Option(formats=[DAY], help="The first day to keep.", show_default=False),
    ] = None,
    after: Annotated[
        datetime | None,
        typer.Option(formats=[DAY], help="The last day to keep.", show_default=False),
    ] = None,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Remove them; else only show.")] = False,
) -> Answer:
    """Show days to remove from the ledger; --apply removes them.

    For days that never were, which a wrong clock or a feed of another age put in. Papers, decisions
    and archived responses stay.
    """
    first = before.date() if before else None
    last = after.date() if after else None
    if apply:
        with session(invocation, "ledger prune", exclusive_run=True) as opened:
            report = prune_days(opened.services, before=first, after=last, apply=True)
    else:
        services = open_services(invocation.settings)
        report = prune_days(services, before=first, after=last, apply=False)
    return Answer(report, (_text(report),))


def _text(report: PruneReport) -> str:
    if not report.days:
        return "The ledger has no such days."
    what = (
        f"{counted(report.days, 'day')} from {report.first} to {report.last},"
        f" with {counted(report.announced, 'announced paper')}"
    )
    return f"removed {what}" if report.applied else f"{what}; --apply removes them from the ledger"
