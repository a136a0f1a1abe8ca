"""Convert between aware UTC datetimes and DuckDB's TIMESTAMP, because TIMESTAMPTZ needs pytz."""

from datetime import UTC, datetime
from typing import overload


@overload
def to_utc(moment: datetime) -> datetime: ...
@overload
def to_utc(moment: None) -> None: ...
def to_utc(moment: datetime | None) -> datetime | None:
    """Return the naive UTC value, or raise ValueError without a time zone."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None)


@overload
def from_utc(stored: datetime) -> datetime: ...
@overload
def from_utc(stored: None) -> None: ...
def from_utc(stored: datetime | None) -> datetime | None:
    """Return a stored value as an aware datetime."""
    return None if stored is None else stored.replace(tzinfo=UTC)
