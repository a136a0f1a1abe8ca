"""Keep what every page shows: decisions today, whether the survey ends, alarms that stand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from pipeline.runtime.ending import ended
from storage.alert_types import AlertRow
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
        self._alarms: tuple[AlertRow, ...] = ()

    def read(self, store: Store) -> None:
        """Count again, and read the end again."""
        self._freeze = store.freezes.standing()
        self._alarms = tuple(one for one in store.alerts.open() if one.status == "standing")
        self.count(store)

    def count(self, store: Store) -> None:
        """Count again."""
        day = self._today()
        midnight = datetime.combine(day, time(), UTC)
        decided = store.outlook.decided_since(self._reviewer, midnight)
        # a word that decides nothing yet is work of the day too
        self._read = (day, decided + store.opinions.given_since(self._reviewer, midnight))

    @property
    def today(self) -> int | None:
        """The number, or None if it was not read today."""
        read = self._read
        return read[1] if read and read[0] == self._today() else None

    @property
    def alarms(self) -> tuple[AlertRow, ...]:
        """The alarms that stand and are not accepted, newest first, without those of jobs.

        Their own file says how jobs ended, also where the database cannot be read.
        """
        return tuple(one for one in self._alarms if not one.cause.startswith("job:"))

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
