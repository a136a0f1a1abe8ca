"""Open DuckDB under a lease and explain the faults an operator can fix."""

import contextlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from storage.errors import StorageError, StoreBusyError, StoreDamagedError

_PAUSE = 0.1
#: the open database, within its DuckDB
_NAME = "survey"
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # because a misspelt function would make DuckDB download an extension
    "autoinstall_known_extensions": False,
    # because DuckDB 2 would write files that 1.5 cannot open
    "storage_compatibility_version": "v1.5.0",
    # The default is 80 % of the machine; larger sorts use the disk.
    "memory_limit": "600MB",
}
#: DuckDB's message for a truncated file
_CUT_SHORT = "Could not read enough bytes"
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


class Engine:
    """A DuckDB that opens one database file again and again.

    DuckDB is started once, because that costs five times as much as opening a small file.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        #: runs while the file is closed; None: not started, in use, or closed after an error
        self._idle: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def connected(self, *, timeout_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the database for the block.

        Raises:
            StoreBusyError: a program without a lease holds the file.
            StoreDamagedError: DuckDB refuses the file or its WAL.
            StorageError: permissions, or a full disk.
        """
        duck = self._idle or _started(self._database)
        self._idle = None
        try:
            # A cursor for each block, because temporary tables end with it.
            cursor = duck.cursor()
            _attach(cursor, self._database, timeout_seconds)
            with fixable_faults(self._database):
                yield cursor
                cursor.close()
                duck.execute(f"DETACH {_NAME}")
        except BaseException:
            # because a fatal error makes the whole instance unusable, and because closing it
            # leaves a refused database as it is
            duck.close()
            raise
        self._idle = duck

    def close(self) -> None:
        """End DuckDB; the next block starts it again."""
        if self._idle is not None:
            self._idle.close()
            self._idle = None


@contextmanager
def connected(database: Path, *, timeout_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database once, as `Engine.connected` does."""
    with (
        contextlib.closing(Engine(database)) as engine,
        engine.connected(timeout_seconds=timeout_seconds) as connection,
    ):
        yield connection


def accept(connection: duckdb.DuckDBPyConnection) -> None:
    """Enable the checkpoint on closing, once no commit is known to be lost."""
    connection.execute("PRAGMA enable_checkpoint_on_shutdown")


def _started(database: Path) -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect(":memory:", config=_CONFIG)
    duck.execute(f"SET GLOBAL temp_directory = {_quoted(f'{database}.tmp')}")
    duck.execute("SET GLOBAL TimeZone = 'UTC'")
    # because DuckDB draws a progress bar on stdout under `python -c`
    duck.execute("SET enable_progress_bar = false")
    return duck


def _attach(cursor: duckdb.DuckDBPyConnection, database: Path, timeout_seconds: float) -> None:
    """Open the file, under a name that no statement needs to spell."""
    # A refused database must stay unchanged: a checkpoint on closing would destroy a WAL that
    # can still be restored. `accept` enables it again.
    cursor.execute("PRAGMA disable_checkpoint_on_shutdown")
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            cursor.execute(f"ATTACH {_quoted(str(database))} AS {_NAME}")
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise _refused(database, error) from error
            if time.monotonic() >= deadline:
                raise _held(database, error) from error
            time.sleep(_PAUSE)
        except duckdb.Error as error:
            # A damaged WAL is a plain Error in DuckDB 2, an IOException in 1.5.
            raise _refused(database, error) from error
        else:
            cursor.execute(f"USE {_NAME}")
            return


def _quoted(text: str) -> str:
    """Return an SQL string, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def fixable_faults(database: Path) -> Iterator[None]:
    """Turn faults of disk and memory into errors with a remedy."""
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException) as error:
        if _CUT_SHORT in str(error):
            raise _damaged(database, error) from error
        raise StorageError(
            f"{database} could not be read or written: {_first_line(error)}",
            hint="Check for a full disk or a missing permission, then run the command again.",
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
        hint="Close it there, because only one program at a time can open it, then try again.",
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
        f"{database} is damaged and DuckDB refuses it: {_first_line(error)}",
        hint="Move the file and its .wal away and restore a backup with `living-survey restore`.",
    )


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].strip()
