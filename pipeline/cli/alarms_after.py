"""Tell alarms at the end of `run`, and call the heartbeat; a fault of these is only a note."""

import os
from dataclasses import dataclass

from config.errors import LivingSurveyError
from config.schema import Settings
from pipeline.operate.alerts.send import AlertsReport, send_alerts
from pipeline.operate.alerts.ways.open import open_ways
from pipeline.operate.alerts.ways.web import beat
from pipeline.runtime.plurals import counted, some_of
from pipeline.runtime.record import AnotherRunError
from pipeline.runtime.services import Database, open_services
from storage.alert_types import AlertKind
from storage.errors import StoreBusyError


@dataclass(frozen=True, slots=True)
class Alarms:
    """What `run` says of alarms."""

    #: an announcement day became overdue, or this is not known
    new_day: bool = True
    #: lines for stderr
    notes: tuple[str, ...] = ()


def alarms_after(
    settings: Settings, *, succeeded: bool, error: LivingSurveyError | None = None
) -> Alarms:
    """Evaluate and tell, then call the heartbeat if the run succeeded.

    Args:
        settings: of this call.
        succeeded: the run did its own work.
        error: that ended it.
    """
    if isinstance(error, AnotherRunError | StoreBusyError):
        return Alarms()
    notes: list[str] = []
    new_day = True
    try:
        services = open_services(settings, database=Database.ANY)
        ways = open_ways(settings, os.environ, services.clock)
        report = send_alerts(services, ways)
    except LivingSurveyError as fault:
        # Another call tells them, or `run` itself fails for the same reason.
        if not isinstance(fault, AnotherRunError) and type(fault) is not type(error):
            notes.append(f"living-survey: alarms were not told: {fault}")
    else:
        raised = report.changed.get(AlertKind.RAISED.value, ())
        new_day = any(cause.startswith("day:") for cause in raised)
        notes += _notes(report)
    if succeeded:
        notes += _beat(settings)
    return Alarms(new_day, tuple(notes))


def _notes(report: AlertsReport) -> list[str]:
    standing = [row.cause for row in report.standing if row.status == "standing"]
    notes = []
    if standing:
        verb = "stands" if len(standing) == 1 else "stand"
        notes.append(
            f"living-survey: {counted(len(standing), 'alarm')} {verb} ({some_of(standing)}):"
            " `living-survey alerts` says what to do."
        )
    notes += [
        f"living-survey: alarms did not get through by {one.way}: {one.answer.rstrip('.')}; the"
        " next run tries again."
        for one in report.sent
        if one.outcome is not AlertKind.TOLD
    ]
    return notes


def _beat(settings: Settings) -> list[str]:
    try:
        fault = beat(settings, os.environ)
    except LivingSurveyError as error:
        fault = error.message
    if not fault:
        return []
    return [f"living-survey: the heartbeat of [alerts] was not heard: {fault.rstrip('.')}."]
