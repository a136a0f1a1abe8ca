"""Copy database files under DuckDB's own lock, a POSIX lock on the whole file.

The system drops a process's POSIX locks on a file when any descriptor of it is closed, so bytes are
copied through the descriptor that holds the lock.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.files import open_regular, replacing
from storage.engine.connection import connected
from storage.engine.faults import held
from storage.engine.paths import wal_paths
from storage.errors import StorageError, StoreBusyError, StoreNotWritableError

_CHUNK = 1 << 20


def copy_database(source: Path, target: Path) -> None:
    """Copy a database file, with its WAL if it has one, and make both durable.

    Raises:
        StoreBusyError: another program has the source open.
        OSError: a file cannot be read or written.
    """
    with open_regular(source) as reading:
        _lock(source, reading.fileno(), fcntl.LOCK_SH)
        _copy(reading.fileno(), target)
        for wal, copied in zip(wal_paths(source), wal_paths(target), strict=True):
            if wal.exists():
                with open_regular(wal) as file:
                    _copy(file.fileno(), copied)


@contextmanager
def unused(database: Path) -> Iterator[int | None]:
    """Keep other programs from opening the file for the block; yield a descriptor, if it exists.

    Raises:
        StoreBusyError: another program has it open.
        OSError: it cannot be opened for writing.
    """
    if not database.exists():
        yield None
        return
    descriptor = os.open(database, os.O_RDWR | os.O_CLOEXEC)
    try:
        _lock(database, descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def keep(descriptor: int, database: Path, kept: Path) -> None:
    """Give the file a second name; copy it where the file system has no hard links."""
    try:
        os.link(database, kept)
    except FileExistsError:
        raise
    except OSError:
        with replacing(kept, part=kept.with_name(f".{kept.name}.part")) as part:
            _copy(descriptor, part)


def move_wal(database: Path, other: Path) -> None:
    """Move the WAL, if there is one, beside the file's other name."""
    for path, moved in zip(wal_paths(database), wal_paths(other), strict=True):
        if path.exists() and not moved.exists():
            path.replace(moved)


def discard(copy: Path) -> None:
    """Delete a copy with its WAL."""
    for path in wal_paths(copy):
        path.unlink(missing_ok=True)
    copy.unlink(missing_ok=True)


def forget_cached(path: Path) -> None:
    """Let the next read come from the disk, where the system can be asked for that."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def explained(source: Path, target: Path) -> Iterator[None]:
    """Turn faults of the file system into one sentence."""
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise StoreNotWritableError(
            f"{source} cannot be copied to {target}: {error.strerror}{where}.",
            hint="Check for a full disk or a missing permission.",
        ) from error


def _lock(path: Path, descriptor: int, kind: int) -> None:
    try:
        fcntl.lockf(descriptor, kind | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        raise _holder(path) from None
    except OSError as error:
        if kind == fcntl.LOCK_EX:
            raise StorageError(
                f"{path} cannot be locked: {error.strerror}.",
                hint="Move the database to a file system with locks, such as a local disk.",
            ) from error
        # A backup may be on a share without locks: it is only read.


def _holder(path: Path) -> StoreBusyError:
    """Ask DuckDB which program has the file open."""
    try:
        with connected(path, timeout_seconds=0, read_only=True):
            pass
    except StoreBusyError as error:
        return error
    except StorageError:
        pass
    return held(path)


def _copy(descriptor: int, target: Path) -> None:
    with (
        open(descriptor, "rb", closefd=False) as reading,
        target.open("wb") as writing,
    ):
        reading.seek(0)
        shutil.copyfileobj(reading, writing, _CHUNK)
        writing.flush()
        os.fsync(writing.fileno())
