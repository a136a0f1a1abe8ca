"""Keep the database open for a moment between the requests of a service.

Opening and closing take longer than most pages, and requests come in groups: a verdict, the next
paper, the one after it. So the lease of one request serves those that follow at once. It ends when
none came for a quarter of a second, and at once when another process waits: it stays short, and a
`run` beside the service waits no longer than for one request.

A checkpoint on closing takes longer than a decision, and whoever waits for the file waits for it.
So a small WAL may be left there, and a larger one is emptied between requests. What was left is
emptied when the service has not used the database for some seconds, and at its end.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage.engine.faults import fixable_faults
from storage.engine.lease import is_awaited
from storage.engine.paths import real_path, wal_bytes
from storage.errors import StorageError, StoreBusyError
from storage.store import OpenStore, Store

_IDLE = 0.25
#: seconds between looks for a waiting process
_LOOK = 0.02
#: seconds without use after which a WAL that was left is emptied
_CALM = 10.0
#: seconds after a request that wrote, for which the file is opened for writing at once: longer than
#: between the decisions of several people, shorter than between those of one
_AGAIN = 1.0
_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Lease:
    """The database while it is open, or being opened."""

    writable: bool
    users: int = 0
    store: Store | None = None
    error: BaseException | None = None
    #: it takes no new users
    ending: bool = False
    #: the file that was opened
    file: tuple[int, int] | None = None
    #: one writer at a time
    writer: threading.Lock = field(default_factory=threading.Lock)


class KeptStores:
    """The two ways to open one database, for the threads of a service.

    While it is open for writing, reading uses the same lease; each block has a store of its own.
    Whoever made it calls `close` at the end, because a thread holds the file until then.
    """

    def __init__(
        self,
        database: Path,
        open_store: OpenStore,
        read_store: OpenStore,
        *,
        busy_timeout_seconds: float,
        idle_seconds: float = _IDLE,
        calm_seconds: float = _CALM,
        again_seconds: float = _AGAIN,
        rest_seconds: float = 0.0,
        wal_limit: int | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            database: the file.
            open_store: opens it for writing.
            read_store: opens it for reading.
            busy_timeout_seconds: the longest wait.
            idle_seconds: for which it stays open after a request.
            calm_seconds: without use, after which a WAL that was left is emptied.
            again_seconds: after a request that wrote, for which reading opens it for writing too.
            rest_seconds: the least time between giving the file to another process that waited and
                taking it back; requests wait meanwhile and are then served together.
            wal_limit: bytes; a larger WAL is emptied between requests. None: only on closing.
        """
        self._database = real_path(database)
        self._openers = {True: open_store, False: read_store}
        self._timeout = busy_timeout_seconds
        self._idle = idle_seconds
        self._calm = calm_seconds
        self._again = again_seconds
        self._rest = rest_seconds
        self._wal_limit = wal_limit
        self._changed = threading.Condition()
        self._lease: _Lease | None = None
        #: threads that wait for a lease for writing
        self._writers = 0
        #: until when a file that is closed is opened for writing
        self._writes_until = 0.0
        #: until when another process has the file to itself
        self._rests_until = 0.0
        self._closing = False
        #: the last lease for writing left a WAL
        self._left_wal = False

    @contextmanager
    def open_store(self) -> Iterator[Store]:
        """Open for writing; raise what the opener raises."""
        deadline = time.monotonic() + self._timeout
        with ExitStack() as stack:
            lease = stack.enter_context(self._using(write=True, deadline=deadline))
            if not lease.writer.acquire(timeout=max(deadline - time.monotonic(), 0.0)):
                raise self._busy()
            stack.callback(lease.writer.release)
            yield stack.enter_context(self._store_of(lease))

    def read_store(self) -> AbstractContextManager[Store]:
        """Open for reading; raise what the opener raises."""
        return self._read(self._timeout, None)

    def read_store_within(
        self, seconds: float, *, writes_next: bool = False
    ) -> AbstractContextManager[Store]:
        """Open for reading, or raise StoreBusyError after a shorter time than usual.

        If the caller `writes_next`, a file that is closed is opened for writing, not twice.
        """
        return self._read(seconds, seconds, writes_next=writes_next)

    def close(self) -> None:
        """Close the file and empty a WAL that was left; call it when no more requests come."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    @contextmanager
    def _read(
        self, seconds: float, patience: float | None, *, writes_next: bool = False
    ) -> Iterator[Store]:
        deadline = time.monotonic() + seconds
        with (
            self._using(
                write=False, deadline=deadline, patience=patience, writes_next=writes_next
            ) as lease,
            self._store_of(lease) as store,
        ):
            yield store

    @contextmanager
    def _using(
        self,
        *,
        write: bool,
        deadline: float,
        patience: float | None = None,
        writes_next: bool = False,
    ) -> Iterator[_Lease]:
        """Use a lease; `patience` is for one that is being opened, None: until that has ended."""
        lease = self._entered(write=write, writes_next=writes_next, deadline=deadline)
        try:
            with self._changed:
                opened = self._changed.wait_for(
                    lambda: lease.store is not None or lease.error is not None, patience
                )
            if not opened:
                raise self._busy()  # noqa: TRY301  others still wait for the same lease
            if lease.error is not None:
                raise lease.error  # noqa: TRY301  of the thread that opened
            yield lease
        except BaseException:
            # An error of DuckDB can make the whole instance unusable; one that is still being
            # opened is not.
            lease.ending = lease.ending or lease.store is not None or lease.error is not None
            raise
        finally:
            with self._changed:
                lease.users -= 1
                self._changed.notify_all()

    @contextmanager
    def _store_of(self, lease: _Lease) -> Iterator[Store]:
        assert lease.store is not None
        with fixable_faults(self._database), self._changed:
            store = lease.store.beside()
        with fixable_faults(self._database):
            try:
                yield store
            finally:
                store.close()

    def _entered(self, *, write: bool, writes_next: bool, deadline: float) -> _Lease:
        """Become a user of a lease that allows it; begin one if there is none."""
        with self._changed:
            while True:
                lease = self._lease
                if lease is None and (rest := self._rests_until - time.monotonic()) > 0:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise self._busy()
                    self._changed.wait(min(rest, left))
                    continue
                if lease is None:
                    # For writing if anyone waits for that or did it lately: a lease for reading
                    # would keep writers out, and end as soon as one comes.
                    lately = time.monotonic() < self._writes_until
                    lease = self._lease = _Lease(
                        write or writes_next or lately or self._writers > 0
                    )
                    threading.Thread(target=self._hold, args=(lease,), name="database").start()
                elif lease.ending or (write and not lease.writable) or self._is_over(lease):
                    if not lease.ending:  # once, or those who wait would wake each other for ever
                        lease.ending = True
                        self._changed.notify_all()
                    self._writers += write
                    try:
                        if not self._changed.wait(deadline - time.monotonic()):
                            raise self._busy()
                    finally:
                        self._writers -= write
                    continue
                lease.users += 1
                if write:
                    self._writes_until = time.monotonic() + self._again
                return lease

    def _is_over(self, lease: _Lease) -> bool:
        """Say whether an open lease must end: another process waits, or the file was replaced."""
        if lease.store is None:
            return False
        return lease.file != self._file() or is_awaited(self._database)

    def _hold(self, lease: _Lease) -> None:
        """Hold the lease in a thread of its own, because any request may be the last to use it."""
        try:
            with self._openers[lease.writable]() as store, self._changed:
                lease.file = self._file()
                lease.store = store
                self._changed.notify_all()
                self._wait(lease, store)
                lease.ending = True
                if self._rest and is_awaited(self._database):
                    self._rests_until = time.monotonic() + self._rest
        except BaseException as error:  # noqa: BLE001  its users raise it
            lease.error = error
            if lease.store is not None:
                _log.warning("The database was not closed in order: %s", error)
        finally:
            with self._changed:
                self._lease = None
                self._changed.notify_all()
        if lease.writable:
            self._left_wal = wal_bytes(self._database) > 0
        if self._left_wal:
            self._empty_wal()

    def _empty_wal(self) -> None:
        """Wait until the database was not used for a while, then empty a WAL that was left."""
        with self._changed:
            self._changed.wait_for(lambda: self._lease is not None or self._closing, self._calm)
            if self._lease is not None:
                return  # when that has ended
        try:
            with self._openers[True]() as store:
                store.checkpoint()
            self._left_wal = False
        except StorageError as error:
            _log.info("The WAL was left as it is: %s", error)

    def _wait(self, lease: _Lease, store: Store) -> None:
        """Return when the lease has no users and ends; the caller has the condition."""
        last_used = time.monotonic()
        while True:
            if lease.users:
                self._changed.wait()
                last_used = time.monotonic()
            elif self._is_unused(lease, last_used):
                return
            elif time.monotonic() - last_used >= _LOOK and self._has_large_wal(lease):
                self._move_wal(lease, store)
            else:
                self._changed.wait(_LOOK)

    def _has_large_wal(self, lease: _Lease) -> bool:
        limit = self._wal_limit
        return lease.writable and limit is not None and wal_bytes(self._database) > limit

    def _move_wal(self, lease: _Lease, store: Store) -> None:
        """Empty the WAL between two writes; release the caller's condition meanwhile."""
        self._changed.release()
        try:
            with lease.writer, fixable_faults(self._database):
                store.checkpoint()
        except StorageError as error:
            _log.info("The WAL was left as it is: %s", error)
            lease.ending = True
        finally:
            self._changed.acquire()

    def _is_unused(self, lease: _Lease, last_used: float) -> bool:
        """Say whether a lease without users must end."""
        idle = time.monotonic() - last_used >= self._idle
        return lease.ending or self._closing or idle or self._is_over(lease)

    def _file(self) -> tuple[int, int] | None:
        try:
            found = self._database.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _busy(self) -> StoreBusyError:
        return StoreBusyError(
            f"{self._database} has been held for {round(self._timeout, 2):g} s by other requests.",
            hint="Try again when they have ended.",
        )
