"""Limit how often something is asked for, by key: a network, a token, a link. In memory only."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

#: keys that are remembered; the one that was seen last is forgotten last
_REMEMBERED = 10_000
#: seconds that somebody waits whom nothing is allowed
_NEVER = 60


class Limiter:
    """Allows each key `per_minute` a minute, and as many at once after a pause."""

    def __init__(self, per_minute: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._rate = per_minute / 60
        self._seconds = seconds
        self._lock = threading.Lock()
        #: key -> (how many are left, when)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> int:
        """Count one more; return 0 if it is allowed, or the seconds after which one is."""
        with self._lock:
            left, now = self._present(key)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            self._left.move_to_end(key)
            if len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        return self._until(left)

    def allow(self, key: str) -> bool:
        """Count one more; return whether it is allowed."""
        return not self.wait(key)

    def left_to_wait(self, key: str) -> int:
        """Return the seconds after which one more is allowed; nothing is counted."""
        return self.wait_for(key, 1)

    def wait_for(self, key: str, left: int) -> int:
        """Return the seconds after which so many more are allowed at once; nothing is counted."""
        with self._lock:
            present, _ = self._present(key)
        return self._until(present, left)

    @property
    def capacity(self) -> int:
        """How many are allowed at once after a pause."""
        return int(self._capacity)

    def _present(self, key: str) -> tuple[float, float]:
        now = self._seconds()
        left, before = self._left.get(key, (self._capacity, now))
        return min(self._capacity, left + (now - before) * self._rate), now

    def _until(self, left: float, wanted: int = 1) -> int:
        if left >= wanted:
            return 0
        return max(1, math.ceil((wanted - left) / self._rate)) if self._rate else _NEVER
