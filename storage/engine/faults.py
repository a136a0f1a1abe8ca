"""Explain the faults of DuckDB that an operator can fix."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from storage.errors import (
    ForeignDatabaseError,
    StorageError,
    StoreBusyError,
    StoreDamagedError,
    StoreNotWritableError,
)

#: DuckDB's words for a truncated file and for a block whose checksum is wrong
_DAMAGED = ("Could not read enough bytes", "Corrupt database file", "checksum")
#: the system's words for a disk that takes no more
_NOT_WRITABLE = re.compile(
    "No space left on device|Disk quota exceeded|File too large|Read-only file system"
)
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


@contextmanager
def fixable_faults(database: Path) -> Iterator[None]:
    """Turn faults of disk, memory and foreign views into errors with a remedy."""
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException) as error:
        raise _fault(database, error) from error
    except duckdb.TransactionException as error:
        if "Failed to commit" not in str(error):  # a mistake in this program
            raise
        raise _fault(database, error) from error
    except duckdb.OutOfMemoryException as error:
        raise StorageError(
            f"{database}: {_first_line(error)}", hint="Free memory, then run the command again."
        ) from error
    except duckdb.PermissionException as error:
        raise ForeignDatabaseError(
            f"{database} has a view that reads other files: {_first_line(error)}",
            hint="Nothing was read. No view of this program does so: restore a backup that you"
            " trust with `living-survey restore`.",
        ) from error


def cannot_be_written(error: duckdb.Error) -> str | None:
    """Return why the disk takes no more, in the system's words; None: it is another fault."""
    match = _NOT_WRITABLE.search(str(error))
    return match[0] if match else None


def refused(database: Path, error: duckdb.Error) -> StorageError:
    """Return why DuckDB does not open the file."""
    text = str(error)
    if cause := cannot_be_written(error):
        return _not_writable(database, cause)
    if "Permission denied" in text or "Cannot open file" in text:
        return StorageError(
            f"{database} cannot be opened: {_first_line(error)}",
            hint="Let this user read and write it, or set another [database] path.",
        )
    if "version number" in text:
        return StorageError(
            f"{database} was written by another version of DuckDB: {_first_line(error)}",
            hint="Install the DuckDB of requirements.lock, or restore a backup.",
        )
    if "not a valid DuckDB database file" in text:
        return ForeignDatabaseError(
            f"{database} is not a database.",
            hint="Set [database] path to the database, or move this file away and restore a backup"
            " with `living-survey restore`.",
        )
    return damaged(database, error)


def held(database: Path, error: Exception | None = None) -> StoreBusyError:
    """Return which program has the file open, from DuckDB's message."""
    match = _HOLDER.search(str(error))
    holder = f"process {match['pid']} ({match['program']})" if match else "another program"
    return StoreBusyError(
        f"{database} is open in {holder}.",
        hint="Close it there, because only one program at a time can open it, then try again.",
    )


def damaged(database: Path, error: duckdb.Error) -> StoreDamagedError:
    """Return that the bytes of the file are wrong."""
    return StoreDamagedError(
        f"{database} is damaged and DuckDB refuses it: {_first_line(error)}",
        hint="Restore a backup with `living-survey restore`; the damaged file is kept.",
    )


def _fault(database: Path, error: duckdb.Error) -> StorageError:
    text = str(error)
    if cause := cannot_be_written(error):
        return _not_writable(database, cause)
    if any(words in text for words in _DAMAGED):
        return damaged(database, error)
    return StorageError(
        f"{database} could not be read or written: {_first_line(error)}",
        hint="Check for a full disk or a missing permission, then run the command again.",
    )


def _not_writable(database: Path, cause: str) -> StoreNotWritableError:
    return StoreNotWritableError(
        f"Nothing was recorded: {database} cannot be written: {cause}.",
        hint="Free space or make the disk writable, then do it again.",
    )


def _first_line(error: duckdb.Error) -> str:
    return f"{str(error).splitlines()[0].strip().rstrip('.')}."
