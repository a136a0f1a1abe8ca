"""Alarms about commands that fail, hang, or are not started."""

from collections.abc import Iterator
from datetime import timedelta

from config.alerts_schema import AlertsSettings
from config.errors import TryAgainLaterError
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts
from pipeline.runtime.jobs import JobEnd, Outcome

#: a command that failed once and was not called again is an alarm after this time
_LONGEST = timedelta(hours=24)
#: failures in a row that are one
_OFTEN = 2
#: called every day: exit status 75 means that the next call goes on
_DAILY = frozenset({"run", "mail"})


def failing(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield commands that failed twice in a row, or once and stayed so for a day."""
    told_by_job = {job.command for job in facts.jobs if _is_fault(job)}
    for one in facts.failing:
        if one.command.partition(" ")[0] in told_by_job:
            continue
        if one.times >= _OFTEN or facts.now - one.first_at >= _LONGEST:
            cause = f"failing:{one.command.replace(' ', '-')}"
            yield Alarm(cause, one.sentence, one.remedy, one.times)


def hanging(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield runs that exist past their deadline."""
    for one in facts.hanging:
        hours = max(1, one.minutes // 60)
        yield Alarm(f"hanging:{one.run_id}", one.sentence, one.remedy, hours)


def jobs(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield scheduled jobs that failed, were missed or did not start, if nothing else tells it."""
    for job in facts.jobs:
        if _is_fault(job):
            yield Alarm(f"job:{job.job.replace(' ', '-')}", job.sentence, job.remedy)


def _is_fault(job: JobEnd) -> bool:
    """Say whether the end of a job is a fault of its own.

    Of a `run` that failed, the record of runs and the ledger tell more; `alerts` is about ways of
    telling, which have an alarm of their own; what was stopped ended with the service.
    """
    if job.outcome is Outcome.STOPPED or job.command == "alerts":
        return False
    if job.outcome is not Outcome.FAILED or job.status is None:
        return True
    if job.status == TryAgainLaterError.exit_status:
        return job.command not in _DAILY
    return not (job.command == "run" and job.status == 1)
