"""Limit how often something is asked for, before the database is read."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

#: keys that are remembered at a time
_MOST = 10_000


class Rates:
    """Counts by key, such as a network, in windows of a minute; kept in memory only."""

    def __init__(
        self, per_minute: int = 30, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_minute = per_minute
        self._seconds = seconds
        self._lock = threading.Lock()
        #: key -> the minute and the number in it, the key seen last at the end
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def is_over(self, key: str) -> bool:
        """Return whether those of this minute are used up; nothing is counted."""
        minute = int(self._seconds() // 60)
        with self._lock:
            before, number = self._seen.get(key, (minute, 0))
        return before == minute and number >= self._per_minute

    def allow(self, key: str) -> bool:
        """Count one more; return whether it is allowed."""
        minute = int(self._seconds() // 60)
        with self._lock:
            before, number = self._seen.pop(key, (minute, 0))
            number = number + 1 if before == minute else 1
            self._seen[key] = (minute, number)
            while len(self._seen) > _MOST:
                self._seen.popitem(last=False)
        return number <= self._per_minute

    def wait(self) -> int:
        """Return the seconds until the next minute begins, at least 1."""
        return 60 - int(self._seconds() % 60)
