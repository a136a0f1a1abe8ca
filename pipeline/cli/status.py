"""`status`: what is held, what ran, which announcement days are complete."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Column, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decisions import tally_text
from pipeline.ingest.corrections import corrections_text
from pipeline.ingest.coverage import Coverage
from pipeline.ingest.ledger import accepted_days, overdue_sentence
from pipeline.operate.status import StatusReport, status_report
from pipeline.runtime.services import open_services
from storage.calendar import PUBLISHED
from storage.ledger import DayTotal
from storage.types import LedgerDay, RunRecord

_LEDGER_COLUMNS = (
    Column("announced on"),
    Column("announced", right=True),
    Column("held", right=True),
    Column("missing", right=True),
    Column("status"),
)
_LATE_NAMED = 5


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
) -> Answer:
    """Show what is held, what ran, what is complete."""
    services = open_services(invocation.settings, read_only=True)
    report = status_report(services)
    return Answer(
        report,
        (
            *_totals(report),
            *_coverage(report.coverage),
            *_overdue(report),
            *(f"schedule    {end.sentence}" for end in report.jobs),
            *_movements(report),
            *(f"published   {line}" for line in report.publishing.lines),
            *(f"mailed      {line}" for line in report.mail),
            "",
            *_runs(report),
            *(f"hanging     {run.sentence} {run.remedy}" for run in report.hanging),
            *_ledger(report, by),
        ),
    )


def _totals(report: StatusReport) -> Text:
    lines = [
        f"survey      {report.survey}",
        *((f"ending      {report.ending}",) if report.ending else ()),
        f"papers      {report.papers}",
        f"queue       {report.waiting_sentence}",
        f"decisions   {tally_text(report.decided)}",
    ]
    if report.incomplete:
        lines.append(f"incomplete  {report.incomplete} without a text: `queue --incomplete`")
    if report.quarantine:
        lines.append(f"quarantine  {report.quarantine}")
    lines.append(f"model       {report.model_id}, {report.certainty.trained_line}")
    if report.certainty.banner:
        lines.append(f"            {report.certainty.banner}")
    if report.drift is not None:
        notable = report.drift.notable or ("nothing notable",)
        lines += [f"drift       {report.drift.week}: {sentence}" for sentence in notable]
    return tuple(lines)


def _coverage(coverage: Coverage) -> Text:
    if coverage.whole_since is None:
        return ()
    next_run = f"the next run asks from {coverage.next_run_from} on"
    lines = [f"coverage    whole since {coverage.whole_since}; {next_run}"]
    lines += [f"gap         {gap.sentence}: `{gap.command}`" for gap in coverage.gaps]
    return tuple(lines)


def _overdue(report: StatusReport) -> Text:
    overdue = (f"overdue     {overdue_sentence(report.overdue)}",) if report.overdue else ()
    return (*overdue, *(f"accepted    {text}" for text in accepted_days(report.accepted)))


def _movements(report: StatusReport) -> Text:
    lines = []
    if report.late:
        named = ", ".join(late.arxiv_id for late in report.late[:_LATE_NAMED])
        rest = len(report.late) - _LATE_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        lines.append(f"late        {len(report.late)} in 14 days: {named}{more}")
    if report.corrections:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.corrections.items())
        lines.append(f"corrections {kinds} (approved papers, 14 days)")
        lines += [f"            {sentence}" for sentence in corrections_text(report.corrected)]
    if report.inbox.open:
        lines.append(f"inbox       {report.inbox.open:,} open: {report.inbox.sentence}")
    return tuple(lines)


def _runs(report: StatusReport) -> Text:
    if not report.runs:
        return ("runs        none yet; `living-survey run` is the first",)
    columns = (
        Column("last runs"),
        Column("started"),
        Column("status"),
        Column("what", flexible=True),
    )
    return (table(columns, (_run_row(run) for run in report.runs)),)


def _run_row(run: RunRecord) -> tuple[object, ...]:
    counts = ", ".join(f"{number} {name}" for name, number in run.counts.items() if number)
    return (run.command, f"{run.started_at:%Y-%m-%d %H:%M}", run.status, run.error or counts)


def _ledger(report: StatusReport, by: By) -> Text:
    if not report.days:
        return ("", "ledger: no feed was read yet; `living-survey run` reads today's")
    return ("", _days(report.days) if by is By.DAY else _categories(report.ledger))


def _days(days: Sequence[DayTotal]) -> Table:
    return table(
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
                    cut=day.untold,
                    stale=f"stale feed: {', '.join(day.stale)}" if day.stale else "",
                ),
            )
            for day in days
        ),
    )


def _categories(days: Sequence[LedgerDay]) -> Table:
    first, *numbers = _LEDGER_COLUMNS
    return table(
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
                    cut=bool(day.untold),
                    stale="stale feed" if day.stale else "",
                ),
            )
            for day in days
        ),
    )


def _remark(
    status: str, *, year: int, unread: bool, backfilled: bool, cut: bool, stale: str
) -> str:
    """Return why a day is not complete, and whether it was harvested since."""
    if status != "unknown" and not stale and not cut:
        return ""
    empty = "empty feed" if year in PUBLISHED else f"empty feed, {year}'s calendar is not known"
    if unread:
        why = "no feed was read"
    elif cut:
        why = "feed not read whole"
    else:
        why = stale or empty
    return f"{why}; harvested by backfill" if backfilled else why
