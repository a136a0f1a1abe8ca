"""The scheduler of `serve --schedule`: runs at its times the commands that cron would run.

Each job is a command in a process of its own, because a harvest or a crash must not slow a
reviewer's page. Jobs are declared at each start, since the database says what is left to do. A
missed job is run once, and the run lock excludes cron and scheduler from running at the same time.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from starlette.applications import Starlette

from config.schema import ScheduleSettings

_log = logging.getLogger(__name__)

#: a job that was missed, because the machine slept, is run once within this time
MISFIRE_GRACE_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Job:
    """One command and when it is due."""

    name: str
    argv: tuple[str, ...]
    at: time_of_day
    #: ISO weekdays, Monday is 1; empty: every day
    weekdays: tuple[int, ...] = ()


class WallClockTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler ships no types
    """Fires once a day at a local time.

    APScheduler's CronTrigger skips the day after clocks go forward: from Sunday, 8 March 2026,
    00:30 in New York it goes to Tuesday, because it adds 24 hours to midnight (3.11.3).
    """

    __slots__ = ("at", "weekdays", "zone")

    def __init__(self, at: time_of_day, weekdays: Sequence[int], zone: ZoneInfo) -> None:
        self.at = at
        self.weekdays = tuple(weekdays) or tuple(range(1, 8))
        self.zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the first due time after the previous one, or the first from now on."""
        after = previous_fire_time or now - timedelta(microseconds=1)
        day = after.astimezone(self.zone).date()
        while True:
            due = datetime.combine(day, self.at, self.zone)
            if due.timestamp() > after.timestamp() and day.isoweekday() in self.weekdays:
                return due
            day += timedelta(days=1)


def jobs(settings: ScheduleSettings) -> tuple[Job, ...]:
    """Return two runs a day, because feeds can be late, and one digest a week."""
    return (
        Job("daily run", ("run",), time_of_day.fromisoformat(settings.daily)),
        Job("repair run", ("run",), time_of_day.fromisoformat(settings.repair)),
        Job(
            "weekly digest", ("digest",), time_of_day.fromisoformat(settings.digest), weekdays=(1,)
        ),
    )


def make_scheduler(settings: ScheduleSettings, config: Path | None) -> AsyncIOScheduler:
    """Return a scheduler with all jobs; `config` is passed to every command."""
    zone = ZoneInfo(settings.timezone)
    scheduler = AsyncIOScheduler(timezone=zone)
    for job in jobs(settings):
        argv = (*job.argv, *(("--config", str(config)) if config else ()))
        scheduler.add_job(
            run_command,
            WallClockTrigger(job.at, job.weekdays, zone),
            args=[argv],
            id=job.name,
            name=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=MISFIRE_GRACE_SECONDS,
        )
    return scheduler


@asynccontextmanager
async def scheduled(scheduler: AsyncIOScheduler, _: Starlette) -> AsyncIterator[None]:
    """Run the scheduler while the service runs."""
    scheduler.start()
    for job in scheduler.get_jobs():
        _log.info("scheduled", extra={"job": job.name, "next": str(job.next_run_time)})
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def run_command(argv: Sequence[str]) -> int:
    """Run `living-survey argv...` and return its exit status; log its start and its end.

    When the service stops, the command receives SIGTERM; what it has stored stays.
    """
    _log.info("job started", extra={"command": argv[0]})
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pipeline", *argv),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, errors = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        _log.warning("job stopped", extra={"command": argv[0]})
        raise
    status = process.returncode or 0
    fields = {"command": argv[0], "status": status, "seconds": round(time.monotonic() - started, 1)}
    if text := errors.decode("utf-8", "replace").strip():
        fields["stderr"] = text
    _log.log(logging.INFO if status == 0 else logging.WARNING, "job ended", extra=fields)
    return status
