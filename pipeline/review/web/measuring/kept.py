"""Keep the numbers of the survey for some seconds, so that scraping never holds up reviewers."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from config.errors import LivingSurveyError
from pipeline.runtime.measures import Measure, ReadMeasures, measure

_log = logging.getLogger(__name__)

#: seconds that somebody waits who asks while the first numbers are read
_FIRST = 5.0


class KeptMeasures:
    """Reads at most once in some seconds, whoever asks, and never twice at a time."""

    def __init__(
        self,
        read: ReadMeasures,
        *,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: tuple[float, tuple[Measure, ...]] | None = None

    def now(self) -> tuple[Measure, ...]:
        """Return the numbers; if the database cannot be read, only that it cannot."""
        kept = self._kept
        if kept is not None and self._monotonic() - kept[0] < self._seconds:
            return kept[1]
        # Another request reads: what was read before is good enough.
        if not self._lock.acquire(timeout=_FIRST if kept is None else 0):
            return _up(0) if kept is None else kept[1]
        try:
            if self._kept is not kept and self._kept is not None:  # it was read meanwhile
                return self._kept[1]
            found = self._read_now()
            self._kept = (self._monotonic(), found)
            return found
        finally:
            self._lock.release()

    def _read_now(self) -> tuple[Measure, ...]:
        try:
            return (*_up(1), *self._read())
        except LivingSurveyError as error:
            _log.warning("numbers cannot be read", extra={"error": str(error)})
            return _up(0)


def _up(value: int) -> tuple[Measure, ...]:
    return (measure("up", "1 if the database can be read.", value),)


def no_measures() -> Sequence[Measure]:
    """Return nothing: of a service without a survey's numbers."""
    return ()
