"""`backfill`: a past window harvested from OAI-PMH."""

from datetime import datetime
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.ended import check_fetching
from pipeline.cli.fetch import quarantined
from pipeline.cli.session import arxiv_session
from pipeline.ingest import backfill as step
from pipeline.ingest.backfill import BackfillReport
from pipeline.runtime.plurals import counted


@command("backfill", examples="living-survey backfill --from 2025-12-01 --until 2025-12-31")
def backfill(
    invocation: Invocation,
    from_day: Annotated[
        datetime, typer.Option("--from", metavar="DAY", formats=[DAY], help="First day.")
    ],
    until_day: Annotated[
        datetime,
        typer.Option("--until", metavar="DAY", formats=[DAY], help="Last day, inclusive."),
    ],
    *,
    again: Annotated[bool, typer.Option("--again", help="Also weeks harvested before.")] = False,
) -> Answer:
    """Harvest a past window; can be stopped and resumed.

    It requests week by week from OAI-PMH. Days are OAI datestamps: when arXiv last changed a
    record.
    """
    check_fetching(invocation.settings)
    with arxiv_session(invocation, "backfill") as (opened, arxiv):
        report = step.backfill(
            opened.services,
            arxiv,
            opened.run,
            from_day=from_day.date(),
            until_day=until_day.date(),
            again=again,
        )
    counts = report.counts
    lines = [
        (
            f"harvested  {counted(report.windows, 'window')}, {report.skipped} done before: "
            f"{counts.new} new, {counts.revised} revised, {counts.unchanged} unchanged"
        )
    ]
    if report.open_windows:
        lines.append(
            f"open       {counted(report.open_windows, 'window is', 'windows are')} not final:"
            " the next call asks again"
        )
    return Answer(report, (*lines, *quarantined(report.quarantined)), _notes(report))


def _notes(report: BackfillReport) -> tuple[str, ...]:
    empty = (
        f"living-survey: arXiv lists no record for {window}, which has working days, so the window"
        " is not taken as complete. Call backfill again later."
        for window in report.empty
    )
    cut = (
        f"living-survey: arXiv's list for {window} broke off: it promised a page and had none. "
        "What came is stored. Call backfill again tomorrow."
        for window in report.cut
    )
    return (*empty, *cut)
