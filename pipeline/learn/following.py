"""Keep the order of likely papers up with the decisions while a service runs."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from config.errors import LivingSurveyError
from pipeline.runtime.services import Services
from storage.stamp import Stamp, database_stamp
from storage.store import OpenStore, Store

_log = logging.getLogger(__name__)

#: seconds between looks at the files, which take microseconds
_LOOK = 0.1
#: rest before the next order: so many times what the last one took, and the most in seconds
_REST, _LONGEST_REST = 4, 2.0
#: seconds for the scope to be fitted when the service ends; nothing is read any more then
_GRACE = 30.0


class _EndedError(Exception):
    """The service ends, so the order is given up."""


@contextmanager
def following(services: Services, read_store: OpenStore) -> Iterator[None]:
    """Follow decisions in a thread as long as the block runs, whoever makes them.

    Between two orders it rests four times as long as the last one took, but two seconds at most, so
    that many reviewers at once are not slowed down.
    """
    ended = threading.Event()
    thread = threading.Thread(
        target=_follow,
        args=(services.settings.database.path, _follower(services, read_store, ended), ended),
        name="following",
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_GRACE)


def _follower(
    services: Services, read_store: OpenStore, ended: threading.Event
) -> Callable[[], object]:
    made: list[Callable[[], object]] = []
    services = replace(services, open_store=_until(ended, services.open_store))
    read_store = _until(ended, read_store)

    def follow() -> object:
        if not made:
            # Two seconds of scikit-learn, which the first page must not wait for.
            from pipeline.learn.follow import Follower  # noqa: PLC0415

            made.append(Follower(services, read_store).follow)
        return made[0]()

    return follow


def _until(ended: threading.Event, open_store: OpenStore) -> OpenStore:
    """Return what opens the database until the service ends."""

    def open_until() -> AbstractContextManager[Store]:
        if ended.is_set():
            raise _EndedError
        return open_store()

    return open_until


def _follow(database: Path, follow: Callable[[], object], ended: threading.Event) -> None:
    seen: Stamp | None = None
    said = ""
    rest = _LOOK
    while not ended.wait(rest):
        rest = _LOOK
        stamp = database_stamp(database)
        if stamp == seen:
            continue
        started = time.monotonic()
        try:
            follow()
            seen, said = stamp, ""
        except _EndedError:
            return
        except LivingSurveyError as error:  # a busy database, a file that was moved
            if str(error) != said:  # ten lines a second would fill the disk
                _log.info("order not followed", extra={"error": str(error)})
            said = str(error)
        rest = min(max(_LOOK, _REST * (time.monotonic() - started)), _LONGEST_REST)
