"""Give one thread of one process exclusive use of the database file.

Callers wait for a lock file, because DuckDB refuses a second process at once.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.locks import LockHeldError, file_lock
from storage.engine.paths import backup_lock_path, lock_path
from storage.errors import StorageError, StoreBusyError

# Pause before taking the lease again, so that waiting processes get their turn.
_COURTESY = 0.01
_COMMAND_LENGTH = 160
_held_by_thread = threading.local()
_released_at: dict[str, float] = {}


@contextmanager
def lease(database: Path, *, timeout_seconds: float) -> Iterator[float]:
    """Hold the database for the block; yield the seconds left of the timeout.

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
        left = _enter(stack, lock_path(database), f"{database} has been held", timeout_seconds)
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


def _enter(stack: ExitStack, path: Path, doing: str, timeout_seconds: float) -> float:
    try:
        return stack.enter_context(
            file_lock(path, timeout_seconds=timeout_seconds, holder=_this_process())
        )
    except LockHeldError as error:
        raise StoreBusyError(
            f"{doing} for {timeout_seconds:g} s by {error.holder or 'another process'}.",
            hint="Try again when that has ended, or raise [database] busy_timeout_seconds.",
        ) from None
    except OSError as error:
        raise StorageError(
            f"{path} cannot be opened: {error.strerror}.",
            hint="Let this user write there, or set [database] path to a directory it owns.",
        ) from error


def _this_process() -> str:
    argv = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else [""]
    return f"process {os.getpid()} ({' '.join(argv)[:_COMMAND_LENGTH]})"
