"""Every cause of an alarm, in the order in which they are told."""

from collections.abc import Callable, Iterator

from config.alerts_schema import AlertsSettings
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.causes.arrivals import incomplete_days, late_hub, silence
from pipeline.operate.alerts.causes.issues import behind, late_issue, mail
from pipeline.operate.alerts.causes.logins import attacked
from pipeline.operate.alerts.causes.machine import backup, disk, ways
from pipeline.operate.alerts.causes.model import drift
from pipeline.operate.alerts.causes.queue import outgrown
from pipeline.operate.alerts.causes.rules import stopped
from pipeline.operate.alerts.causes.runs import failing, hanging, jobs
from pipeline.operate.alerts.facts import Facts

Cause = Callable[[Facts, AlertsSettings], Iterator[Alarm]]

EVERY: tuple[Cause, ...] = (
    *(silence, late_hub, incomplete_days, failing, hanging, jobs),
    *(disk, backup, late_issue, behind, mail, outgrown, stopped, attacked, drift, ways),
)


def alarms_of(facts: Facts, settings: AlertsSettings) -> tuple[Alarm, ...]:
    """Return everything that is wrong; nothing after the survey ended."""
    if facts.over:
        return ()
    return tuple(alarm for cause in EVERY for alarm in cause(facts, settings))
