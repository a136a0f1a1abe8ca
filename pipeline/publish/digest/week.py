"""Define an ISO 8601 week in UTC, the period of a digest.

Weeks run from Monday 00:00 UTC to the next Monday 00:00 UTC; week 1 is the one with the year's
first Thursday (ISO 8601, as `datetime.date.isocalendar`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from config.errors import UsageError

_WEEK = re.compile(r"(?P<year>\d{4})-?W(?P<week>\d{2})", re.IGNORECASE | re.ASCII)
_LENGTH = timedelta(days=7)


class UnknownWeekError(UsageError):
    """The text is not an existing ISO week."""


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An existing ISO week: creating 2026-W54 raises an error."""

    year: int
    number: int

    def __post_init__(self) -> None:
        try:
            monday = date.fromisocalendar(self.year, self.number, 1)
            monday + _LENGTH  # the last week of year 9999 has no end that Python can hold
        except (ValueError, OverflowError) as error:
            raise UnknownWeekError(
                f"There is no week {self}.", hint=_weeks_of(self.year)
            ) from error

    def __str__(self) -> str:
        """Return the ISO 8601 form, `2026-W12`."""
        return f"{self.year:04d}-W{self.number:02d}"

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Parse `2026-W12` (also `2026W12` and a lower-case w).

        Raises:
            UnknownWeekError: the text has another form, or the year does not have that week.
        """
        match = _WEEK.fullmatch(text.strip())
        if match is None:
            raise UnknownWeekError(
                f"{text!r} is not an ISO week.", hint="Write year and week, such as 2026-W12."
            )
        return cls(int(match["year"]), int(match["week"]))

    @classmethod
    def of(cls, moment: datetime) -> "Week":
        """Return the week that contains an aware datetime."""
        year, number, _ = moment.astimezone(UTC).isocalendar()
        return cls(year, number)

    @classmethod
    def of_day(cls, day: date) -> "Week":
        """Return the week that contains a day."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def last_complete(cls, now: datetime) -> "Week":
        """Return the newest week that has ended at the aware datetime `now`."""
        return cls.of(now - _LENGTH)

    @property
    def before(self) -> "Week":
        """The week before."""
        return Week.of(self.start - _LENGTH)

    @property
    def first_day(self) -> date:
        """The Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """The Sunday."""
        return self.first_day + timedelta(days=6)

    @property
    def start(self) -> datetime:
        """The first instant, in UTC."""
        return datetime.combine(self.first_day, time.min, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first instant after the week, in UTC."""
        return self.start + _LENGTH


def _weeks_of(year: int) -> str:
    if not date.min.year <= year < date.max.year:
        return "Write year and week, such as 2026-W12."
    # 28 December is in the last week of its ISO year (ISO 8601).
    last = date(year, 12, 28).isocalendar().week
    return f"{year} has weeks {year}-W01 to {year}-W{last}."
