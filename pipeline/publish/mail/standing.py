"""Know at each mail who may still get one, without reading the database each time."""

from collections.abc import Mapping
from pathlib import Path

from storage.departures import departures_path
from storage.engine.paths import real_path
from storage.store import OpenStore
from storage.subscriber_types import Recipient


class Confirmed:
    """The confirmed people by subscriber ID; read again whenever the database was written to.

    Somebody who leaves while a mailing is on its way gets no mail any more.
    """

    def __init__(self, open_store: OpenStore, database: Path) -> None:
        real = real_path(database)
        self._open_store = open_store
        self._files = (real, real.with_name(f"{real.name}.wal"), departures_path(real))
        self._seen: object = None
        self._people: Mapping[str, Recipient] = {}

    def get(self, subscriber_id: str) -> Recipient | None:
        """Return a person who may get mail now, or None."""
        # Before reading, so that what is written meanwhile is read the next time.
        seen = tuple(map(_stamp, self._files))
        if seen != self._seen:
            with self._open_store() as store:
                self._people = {one.subscriber_id: one for one in store.subscribers.recipients()}
            self._seen = seen
        return self._people.get(subscriber_id)


def why_not(open_store: OpenStore, subscriber_id: str) -> str:
    """Return in one word why somebody gets no mail, such as `left` or `paused`."""
    with open_store() as store:
        found = store.subscribers.get(subscriber_id)
    if found is None:
        return "unknown"
    # A consent that ended after the database was backed up.
    return "left" if found.state.value == "confirmed" else found.state.value


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
