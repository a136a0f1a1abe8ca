"""Parse arXiv's dates into UTC datetimes.

A fast path reads RFC 2822 dates in GMT, because the snapshot has millions of them.
"""

from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.ingest.sources.errors import MalformedRecordError
from storage.types import Paper

_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
    "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip
#: others are refused, because a stored year 9999 makes date arithmetic overflow
_YEARS = range(1970, 2100)


#: a record dated further ahead is of another age
_AHEAD = timedelta(days=366)


def check_ages(paper: Paper, now: datetime) -> None:
    """Raise MalformedRecordError if a date of a paper is more than a year ahead of `now`.

    A record with such a datestamp would be newer than every later one, so that it stays for good.
    """
    check_age(paper.submitted_at, now)
    check_age(paper.updated_at, now)
    check_age(paper.datestamp, now)


def check_age(moment: date | None, now: datetime) -> None:
    """Raise MalformedRecordError if a date or instant is more than a year ahead of `now`."""
    if moment is None:
        return
    ahead = moment - now if isinstance(moment, datetime) else moment - now.date()
    if ahead > _AHEAD:
        raise MalformedRecordError(f"the date {moment:%Y-%m-%d} is years ahead of {now:%Y-%m-%d}")


def parse_rfc2822(text: str) -> datetime:
    """Parse an RFC 2822 date into UTC; raise ValueError otherwise."""
    try:
        _, day, month, year, clock, zone = text.split()
        if zone == "GMT" and len(clock) == 8 and (number := int(year)) in _YEARS:
            return datetime(
                number, _MONTHS[month], int(day), int(clock[:2]), int(clock[3:5]),
                int(clock[6:]), 0, UTC,
            )  # fmt: skip
    except (KeyError, ValueError, OverflowError):
        pass  # parsed below
    try:
        return _utc(parsedate_to_datetime(text), text)
    except OverflowError as error:
        raise ValueError(f"the date {text!r} is out of range") from error


def parse_iso(text: str) -> datetime:
    """Parse an ISO 8601 date with a zone into UTC; raise ValueError otherwise."""
    try:
        return _utc(datetime.fromisoformat(text.strip()), text)
    except OverflowError as error:
        raise ValueError(f"the date {text!r} is out of range") from error


def _utc(moment: datetime, text: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"the date {text!r} has no zone")
    if moment.year not in _YEARS:
        raise ValueError(f"the date {text!r} is out of range")
    return moment.astimezone(UTC)
