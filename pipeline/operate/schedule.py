"""The jobs of a survey and their times: one declaration for the service, cron and every unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from config.operate_schema import ScheduleSettings
from storage.calendar import NEW_YORK, may_be_quiet

#: when arXiv announces, in New York; the feed of the next day carries it
ANNOUNCED_AT = time_of_day(20)
_MONDAY = 1


@dataclass(frozen=True, slots=True)
class Job:
    """One command and when it is due."""

    name: str
    argv: tuple[str, ...]
    at: time_of_day
    #: ISO weekdays, Monday is 1; empty: every day
    weekdays: tuple[int, ...] = ()

    @property
    def slug(self) -> str:
        """The name for files."""
        return self.name.replace(" ", "-")


def jobs(settings: ScheduleSettings) -> tuple[Job, ...]:
    """Return two runs a day, because feeds can be late, the jobs of Monday, mail, alarms, backup.

    Training is no job of its own: `run` trains when enough decisions are new.
    """
    declared = (
        ("daily run", ("run",), settings.daily, ()),
        ("repair run", ("run",), settings.repair, ()),
        ("weekly digest", ("digest",), settings.digest, (_MONDAY,)),
        ("weekly publication", ("publish",), settings.publish, (_MONDAY,)),
        ("mail", ("mail", "send"), settings.mail, ()),
        ("alerts", ("alerts", "send"), settings.alerts, ()),
        ("backup", ("backup", "--rotate"), settings.backup, ()),
    )
    return tuple(
        Job(name, argv, time_of_day.fromisoformat(at), weekdays)
        for name, argv, at, weekdays in declared
        if at
    )


def next_time(
    at: time_of_day, weekdays: Sequence[int], zone: ZoneInfo, after: datetime
) -> datetime:
    """Return the first time after an instant at which it is `at` in the zone on such a weekday.

    On a day without this time, because the clocks go forward, it is the instant that the clocks
    before would have shown.
    """
    wanted = tuple(weekdays) or tuple(range(1, 8))
    day = after.astimezone(zone).date()
    while True:
        due = datetime.combine(day, at, zone)
        if due.timestamp() > after.timestamp() and day.isoweekday() in wanted:
            return due
        day += timedelta(days=1)


def next_announcement(after: datetime) -> datetime:
    """Return when arXiv announces next, in New York.

    It does so in the evening before each day whose feed carries papers.
    """
    evening = datetime.combine(after.astimezone(NEW_YORK).date(), ANNOUNCED_AT, NEW_YORK)
    while evening.timestamp() <= after.timestamp() or _is_quiet(evening.date()):
        evening += timedelta(days=1)
    return evening


def _is_quiet(evening: date) -> bool:
    return may_be_quiet(evening + timedelta(days=1))
