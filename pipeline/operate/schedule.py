"""The scheduler of `serve --schedule`: calls what cron would call, on New York time.

Each job is the real command in a process of its own, so that a harvest or a crash never slows a
reviewer's page. What was last done lives in the database, not here: jobs are declared anew at each
start, a missed one is made up for once, and the run lock keeps cron and scheduler apart.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from starlette.applications import Starlette

from config.schema import ScheduleSettings

_log = logging.getLogger(__name__)

#: A start that was missed (the machine slept) is made up for within this time, once.
MISFIRE_GRACE_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Job:
    """One command and when it is due."""

    name: str
    words: tuple[str, ...]
    at: time
    #: ISO weekdays, Monday is 1; empty: every day
    weekdays: tuple[int, ...] = ()


class WallClockTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler ships no types
    """Fires at a time of day as the clocks on the wall show it, on every day exactly once.

    APScheduler's own CronTrigger loses the day after the clocks go forward: from Sunday,
    8 March 2026, 00:30 in New York it goes to Tuesday, because it adds 24 hours to midnight and
    lands past 00:30 (3.11.3). That is the feed of a Monday.
    """

    __slots__ = ("at", "weekdays", "zone")

    def __init__(self, at: time, weekdays: Sequence[int], zone: ZoneInfo) -> None:
        self.at = at
        self.weekdays = tuple(weekdays) or tuple(range(1, 8))
        self.zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the first due time after the previous one, or from now on if there is none."""
        after = previous_fire_time or now - timedelta(microseconds=1)
        day = after.astimezone(self.zone).date()
        while True:
            due = datetime.combine(day, self.at, self.zone)
            if due.timestamp() > after.timestamp() and day.isoweekday() in self.weekdays:
                return due
            day += timedelta(days=1)


def jobs(settings: ScheduleSettings) -> tuple[Job, ...]:
    """Return what the settings ask for.

    Two runs a day, because feeds can be late and papers are held; the digest on Mondays.
    """
    return (
        Job("daily run", ("run",), time.fromisoformat(settings.daily)),
        Job("repair run", ("run",), time.fromisoformat(settings.repair)),
        Job("weekly digest", ("digest",), time.fromisoformat(settings.digest), weekdays=(1,)),
    )


def make_scheduler(settings: ScheduleSettings, config: Path | None) -> AsyncIOScheduler:
    """Return a scheduler with all jobs, not started. `config` is handed to every command."""
    zone = ZoneInfo(settings.timezone)
    scheduler = AsyncIOScheduler(timezone=zone)
    for job in jobs(settings):
        words = (*job.words, *(("--config", str(config)) if config else ()))
        scheduler.add_job(
            run_command,
            WallClockTrigger(job.at, job.weekdays, zone),
            args=[words],
            id=job.name,
            name=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=MISFIRE_GRACE_SECONDS,
        )
    return scheduler


@asynccontextmanager
async def scheduled(scheduler: AsyncIOScheduler, _: Starlette) -> AsyncIterator[None]:
    """Run the scheduler for the life of the service."""
    scheduler.start()
    for job in scheduler.get_jobs():
        _log.info("scheduled", extra={"job": job.name, "next": str(job.next_run_time)})
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def run_command(words: Sequence[str]) -> int:
    """Run `living-survey words...` to its end and return its status; log how it ended.

    When the service stops, the command is asked to end (SIGTERM); whatever it had stored stays.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pipeline", *words),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, complaint = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    status = process.returncode or 0
    level = logging.INFO if status == 0 else logging.WARNING
    said = complaint.decode("utf-8", "replace").strip()
    _log.log(level, "job ended", extra={"command": words[0], "status": status, "said": said})
    return status
