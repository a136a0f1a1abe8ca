"""Limit how often a network sends a form, before the database is asked."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

#: networks that are remembered at a time
_MOST_NETWORKS = 10_000


class Rates:
    """Counts by network in windows of a minute; kept in memory only."""

    def __init__(
        self, per_minute: int = 30, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_minute = per_minute
        self._seconds = seconds
        self._lock = threading.Lock()
        #: network -> the minute and the forms in it, the network seen last at the end
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def is_over(self, network: str) -> bool:
        """Return whether the forms of this minute are used up; nothing is counted."""
        minute = int(self._seconds() // 60)
        with self._lock:
            before, number = self._seen.get(network, (minute, 0))
        return before == minute and number >= self._per_minute

    def allow(self, network: str) -> bool:
        """Count a form; return whether it may be read."""
        minute = int(self._seconds() // 60)
        with self._lock:
            before, number = self._seen.pop(network, (minute, 0))
            number = number + 1 if before == minute else 1
            self._seen[network] = (minute, number)
            while len(self._seen) > _MOST_NETWORKS:
                self._seen.popitem(last=False)
        return number <= self._per_minute
