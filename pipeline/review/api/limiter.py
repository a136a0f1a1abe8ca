"""Limit the requests of each token, and the wrong tokens of each address."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

#: callers that are remembered; the one that was seen last is forgotten last
_REMEMBERED = 1000


class Limiter:
    """Lets each caller send `per_minute` requests a minute, as many at once after a pause."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._rate = per_minute / 60
        self._monotonic = monotonic
        self._lock = threading.Lock()
        #: caller -> (requests left, when)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str) -> int:
        """Count a request; return 0, or the seconds after which the next one is let through."""
        with self._lock:
            now = self._monotonic()
            left, before = self._left.pop(caller, (self._capacity, now))
            left = min(self._capacity, left + (now - before) * self._rate)
            allowed = left >= 1
            self._left[caller] = (left - 1 if allowed else left, now)
            if len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
            return 0 if allowed else max(1, math.ceil((1 - left) / self._rate))
