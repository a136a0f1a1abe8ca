"""Lock files between processes with `flock`.

The kernel releases a lock with its process. Every call opens the file, so threads exclude each
other too.
"""

import fcntl
import math
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PAUSE = 0.005


class LockHeldError(Exception):
    """The lock was not free in time; `holder` is the text in its file."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is locked by {holder or 'another process'}")
        self.holder = holder


@contextmanager
def file_lock(
    path: Path,
    *,
    timeout_seconds: float = math.inf,
    holder: str = "",
    wait: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
    pause_seconds: float = _PAUSE,
) -> Iterator[float]:
    """Hold an exclusive lock on `path` for the block; yield the seconds left.

    Args:
        path: the lock file, created if needed and never deleted.
        timeout_seconds: 0 tries once.
        holder: written into the file, for others to report.
        wait: sleeps between attempts.
        monotonic: the clock of the timeout.
        pause_seconds: mean pause between attempts.

    Raises:
        LockHeldError: the lock was held for the whole timeout.
        OSError: the file cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _open(path)
    try:
        deadline = monotonic() + timeout_seconds
        while not _try_lock(descriptor):
            left = deadline - monotonic()
            if left <= 0:
                raise LockHeldError(path, _read(descriptor))
            # The jitter keeps several waiting processes from asking in step.
            wait(min(left, pause_seconds * random.uniform(0.5, 1.5)))  # noqa: S311  not a secret
        if holder:
            _write(descriptor, holder)
        yield max(deadline - monotonic(), 0.0)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    """Open the file; another user's need only be readable (on NFS writable)."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except PermissionError:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(descriptor: int) -> str:
    return os.pread(descriptor, 1024, 0).decode("utf-8", "replace").strip()


def _write(descriptor: int, holder: str) -> None:
    with suppress(OSError):  # a full disk must not prevent the work
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode("utf-8", "replace"), 0)
