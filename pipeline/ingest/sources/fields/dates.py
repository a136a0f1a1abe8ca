"""The dates arXiv writes, read into aware UTC datetimes. Knows no clock.

The strict and quick path is for the millions of version dates of arXivRaw and the snapshot
(`Mon, 16 Mar 2026 09:30:00 GMT`, RFC 2822); everything else goes through the standard library.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
    "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip
#: arXiv opened in 1991 and holds papers dated a few years before. A year beyond these is a fault of
#: the record: stored, 9999 makes the arithmetic of days overflow wherever it is met.
_YEARS = range(1970, 2100)


def parse_rfc2822(text: str) -> datetime:
    """Return the instant of an RFC 2822 date in UTC; raises ValueError if it is none."""
    try:
        _, day, month, year, clock, zone = text.split()
        if zone == "GMT" and len(clock) == 8 and (number := int(year)) in _YEARS:
            return datetime(
                number, _MONTHS[month], int(day), int(clock[:2]), int(clock[3:5]),
                int(clock[6:]), 0, UTC,
            )  # fmt: skip
    except (KeyError, ValueError, OverflowError):
        pass  # other spellings are read below, and what is no date fails there
    try:
        return _utc(parsedate_to_datetime(text), text)
    except OverflowError as error:
        raise ValueError(f"the date {text!r} is out of range") from error


def parse_iso(text: str) -> datetime:
    """Return the instant of an ISO 8601 date with zone in UTC; raises ValueError if it is none."""
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
