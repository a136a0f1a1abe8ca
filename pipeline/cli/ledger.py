"""`ledger`: list announcement days, accept one as it is, remove days that never were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.session import RUN, session
from pipeline.ingest.accept import AcceptReport
from pipeline.ingest.accept import accept as accept_day
from pipeline.ingest.accept import withdraw as withdraw_day
from pipeline.ingest.ledger import WATCHED_DAYS
from pipeline.ingest.prune import PruneReport
from pipeline.ingest.prune import prune as prune_days
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services
from storage.acceptances import Acceptance
from storage.calendar import announcement_day
from storage.types import LedgerDay

_Category = Annotated[
    str | None, typer.Option(metavar="CATEGORY", help="Only this category of the day: cs.CV.")
]
_COLUMNS = (
    Column("announced on"),
    Column("category"),
    Column("announced", right=True),
    Column("held", right=True),
    Column("missing", right=True),
    Column("status"),
    Column("accepted", flexible=True),
)


@dataclass(frozen=True, slots=True)
class LedgerList:
    """Days of the ledger and the acceptances that stand."""

    since: date
    days: tuple[LedgerDay, ...]
    accepted: tuple[Acceptance, ...]


@command("list", examples="living-survey ledger list\nliving-survey ledger list --since 2026-03-01")
def list_(
    invocation: Invocation,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=[DAY], metavar="DAY", help="The first day; two weeks ago.", show_default=False
        ),
    ] = None,
) -> Answer:
    """List the announcement days of each category.

    Days that somebody accepted as they are name who and why.
    """
    services = open_services(invocation.settings)
    latest = announcement_day(services.clock())
    first = since.date() if since else latest - timedelta(days=WATCHED_DAYS - 1)
    with services.open_store() as store:
        report = LedgerList(
            first, tuple(store.ledger.days(first)), tuple(store.acceptances.standing(first))
        )
    if not report.days:
        return Answer(report, (f"The ledger has no day since {first}.",))
    accepted = {(one.day, one.category): one for one in report.accepted}
    return Answer(report, (table(_COLUMNS, (_row(day, accepted) for day in report.days)),))


def _row(day: LedgerDay, accepted: Mapping[tuple[date, str], Acceptance]) -> tuple[object, ...]:
    one = accepted.get((day.day, day.category))
    return (
        f"{day.day:%a %Y-%m-%d}",
        day.category,
        day.announced,
        day.held,
        len(day.missing),
        day.status,
        f"{one.accepted_by}, {one.accepted_at:%Y-%m-%d}: {one.reason}" if one else "",
    )


@command(
    "accept",
    examples="""
    living-survey ledger accept 2026-03-17 --because "arXiv removed 2603.01234"
    living-survey ledger accept 2026-03-17 --category cs.CV --because "no feed"
    living-survey ledger accept 2026-03-17 --withdraw
    """,
)
def accept(
    invocation: Invocation,
    day: Annotated[datetime, typer.Argument(formats=[DAY], metavar="DAY", show_default=False)],
    category: _Category = None,
    because: Annotated[
        str, typer.Option(metavar="TEXT", help="Why the day is in order.", show_default=False)
    ] = "",
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who accepts it.")] = None,
    *,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take an acceptance back; both stay on record.")
    ] = False,
) -> Answer:
    """Accept a day that stays incomplete, with the reason.

    `run` and `doctor` no longer report it. A paper that is missing later is reported again.
    """
    if withdraw and because:
        raise UsageError(
            "--because and --withdraw exclude each other.", hint="Give one of the two."
        )
    services = open_services(invocation.settings)
    person = reviewer or reviewer_of(invocation.settings)
    if withdraw:
        report = withdraw_day(services, day.date(), category=category, person=person)
    else:
        report = accept_day(services, day.date(), category=category, reason=because, person=person)
    return Answer(report, (_accepted(report, person),))


def _accepted(report: AcceptReport, person: str) -> str:
    categories = ", ".join(one.category for one in report.acceptances)
    if report.withdrawn:
        return f"{report.day} ({categories}) is no longer accepted; taken back by {person}"
    missing = {arxiv_id for one in report.acceptances for arxiv_id in one.missing}
    lacking = f", with {counted(len(missing), 'missing paper')}" if missing else ""
    return f"{report.day} ({categories}) accepted by {person}{lacking}"


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
        with session(invocation, "ledger prune", lock=RUN) as opened:
            report = prune_days(opened.services, before=first, after=last, apply=True)
    else:
        services = open_services(invocation.settings, read_only=True)
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
