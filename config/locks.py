"""Lock files between processes with `flock`.

The kernel releases a lock with its process. Every call opens the file, so threads exclude each
other too. On some network shares every lock succeeds, or none; so the first lock on each file
system is tried a second time.
"""

import errno
import fcntl
import math
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.errors import ConfigError

_PAUSE = 0.005
#: what `flock` reports where the file system has no locks
_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
#: device numbers of file systems whose locks were tried
_tried: set[int] = set()


class NoLocksError(ConfigError):
    """The file system has no locks, so several processes could write at the same time."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.parent} is on a file system without file locks, such as some network shares.",
            hint="Nothing was written. Set the path to a local disk or mount the share with locks.",
        )


class LockHeldError(Exception):
    """The lock was not free in time; `holder` is the text in its file.

    If it is held shared, the holder is the last that took it, and there may be others.
    """

    def __init__(self, path: Path, holder: str, *, shared: bool = False) -> None:
        super().__init__(f"{path} is locked by {holder or 'another process'}")
        self.holder = holder
        self.shared = shared


@contextmanager
def file_lock(
    path: Path,
    *,
    timeout_seconds: float = math.inf,
    holder: str = "",
    shared: bool = False,
    wait: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
    pause_seconds: float = _PAUSE,
) -> Iterator[float]:
    """Hold a lock on `path` for the block; yield the seconds left.

    Args:
        path: the lock file, created if needed and never deleted.
        timeout_seconds: 0 tries once.
        holder: written into the file, for others to report.
        shared: others may hold it shared at the same time, and none exclusively.
        wait: sleeps between attempts.
        monotonic: the clock of the timeout.
        pause_seconds: mean pause between attempts.

    Raises:
        LockHeldError: the lock was held for the whole timeout.
        NoLocksError: the file system has no locks.
        OSError: the file cannot be opened, or is a symbolic link.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _open(path)
    try:
        deadline = monotonic() + timeout_seconds
        while not _try_lock(path, descriptor, shared=shared):
            left = deadline - monotonic()
            if left <= 0:
                by_readers = not shared and _try_lock(path, descriptor, shared=True)
                raise LockHeldError(path, _read(descriptor), shared=by_readers)
            # The jitter keeps several waiting processes from asking in step.
            wait(min(left, pause_seconds * random.uniform(0.5, 1.5)))  # noqa: S311  not a secret
        _try_out(path, descriptor)
        if holder:
            _write(descriptor, holder)
        yield max(deadline - monotonic(), 0.0)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    """Open the file; another user's need only be readable (on NFS writable).

    A link is refused, because the holder's name would be written over the file behind it.
    """
    plain = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would wait for its other end
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | plain, 0o666)
    except PermissionError:
        return os.open(path, os.O_RDONLY | plain)


def _try_lock(path: Path, descriptor: int, *, shared: bool = False) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            raise NoLocksError(path) from error
        raise
    return True


def _try_out(path: Path, held: int) -> None:
    """Raise NoLocksError if a held lock can be taken again; once per file system and process."""
    device = os.fstat(held).st_dev
    if device in _tried:
        return
    second = _open(path)
    try:
        if os.path.samestat(os.fstat(held), os.fstat(second)) and _try_lock(path, second):
            raise NoLocksError(path)
    finally:
        os.close(second)
    _tried.add(device)


def _read(descriptor: int) -> str:
    return os.pread(descriptor, 1024, 0).decode("utf-8", "replace").strip()


def _write(descriptor: int, holder: str) -> None:
    with suppress(OSError):  # a full disk must not prevent the work
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode("utf-8", "replace"), 0)
