"""Read an instant that somebody else wrote."""

from datetime import UTC, datetime


def read_instant(text: str) -> datetime:
    """Return an instant of ISO 8601 in UTC, which is also assumed where no offset is written.

    Raises:
        ValueError: the text is none, or in UTC it lies outside the years 1 to 9999.
    """
    instant = datetime.fromisoformat(text)
    try:
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError(f"{text[:40]!r} is outside the years 1 to 9999") from None
