"""`alerts`: show what is wrong, tell it, accept it, and try the ways of telling."""

import os
from dataclasses import dataclass
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Heading
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.curated.title import survey_title
from pipeline.operate.alerts.accept import accept as accept_alarm
from pipeline.operate.alerts.facts import FailingWay
from pipeline.operate.alerts.message import trial_message
from pipeline.operate.alerts.send import (
    AlertsReport,
    Sent,
    failing_ways,
    read_standing,
    send_alerts,
)
from pipeline.operate.alerts.ways.open import open_ways
from pipeline.operate.alerts.ways.web import beat
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.jobs import succeeded
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Database, clock_of, open_services
from storage.alert_types import AlertKind, AlertRow

#: alarms that `--all` lists
_LISTED = 100
_NO_WAY = "no one gets alarms: set mail_to, webhook_url or command in [alerts]"


@dataclass(frozen=True, slots=True)
class AlertList:
    """Alarms, and ways of telling that did not work the last time."""

    alerts: tuple[AlertRow, ...]
    failing: tuple[FailingWay, ...]


@command("list", examples="living-survey alerts\nliving-survey alerts list --all --json")
def list_(
    invocation: Invocation,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
) -> Answer:
    """List the alarms that stand, with the remedies.

    They are as `alerts send` or `run` found them last. Exit status: 0.
    """
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        rows = store.alerts.history(_LISTED) if all_ else store.alerts.open()
        failing = failing_ways(read_standing(store, services.clock()))
    lines: list[str | Heading] = []
    for row in rows:
        lines += alarm_lines(row)
    lines += [f"not told   by {one.way}: {one.answer}" for one in failing]
    return Answer(AlertList(tuple(rows), failing), tuple(lines) if lines else ("No alarm stands.",))


@command("send", examples="living-survey alerts send\nliving-survey alerts send --json")
def send(invocation: Invocation) -> Answer:
    """Look for what is wrong, and tell what is new or over.

    What cron calls; `run` does the same at its end. Exit status: 0 done, 1 a way did not work and
    is tried again by the next call, 75 try again later.
    """
    services = open_services(invocation.settings, database=Database.ANY)
    ways = open_ways(invocation.settings, os.environ, services.clock)
    report = send_alerts(services, ways)
    if report.exit_status == 0:
        succeeded(invocation.settings.database.path, "alerts")
    return Answer(report, tuple(report_text(report)), status=report.exit_status)


@command(
    "accept",
    examples="""
    living-survey alerts accept backup --reason "the disk is copied"
    living-survey alerts accept backup --withdraw
    """,
)
def accept(
    invocation: Invocation,
    cause: Annotated[
        str, typer.Argument(metavar="CAUSE", help="As `alerts` lists it.", show_default=False)
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why it is in order.", show_default=False)
    ] = "",
    by: Annotated[
        str | None, typer.Option("--reviewer", metavar="NAME", help="Who accepts it.")
    ] = None,
    *,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take an acceptance back; both stay on record.")
    ] = False,
) -> Answer:
    """Accept an alarm that stands, with the reason.

    It is not told again until it is over or twice as bad.
    """
    settings = invocation.settings
    person = reviewer_name(by) if by is not None else reviewer_of(settings)
    services = open_services(settings)
    done = accept_alarm(services, cause, reason=reason, person=person, withdraw=withdraw)
    verb = "is no longer accepted; taken back by" if withdraw else "accepted by"
    return Answer(done, (f"{done.cause} {verb} {person}: {done.sentence}",))


@command("test", examples="living-survey alerts test")
def test_(invocation: Invocation) -> Answer:
    """Send a test message in each way of [alerts], and show what each answered.

    The heartbeat, if there is one, is called too. Exit status: 0 every way works, 1 one does not.
    """
    settings = invocation.settings
    clock = clock_of(settings)
    message = trial_message(survey_title(settings.survey), clock())
    sent = []
    for way in open_ways(settings, os.environ, clock):
        told = way.tell(message)
        sent.append(Sent(way.name, told.outcome, told.answer, 0, repeated=False))
    if settings.alerts.heartbeat_url:
        fault = beat(settings, os.environ)
        outcome = AlertKind.FAILED if fault else AlertKind.TOLD
        sent.append(Sent("heartbeat", outcome, fault or "it answered", 0, repeated=False))
    failed = any(one.outcome is not AlertKind.TOLD for one in sent)
    lines = [_sent_line(one) for one in sent] or [f"No way is set: {_NO_WAY}."]
    return Answer({"sent": sent}, tuple(lines), status=1 if failed or not sent else 0)


def alarm_lines(row: AlertRow) -> list[str]:
    """Return the lines of an alarm."""
    lines = [
        f"{row.status:<9}  {row.cause}, since {row.raised_at:%Y-%m-%d %H:%M} UTC: {row.sentence}"
    ]
    if row.status == "standing":
        lines.append(f"           {row.remedy}")
    if row.status == "accepted":
        lines.append(f"           by {row.accepted_by}: {row.reason}")
    if row.over_at is not None:
        lines.append(f"           over since {row.over_at:%Y-%m-%d %H:%M} UTC")
    return lines


def report_text(report: AlertsReport) -> list[str]:
    """Return what changed and what was told."""
    lines = [f"{kind:<9}  {', '.join(causes)}" for kind, causes in report.changed.items()] or [
        "nothing changed"
    ]
    standing = [row for row in report.standing if row.status == "standing"]
    accepted = len(report.standing) - len(standing)
    also = f", {accepted} accepted" if accepted else ""
    lines.append(f"standing   {counted(len(standing), 'alarm')}{also}: `living-survey alerts`")
    lines += [_sent_line(one) for one in report.sent]
    if not report.ways:
        lines.append(f"           {_NO_WAY}")
    return lines


def _sent_line(one: Sent) -> str:
    again = ", which may have arrived before" if one.repeated else ""
    news = f"{counted(one.news, 'alarm')}{again}: " if one.news else ""
    return f"{one.outcome.value:<9}  by {one.way}: {news}{one.answer}"
