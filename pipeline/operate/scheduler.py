"""The scheduler of `serve --schedule`: runs at its times the commands that cron would run.

Each job is a command in a process of its own, because a harvest or a crash must not slow a
reviewer's page. `schedule.jobs` declares them at each start, since the database says what is left
to do. A missed job is run once, and the run lock excludes cron and scheduler from running at the
same time.
"""

import asyncio
import functools
import logging
import operator
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from starlette.applications import Starlette

from config.operate_schema import ScheduleSettings
from config.processes import child_environment
from config.schema import Settings
from pipeline.operate.runner import JobRunner
from pipeline.operate.schedule import jobs, next_time
from pipeline.runtime.background import BackgroundCommands
from pipeline.runtime.jobs import JobBook, Outcome
from pipeline.runtime.services import clock_of

_log = logging.getLogger(__name__)

#: a job that was missed, because the machine slept, is run once within this time
MISFIRE_GRACE_SECONDS = 6 * 3600
#: seconds after which the clock is looked at again
_LOOK_EVERY = 30.0
_NOT_RUN = {
    EVENT_JOB_ERROR: Outcome.FAILED,
    EVENT_JOB_MISSED: Outcome.MISSED,
    EVENT_JOB_MAX_INSTANCES: Outcome.SKIPPED,
}


class WallClockTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler ships no types
    """Fires once a day at a local time.

    APScheduler's CronTrigger skips the day after clocks go forward: from Sunday, 8 March 2026,
    00:30 in New York it goes to Tuesday, because it adds 24 hours to midnight (3.11.3).
    """

    __slots__ = ("at", "weekdays", "zone")

    def __init__(self, at: time_of_day, weekdays: Sequence[int], zone: ZoneInfo) -> None:
        self.at = at
        self.weekdays = tuple(weekdays)
        self.zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the first due time after the previous one, or the first from now on."""
        after = previous_fire_time or now - timedelta(microseconds=1)
        return next_time(self.at, self.weekdays, self.zone, after)


def make_runner(settings: Settings, environment: Mapping[str, str], book: JobBook) -> JobRunner:
    """Return a runner whose commands use these settings, whatever the caller's environment is."""
    return JobRunner(
        environment=child_environment(environment, settings.variables),
        book=book,
        clock=clock_of(settings),
        options=("--config", str(settings.file)) if settings.file else (),
    )


def make_training(settings: Settings, environment: Mapping[str, str]) -> BackgroundCommands:
    """Return what trains in the background when a page asks for it."""
    return BackgroundCommands(
        ("train", "classify"),
        environment=child_environment(environment, settings.variables),
        clock=clock_of(settings),
        options=("--config", str(settings.file)) if settings.file else (),
    )


def make_scheduler(settings: ScheduleSettings, runner: JobRunner) -> AsyncIOScheduler:
    """Return a scheduler with all jobs; `runner` also records the starts that did not happen."""
    zone = ZoneInfo(settings.timezone)
    scheduler = AsyncIOScheduler(timezone=zone)
    known = {job.name: job for job in jobs(settings)}
    for job in known.values():
        scheduler.add_job(
            runner.run,
            WallClockTrigger(job.at, job.weekdays, zone),
            args=[job],
            id=job.name,
            name=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=MISFIRE_GRACE_SECONDS,
        )

    def note(event: JobEvent) -> None:
        error = getattr(event, "exception", None)
        message = f"{type(error).__name__}: {error}." if error else ""
        runner.ended(known[event.job_id], _NOT_RUN[event.code], message=message)

    scheduler.add_listener(note, functools.reduce(operator.or_, _NOT_RUN))
    return scheduler


def follow_clock(scheduler: AsyncIOScheduler, now: datetime) -> None:
    """Start what is due by the clock as it is now, which may have jumped.

    APScheduler sleeps for seconds that do not pass while the machine is suspended, and plans the
    start after the last one: a clock that was years ahead for a minute would end all jobs for
    years.
    """
    for job in scheduler.get_jobs():
        due = job.trigger.get_next_fire_time(None, now)
        if job.next_run_time > due:
            _log.warning("the clock was set back", extra={"job": job.name, "next": str(due)})
            job.modify(next_run_time=due)
    scheduler.wakeup()


async def _follow_clock(scheduler: AsyncIOScheduler) -> None:
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        follow_clock(scheduler, datetime.now(UTC))


@asynccontextmanager
async def scheduled(
    scheduler: AsyncIOScheduler, runner: JobRunner, _: Starlette
) -> AsyncIterator[None]:
    """Run the scheduler while the service runs."""
    scheduler.start()
    for job in scheduler.get_jobs():
        _log.info("scheduled", extra={"job": job.name, "next": str(job.next_run_time)})
    following = asyncio.create_task(_follow_clock(scheduler))
    try:
        yield
    finally:
        following.cancel()
        scheduler.shutdown(wait=False)
        await runner.stop()
