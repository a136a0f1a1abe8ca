"""Convert the times of jobs to another zone whose clocks change on other days."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.operate.schedule import Job

_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time on days of a week; no weekday means every day."""

    at: time
    weekdays: tuple[int, ...]


def local_time(job: Job, zone: ZoneInfo, other: ZoneInfo, now: datetime) -> LocalTime:
    """Return one time in the other zone that is never earlier than the job's own.

    The offset between two zones changes when one of them changes its clocks. The largest one of a
    year is taken, because a job that runs too early finds nothing, and one that runs an hour late
    finds the same.
    """
    days = (now + timedelta(days=day) for day in range(366))
    minutes = max(_minutes(job.at, day, zone, other) for day in days)
    later, minute = divmod(job.at.hour * 60 + job.at.minute + minutes, _MINUTES_A_DAY)
    at = time(minute // 60, minute % 60)
    return LocalTime(at, tuple((day - 1 + later) % 7 + 1 for day in job.weekdays))


def cron_fields(at: LocalTime) -> str:
    """Return the five fields of a crontab."""
    days = ",".join(str(day % 7) for day in at.weekdays) or "*"
    return f"{at.at.minute} {at.at.hour} * * {days}"


def _minutes(at: time, day: datetime, zone: ZoneInfo, other: ZoneInfo) -> int:
    """Return by how many minutes the other zone's clocks are ahead when the job is due."""
    due = datetime.combine(day.astimezone(zone).date(), at, zone)
    there = due.timestamp()
    offset = datetime.fromtimestamp(there, other).utcoffset()
    own = datetime.fromtimestamp(there, zone).utcoffset()
    assert offset is not None and own is not None  # noqa: PT018  zones know their offsets
    return int((offset - own).total_seconds()) // 60
