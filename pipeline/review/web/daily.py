"""Count what the reviewer decided today, for the bar of every page."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from storage.store import Store


class Progress:
    """The reviewer's standing decisions since midnight UTC, as a page last read them.

    It opens no database itself, so that it can be shown on a page that says the database is busy.
    """

    def __init__(self, reviewer: str, clock: Callable[[], datetime]) -> None:
        self._reviewer = reviewer
        self._clock = clock
        self._read: tuple[date, int] | None = None

    def read(self, store: Store) -> None:
        """Count again."""
        day = self._today()
        midnight = datetime.combine(day, time(), UTC)
        self._read = (day, store.outlook.decided_since(self._reviewer, midnight))

    @property
    def today(self) -> int | None:
        """The number, or None if it was not read today."""
        read = self._read
        return read[1] if read and read[0] == self._today() else None

    def _today(self) -> date:
        return self._clock().astimezone(UTC).date()
