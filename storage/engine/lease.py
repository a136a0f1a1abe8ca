"""The lease: who may hold the database file now. Knows locks and processes, never SQL.

DuckDB lets one process at a time open a file and refuses the others at once, so everybody first
waits for an exclusive `flock` on a sidecar file (`survey.duckdb.lock`). A lock of the kernel goes
with its process, also under kill -9. Each lease opens the sidecar anew and `flock` belongs to the
open file, so threads of one process exclude each other by the same lock as processes do.
"""

import fcntl
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.errors import StorageError, StoreBusyError

_PAUSE = 0.005
# Who has just let go and comes back at once would win against all who sleep between two looks
# (four busy processes: longest wait 15 s without this, 3 s with it).
_COURTESY = 0.01
_COMMAND_LENGTH = 160
_held_by_thread = threading.local()
_released_at: dict[str, float] = {}


def lock_path(database: Path) -> Path:
    """Return the sidecar whose lock stands for the database file."""
    return database.with_name(database.name + ".lock")


@contextmanager
def lease(database: Path, *, timeout_seconds: float) -> Iterator[float]:
    """Hold the database for one unit of work; yield the seconds that were left of the wait.

    Raises:
        StoreBusyError: another process or thread held it for all of `timeout_seconds`.
        StorageError: the sidecar cannot be written.
        RuntimeError: this thread holds it already, so that it would wait for itself.
    """
    key = str(database.absolute())
    mine: set[str] = _held_by_thread.__dict__.setdefault("paths", set())
    if key in mine:
        raise RuntimeError(f"{database} is opened twice in one thread: pass the store on instead")
    descriptor = _open(lock_path(database))
    try:
        if time.monotonic() - _released_at.get(key, 0.0) < _COURTESY:
            time.sleep(min(_COURTESY, timeout_seconds))
        left = _wait(descriptor, database, timeout_seconds)
        mine.add(key)
        try:
            _sign(descriptor)
            yield left
        finally:
            mine.discard(key)
            _released_at[key] = time.monotonic()
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be opened: {error.strerror}.",
            hint="Let this user write there, or set [database] path to a directory it owns.",
        ) from error


def _wait(descriptor: int, database: Path, timeout_seconds: float) -> float:
    """Poll for the lock, since a blocking flock knows no time limit; return what is left."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = deadline - time.monotonic()
            if left <= 0:
                raise StoreBusyError(
                    f"{database} has been held for {timeout_seconds:g} s by"
                    f" {_signature(descriptor)}.",
                    hint="Try again when that has ended, or raise [database] busy_timeout_seconds.",
                ) from None
            # Jitter keeps several waiting processes from asking in step.
            time.sleep(min(left, _PAUSE * random.uniform(0.5, 1.5)))  # noqa: S311  no secret
        else:
            return max(deadline - time.monotonic(), 0.0)


def _sign(descriptor: int) -> None:
    """Write down who holds the lock, for whoever waits too long."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else [""]
    signature = f"process {os.getpid()} ({' '.join(words)[:_COMMAND_LENGTH]})"
    with suppress(OSError):  # a full disk must not keep anybody from reading
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, signature.encode("utf-8", "replace"), 0)


def _signature(descriptor: int) -> str:
    return os.pread(descriptor, 1024, 0).decode("utf-8", "replace") or "another process"
