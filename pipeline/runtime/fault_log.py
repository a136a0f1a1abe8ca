"""Log a fault that every request meets once a minute, so that it does not fill the disk."""

import logging
import time
from collections.abc import Callable

from pipeline.runtime.limiter import Limiter


class FaultLog:
    """Writes a line for a fault unless the same one was written in the last minute."""

    def __init__(self, log: logging.Logger, seconds: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._limit = Limiter(1, seconds)

    def write(self, message: str, error: Exception) -> None:
        """Log an error; its text says which fault it is."""
        if self._limit.allow(str(error)):
            self._log.error(message, extra={"error": str(error)})
