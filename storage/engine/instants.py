"""Instants at the border with DuckDB: aware UTC outside, TIMESTAMP without zone inside.

DuckDB's TIMESTAMPTZ would need pytz to be read; a TIMESTAMP that is always UTC needs nothing.
"""

from datetime import UTC, datetime
from typing import overload


@overload
def to_utc(moment: datetime) -> datetime: ...
@overload
def to_utc(moment: None) -> None: ...
def to_utc(moment: datetime | None) -> datetime | None:
    """Return the instant as the naive UTC value that is stored; a naive one is a bug."""
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
    """Return a stored value as the aware instant it stands for."""
    return None if stored is None else stored.replace(tzinfo=UTC)
