"""`status`: what is held, what ran, which announcement days are complete."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Column, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.operate.status import StatusReport, status_report
from pipeline.operate.status_facts import facts_of, ledger_remark
from pipeline.runtime.facts import Fact, FactTable
from pipeline.runtime.services import open_services
from storage.types import LedgerDay

_LEDGER_COLUMNS = (
    Column("announced on"),
    Column("announced", right=True),
    Column("held", right=True),
    Column("missing", right=True),
    Column("status"),
)
_NO_RUNS = "runs        none yet; `living-survey run` is the first"


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
    state = facts_of(report)
    facts = [fact for group in state.groups for fact in group.facts]
    tables = {one.name: one for one in state.tables}
    return Answer(
        report,
        (
            f"survey      {report.survey}",
            *map(_line, facts),
            "",
            _table(tables["Runs"]) if "Runs" in tables else _NO_RUNS,
            "",
            *_ledger(report, tables.get("Ledger"), by),
        ),
    )


def _line(fact: Fact) -> str:
    return f"{fact.name:<11} {fact.text}"


def _table(facts: FactTable) -> Table:
    last = len(facts.columns) - 1
    columns = (
        Column(name, right=place in facts.numbers, flexible=place == last and bool(name))
        for place, name in enumerate(facts.columns)
    )
    return table(columns, facts.rows)


def _ledger(report: StatusReport, days: FactTable | None, by: By) -> Text:
    if days is None:
        return ("ledger: no feed was read yet; `living-survey run` reads today's",)
    return (_table(days) if by is By.DAY else _categories(report.ledger),)


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
                ledger_remark(
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
