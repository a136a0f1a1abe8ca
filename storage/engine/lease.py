"""Give one thread of one process the database file to write, or several to read.

Callers wait for a lock file, because DuckDB refuses a second process at once. Whoever waits holds a
second lock file, the gate: a waiting writer keeps new readers out, so that it gets its turn.
"""

import errno
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.locks import LockHeldError, file_lock
from storage.engine.paths import backup_lock_path, gate_path, lock_path
from storage.engine.process import command_of, lock_holders
from storage.errors import StorageError, StoreBusyError

# Pause before taking the lease again, so that waiting processes get their turn.
_COURTESY = 0.01
_COMMAND_LENGTH = 160
#: what the system reports where something else has the name of a lock file
_NO_FILE = {errno.ELOOP: "a symbolic link", errno.EISDIR: "a directory", errno.ENXIO: "a socket"}
_held_by_thread = threading.local()
_released_at: dict[str, float] = {}


@contextmanager
def lease(database: Path, *, timeout_seconds: float, shared: bool = False) -> Iterator[float]:
    """Hold the database for the block; yield the seconds left of the timeout.

    A shared lease is for reading; others may read meanwhile.

    Raises:
        StoreBusyError: it was held for all of `timeout_seconds`.
        StorageError: the lock file cannot be written.
        RuntimeError: this thread holds the lease already.
    """
    key = str(database.absolute())
    mine: set[str] = _held_by_thread.__dict__.setdefault("paths", set())
    if key in mine:
        raise RuntimeError(f"{database} is opened twice in one thread: pass the store on instead")
    if time.monotonic() - _released_at.get(key, 0.0) < _COURTESY:
        time.sleep(min(_COURTESY, timeout_seconds))
    with ExitStack() as stack:
        doing, path = f"{database} has been held", lock_path(database)
        with ExitStack() as waiting:
            left = _enter(
                waiting, gate_path(database), doing, timeout_seconds, shared=shared, gate_of=path
            )
            left = _enter(stack, path, doing, left, shared=shared)
        mine.add(key)
        try:
            yield left
        finally:
            mine.discard(key)
            _released_at[key] = time.monotonic()


@contextmanager
def only_backup(database: Path, *, timeout_seconds: float) -> Iterator[None]:
    """Make the only backup of the database for the block.

    Raises:
        StoreBusyError: another one was made for all of `timeout_seconds`.
        StorageError: the lock file cannot be written.
    """
    with ExitStack() as stack:
        doing = f"Another backup of {database} has been made"
        _enter(stack, backup_lock_path(database), doing, timeout_seconds)
        yield


def is_awaited(database: Path) -> bool:
    """Say whether anyone waits for the lease."""
    try:
        with file_lock(gate_path(database), timeout_seconds=0):
            return False
    except LockHeldError:
        return True


def _enter(
    stack: ExitStack,
    path: Path,
    doing: str,
    timeout_seconds: float,
    *,
    shared: bool = False,
    gate_of: Path | None = None,
) -> float:
    """Hold a lock file; a gate is not signed, because who waits there holds up none."""
    holder = "" if shared or gate_of else _this_process()
    try:
        return stack.enter_context(
            file_lock(path, timeout_seconds=timeout_seconds, holder=holder, shared=shared)
        )
    except LockHeldError as error:
        raise StoreBusyError(
            f"{doing} for {round(timeout_seconds, 2):g} s by {_holder(path, gate_of, error)}.",
            hint="Try again when that has ended, or raise [database] busy_timeout_seconds.",
        ) from None
    except OSError as error:
        if error.errno in _NO_FILE:
            raise StorageError(
                f"{path} must be a lock file, but is {_NO_FILE[error.errno]}.",
                hint="Delete it or move it away; the lock file is made when it is missing.",
            ) from error
        raise StorageError(
            f"{path} cannot be opened: {error.strerror}.",
            hint="Let this user write there, or set [database] path to a directory it owns.",
        ) from error


def _holder(path: Path, gate_of: Path | None, error: LockHeldError) -> str:
    """Name who holds a lock; of a gate who holds what they wait for there.

    The name in the lock file is that of the last writer, which may have ended long ago.
    """
    if gate_of is not None:
        pids = lock_holders(gate_of) or lock_holders(path)
    else:
        pids = lock_holders(path, modes=("READ",))
    signed = "" if gate_of or error.shared else error.holder
    return ", ".join(map(_named, pids)) or signed or "another process"


def _this_process() -> str:
    argv = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else [""]
    return f"process {os.getpid()} ({' '.join(argv)[:_COMMAND_LENGTH]})"


def _named(pid: int) -> str:
    words = command_of(pid)
    command = " ".join([Path(words[0]).name, *words[1:]])[:_COMMAND_LENGTH] if words else ""
    return f"process {pid} ({command})" if command else f"process {pid}"
