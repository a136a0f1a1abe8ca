"""Opens DuckDB with the settings of the house and tells mendable faults from bugs. No SQL of ours.

Only to be used under a lease (`storage/engine/lease.py`).
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from storage.errors import StorageError, StoreBusyError, StoreDamagedError

_PAUSE = 0.1
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # A misspelt function must not make DuckDB fetch an extension from the network.
    "autoinstall_known_extensions": False,
    # DuckDB 2 would otherwise write files that the locked 1.5 cannot open any more.
    "storage_compatibility_version": "v1.5.0",
    # DuckDB would take 80 % of the machine: with 3 million papers, checkpoints grew the process to
    # 1.6 GB. With this they take as long and it stays near 1 GB. Larger sorts go to disk.
    "memory_limit": "600MB",
}
#: what DuckDB says of a file that ends before its blocks do
_CUT_SHORT = "Could not read enough bytes"
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


@contextmanager
def connected(database: Path, *, timeout_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the file, yield the connection, close it whatever happens.

    Raises:
        StoreBusyError: a program that takes no lease (DuckDB's shell, a notebook) holds the file.
        StoreDamagedError: DuckDB refuses the file or its WAL.
        StorageError: anything else the operator can mend: permissions, a full disk.
    """
    connection = _connect(database, timeout_seconds)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        # DuckDB takes `python -c` for a person at a prompt, and after two seconds of one statement
        # draws a bar on stdout, which belongs to our answers alone.
        connection.execute("SET enable_progress_bar = false")
        # A database that is refused must be left as it was found: closing would checkpoint a
        # half-replayed WAL and destroy what a restored WAL could still save. Undone by `accept`.
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        with mendable(database):
            yield connection
    finally:
        connection.close()


def accept(connection: duckdb.DuckDBPyConnection) -> None:
    """Let closing checkpoint again, once the database is known to have lost nothing."""
    connection.execute("PRAGMA enable_checkpoint_on_shutdown")


def _connect(database: Path, timeout_seconds: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            return duckdb.connect(str(database), config=_CONFIG)
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise _refused(database, error) from error
            if time.monotonic() >= deadline:
                raise _held(database, error) from error
            time.sleep(_PAUSE)
        except duckdb.Error as error:
            # DuckDB 2 reports a damaged WAL as a plain Error, 1.5 as an IOException.
            raise _refused(database, error) from error


@contextmanager
def mendable(database: Path) -> Iterator[None]:
    """Turn the faults of disk and memory into errors with a remedy; let bugs fly."""
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException) as error:
        if _CUT_SHORT in str(error):
            raise _damaged(database, error) from error
        raise StorageError(
            f"{database} could not be read or written: {_first_line(error)}",
            hint="Look for a full disk or a missing permission, then run the command again.",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise StorageError(
            f"{database}: {_first_line(error)}", hint="Free memory, then run the command again."
        ) from error


def _held(database: Path, error: duckdb.Error) -> StoreBusyError:
    match = _HOLDER.search(str(error))
    holder = f"process {match['pid']} ({match['program']})" if match else "another program"
    return StoreBusyError(
        f"{database} is open in {holder}.",
        hint="Close it there (DuckDB lets one program at a time open a file), then try again.",
    )


def _refused(database: Path, error: duckdb.Error) -> StorageError:
    text = str(error)
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
    return _damaged(database, error)


def _damaged(database: Path, error: duckdb.Error) -> StoreDamagedError:
    return StoreDamagedError(
        f"{database} is damaged, DuckDB refuses it: {_first_line(error)}",
        hint='Keep the file and its .wal aside and restore a backup ("living-survey restore").',
    )


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].strip()
