"""Keep what every page shows: the reviewer's decisions today, and whether the survey ends."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from pipeline.runtime.ending import ended
from storage.freezes import Freeze
from storage.store import Store


class Progress:
    """The reviewer's standing decisions since midnight UTC, and the end, as a page last read them.

    It opens no database itself, so that it can be shown on a page that says the database is busy.
    """

    def __init__(self, reviewer: str, clock: Callable[[], datetime]) -> None:
        self._reviewer = reviewer
        self._clock = clock
        self._read: tuple[date, int] | None = None
        self._freeze: Freeze | None = None

    def read(self, store: Store) -> None:
        """Count again, and read the end again."""
        self._freeze = store.freezes.standing()
        self.count(store)

    def count(self, store: Store) -> None:
        """Count again."""
        day = self._today()
        midnight = datetime.combine(day, time(), UTC)
        self._read = (day, store.outlook.decided_since(self._reviewer, midnight))

    @property
    def today(self) -> int | None:
        """The number, or None if it was not read today."""
        read = self._read
        return read[1] if read and read[0] == self._today() else None

    @property
    def ends_on(self) -> date | None:
        """The day from which nothing is fetched; None: the survey goes on."""
        return self._freeze.ends_on if self._freeze else None

    @property
    def has_ended(self) -> bool:
        """Whether the end is in force today."""
        return ended(self._freeze, self._today()) is not None

    def _today(self) -> date:
        return self._clock().astimezone(UTC).date()
