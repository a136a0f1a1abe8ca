"""Know whether the survey ended without reading the database for every page."""

import threading
import time
from collections.abc import Callable

from storage.errors import StoreBusyError
from storage.freezes import Freeze
from storage.store import OpenStore

#: seconds for which it counts
_KEPT = 60.0


class KnownEnd:
    """The end that stands, as it was read at most a minute ago."""

    def __init__(self, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._standing: Freeze | None = None

    def standing(self, read_store: OpenStore, *, fresh: bool = False) -> Freeze | None:
        """Return the end that stands, or None; one thread reads it for all.

        Args:
            read_store: opens the database.
            fresh: read it now, before something is stored.

        Raises:
            StoreBusyError: it was never read, and another program has the database open.
        """
        with self._lock:
            now = self._seconds()
            if fresh or self._read_at is None or now - self._read_at >= _KEPT:
                try:
                    with read_store() as store:
                        self._standing = store.freezes.standing()
                except StoreBusyError:
                    if self._read_at is None:
                        raise
                self._read_at = now
            return self._standing
