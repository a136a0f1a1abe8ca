"""Name what is mailed: the issue of a week or the issues of a month; refuse what is too old."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from config.errors import LivingSurveyError, UsageError
from pipeline.publish.digest.week import Week

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


class OldIssueError(LivingSurveyError):
    """The issue is too old to be mailed, or a newer one was mailed already; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be mailed."""

    #: `2026-W12`, or `2026-03`
    name: str
    weeks: tuple[Week, ...]
    #: year and month; None: it is a week
    month: tuple[int, int] | None = None

    @property
    def last_day(self) -> date:
        """The last day of the last issue."""
        return self.weeks[-1].last_day


def of_week(week: Week) -> Asked:
    """Return the mailing of one issue, which people with weekly mail get."""
    return Asked(str(week), (week,))


def of_month(text: str) -> Asked:
    """Return the mailing of a month, such as `2026-03`: the issues of weeks that end in it.

    Raises:
        UsageError: the text is no month.
    """
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 < int(found[1]) < 9999:
        raise UsageError(f"{text!r:.40} is not a month.", hint="Write it as 2026-03.")
    year, month = int(found[1]), int(found[2])
    first = date(year, month, 1)
    sunday = first + timedelta(days=6 - first.weekday())
    weeks = []
    while sunday.month == month:
        weeks.append(Week.of(datetime.combine(sunday, datetime.min.time(), tzinfo=UTC)))
        sunday += timedelta(days=7)
    return Asked(f"{year:04}-{month:02}", tuple(weeks), (year, month))


def parse_name(name: str) -> Asked:
    """Return the mailing of a recorded name."""
    return of_week(Week.parse(name)) if "W" in name else of_month(name)


def check_time(
    asked: Asked,
    now: datetime,
    *,
    oldest_days: int,
    mailed: Sequence[str],
    restored_at: datetime | None = None,
) -> None:
    """Refuse what has not ended, is too old, older than what was mailed, or perhaps mailed before.

    Args:
        asked: what is to be mailed.
        now: the present instant.
        oldest_days: how many days ago its last day may be.
        mailed: names of all mailings that were begun.
        restored_at: when a backup was last put in place.

    Raises:
        OldIssueError: it is too old, a newer one was mailed, or it may have been mailed before a
            backup was restored.
        UsageError: its last week has not ended.
    """
    today = now.astimezone(UTC).date()
    if asked.last_day >= today:
        raise UsageError(
            f"{asked.name} ends on {asked.last_day:%Y-%m-%d} at midnight UTC.",
            hint="Send it afterwards.",
        )
    days = (today - asked.last_day).days
    if days > oldest_days:
        raise OldIssueError(
            f"{asked.name} ended {days} days ago, and [mail] oldest_days allows {oldest_days}.",
            hint="Nothing was sent. If people are really to get it now, add --late.",
        )
    if asked.name in mailed:
        return
    if restored_at is not None and restored_at.astimezone(UTC).date() > asked.last_day:
        raise OldIssueError(
            f"A backup was restored on {restored_at:%Y-%m-%d %H:%M} UTC, after {asked.name} ended,"
            " and no receipt says whether it was mailed before.",
            hint="Nothing was sent. Look into the log of your mail server; if no mail of it went"
            " out, add --late.",
        )
    newer = [
        name
        for name in mailed
        if ("W" in name) == ("W" in asked.name) and parse_name(name).last_day > asked.last_day
    ]
    if newer:
        raise OldIssueError(
            f"{max(newer)} was mailed already, so {asked.name} would come after a newer issue.",
            hint="Nothing was sent. If people are really to get it now, add --late.",
        )
