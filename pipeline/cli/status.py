"""What is there: status, and the taxonomy's sections."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column

if TYPE_CHECKING:
    from pipeline.operate.status import StatusReport
    from storage.ledger import DayTotal
    from storage.types import LedgerDay, RunRecord


_LEDGER_COLUMNS = (
    Column("announced on"),
    Column("announced", right=True),
    Column("held", right=True),
    Column("missing", right=True),
    Column("status"),
)


class By(StrEnum):
    """How `status` groups the ledger."""

    DAY = "day"
    CATEGORY = "category"


@command(
    "status",
    examples="""
    living-survey status
    living-survey status --by category
    living-survey status --json
    """,
)
def status(
    invocation: Invocation,
    by: Annotated[By, typer.Option("--by", help="One line per day, or per day and category.")] = (
        By.DAY
    ),
) -> None:
    """Show what is held, what ran, what is complete."""
    from pipeline.learn.drift_report import newest_drift
    from pipeline.operate.status import status_report
    from pipeline.runtime.services import open_services

    services = open_services(invocation.settings)
    report = status_report(
        services.open_store,
        model_id=services.models.describe_current(),
        now=services.clock(),
        drift=newest_drift(invocation.settings.classifier.reports),
    )
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    say = invocation.output.line
    say(f"papers      {report.papers}")
    say(f"queue       {report.queue}")
    say(f"decisions   {report.decisions}")
    if report.quarantine:
        say(f"quarantine  {report.quarantine}")
    say(f"model       {report.model_id}")
    if report.drift is not None:
        for sentence in report.drift.notable or ("nothing notable",):
            say(f"drift       {report.drift.week}: {sentence}")
    _say_movements(invocation, report)
    say()
    if report.runs:
        _say_runs(invocation, report.runs)
    else:
        say("runs        none yet; `living-survey run` is the first")
    if not report.days:
        say("\nledger: no feed was read yet; `living-survey run` reads today's")
    elif by is By.DAY:
        _say_days(invocation, report.days)
    else:
        _say_categories(invocation, report.ledger)


@command("sections", examples="living-survey sections\nliving-survey sections --json")
def sections(invocation: Invocation) -> None:
    """List the taxonomy's sections with their ids."""
    from config.taxonomy import load_taxonomy

    taxonomy = load_taxonomy(invocation.settings.survey.taxonomy)
    if invocation.output.as_json:
        invocation.output.answer(
            [
                {
                    "id": section.id,
                    "path": section.path,
                    "task": section.task,
                    "modality": section.modality,
                    "technique": section.technique,
                    "definition": section.definition,
                    "names": section.names,
                }
                for section in taxonomy.sections
            ]
        )
        return
    invocation.output.table(
        (Column("section"), Column("heading", flexible=True)),
        ((section.id, " > ".join(section.path)) for section in taxonomy.sections),
    )


def _say_runs(invocation: Invocation, runs: "Sequence[RunRecord]") -> None:
    invocation.output.table(
        (
            Column("last runs"),
            Column("started"),
            Column("status"),
            Column("what", flexible=True),
        ),
        (
            (
                run.command,
                f"{run.started_at:%Y-%m-%d %H:%M}",
                run.status,
                run.error or ", ".join(f"{n} {name}" for name, n in run.counts.items() if n),
            )
            for run in runs
        ),
    )


def _say_movements(invocation: Invocation, report: "StatusReport") -> None:
    if report.late:
        named = ", ".join(late.arxiv_id for late in report.late[:5])
        more = f" and {len(report.late) - 5} more" if len(report.late) > 5 else ""
        invocation.output.line(f"late        {len(report.late)} in 14 days: {named}{more}")
    if report.corrections:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.corrections.items())
        invocation.output.line(f"corrections {kinds} (approved papers, 14 days)")


def _say_days(invocation: Invocation, days: "Sequence[DayTotal]") -> None:
    invocation.output.line()
    invocation.output.table(
        (*_LEDGER_COLUMNS, Column("")),
        (
            (
                f"{day.day:%a %Y-%m-%d}",
                day.announced,
                day.held,
                len(day.missing),
                day.status,
                _remark(
                    day.status,
                    year=day.day.year,
                    unread=day.unread,
                    backfilled=day.backfilled,
                    untold=day.untold,
                    stale=f"stale feed: {', '.join(day.stale)}" if day.stale else "",
                ),
            )
            for day in days
        ),
    )


def _say_categories(invocation: Invocation, days: "Sequence[LedgerDay]") -> None:
    invocation.output.line()
    first, *numbers = _LEDGER_COLUMNS
    invocation.output.table(
        (first, Column("category"), *numbers, Column("")),
        (
            (
                f"{day.day:%a %Y-%m-%d}",
                day.category,
                day.announced,
                day.held,
                len(day.missing),
                day.status,
                _remark(
                    day.status,
                    year=day.day.year,
                    unread=day.checked_at is None,
                    backfilled=day.backfilled_at is not None,
                    untold=bool(day.untold),
                    stale="stale feed" if day.stale else "",
                ),
            )
            for day in days
        ),
    )


def _remark(
    status: str, *, year: int, unread: bool, backfilled: bool, untold: bool, stale: str
) -> str:
    """Return why nothing is known of a day, and whether that is settled."""
    from pipeline.ingest.calendar import PUBLISHED

    if status != "unknown" and not stale and not untold:
        return ""
    partly = "feed not read whole" if untold else ""
    empty = "empty feed" if year in PUBLISHED else f"empty feed, {year}'s calendar is not known"
    why = "no feed was read" if unread else partly or stale or empty
    return f"{why}; harvested by backfill" if backfilled else why
