"""Open DuckDB under a lease, without access to other files."""

import contextlib
import logging
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from storage.engine.faults import cannot_be_written, fixable_faults, held, refused
from storage.engine.paths import wal_paths
from storage.engine.session import NAME
from storage.errors import StorageError

_log = logging.getLogger(__name__)
_PAUSE = 0.1
#: files that have committed data beside them, because the disk took no checkpoint
_told: set[Path] = set()
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # because a misspelt function would make DuckDB download an extension
    "autoinstall_known_extensions": False,
    # because a view of a foreign database could read the variables of this program
    "python_enable_replacements": False,
    # because DuckDB 2 would write files that 1.5 cannot open
    "storage_compatibility_version": "v1.5.0",
    # The default is 80 % of the machine; larger sorts use the disk.
    "memory_limit": "600MB",
    # Sharing a statement costs more than it gains: classifying 200,000 papers took 29 CPU seconds
    # with two threads and 22 with one, and no longer.
    "threads": 1,
}


class Engine:
    """A DuckDB that opens one database file again and again, and no other file.

    DuckDB is started once, because that costs five times as much as opening a small file.
    """

    def __init__(
        self,
        database: Path,
        *,
        read_only: bool = False,
        name: Path | None = None,
    ) -> None:
        """Prepare to open a file.

        Args:
            database: the file.
            read_only: leave the file and its WAL as they are, and create no file.
            name: the file that errors name, if this is a copy of it.
        """
        self._database = Path(os.path.abspath(database))  # noqa: PTH100  links stay as they are
        self._read_only = read_only
        self._name = name or database
        #: run while the file is closed; as many as threads read at the same time
        self._idle: list[duckdb.DuckDBPyConnection] = []

    @contextmanager
    def connected(self, *, timeout_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the database for the block.

        Raises:
            StoreBusyError: a program without a lease holds the file.
            StoreDamagedError: DuckDB refuses the file or its WAL.
            ForeignDatabaseError: the file is not a database, or a view reads other files.
            StoreNotWritableError: a full or read-only disk.
            StorageError: permissions.
        """
        try:
            duck = self._idle.pop()
        except IndexError:
            duck = _started(self._database)
        try:
            # A cursor for each block, because temporary tables end with it.
            cursor = duck.cursor()
            self._attach(cursor, timeout_seconds)
            with fixable_faults(self._name):
                yield cursor
                cursor.close()
                is_whole = _detached(duck, self._name)
        except BaseException:
            # because a fatal error makes the whole instance unusable, and because closing it
            # leaves a refused database as it is
            duck.close()
            raise
        if is_whole:
            self._idle.append(duck)
        else:
            duck.close()

    def close(self) -> None:
        """End DuckDB; the next block starts it again."""
        while self._idle:
            self._idle.pop().close()

    def _attach(self, cursor: duckdb.DuckDBPyConnection, timeout_seconds: float) -> None:
        """Open the file, under a name that no statement needs to spell."""
        if not self._read_only:
            # A refused database must stay unchanged: a checkpoint on closing would destroy a WAL
            # that can still be restored. `accept` enables it again.
            leave_wal(cursor)
        for wal in wal_paths(self._database):
            _check_plain(wal)
        options = " (READ_ONLY)" if self._read_only else ""
        deadline = time.monotonic() + timeout_seconds
        while True:
            try:
                cursor.execute(f"ATTACH {_quoted(self._database)} AS {NAME}{options}")
            except duckdb.IOException as error:
                if "Could not set lock" not in str(error):
                    raise refused(self._name, error) from error
                if time.monotonic() >= deadline:
                    raise held(self._name, error) from error
                time.sleep(_PAUSE)
            except duckdb.Error as error:
                # A damaged WAL is a plain Error in DuckDB 2, an IOException in 1.5.
                raise refused(self._name, error) from error
            else:
                cursor.execute(f"USE {NAME}")
                return


@contextmanager
def connected(
    database: Path, *, timeout_seconds: float, read_only: bool = False, name: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database once, as `Engine.connected` does."""
    with (
        contextlib.closing(Engine(database, read_only=read_only, name=name)) as engine,
        engine.connected(timeout_seconds=timeout_seconds) as connection,
    ):
        yield connection


def _detached(duck: duckdb.DuckDBPyConnection, name: Path) -> bool:
    """Close the file; return False if only the checkpoint failed, on a disk that takes no more.

    What was committed is in the WAL then, and the next opening reads it there. The warning is given
    once, until a checkpoint succeeded.
    """
    try:
        duck.execute(f"DETACH {NAME}")
    except duckdb.IOException as error:
        cause = cannot_be_written(error)
        if cause is None or "CHECKPOINT during DETACH failed" not in str(error):
            raise
        level = logging.DEBUG if name in _told else logging.WARNING
        _told.add(name)
        _log.log(
            level,
            "Everything was recorded, but only beside %s, in its WAL: %s. Free space or make the"
            " disk writable; the next command moves it into the database.",
            name,
            cause,
        )
        return False
    _told.discard(name)
    return True


def _check_plain(path: Path) -> None:
    """Refuse a pipe, which DuckDB would wait for, and a link, whose target it would overwrite."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise StorageError(
            f"{path} is not a file, so it cannot hold writes of the database.",
            hint="Nothing was read or written. Move it away, then run the command again.",
        )


def accept(connection: duckdb.DuckDBPyConnection) -> None:
    """Enable the checkpoint on closing, once no commit is known to be lost."""
    connection.execute("PRAGMA enable_checkpoint_on_shutdown")


def leave_wal(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave committed data in the WAL on closing; the next opening reads it there."""
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")


def _started(database: Path) -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect(":memory:", config=_CONFIG)
    duck.execute(f"SET GLOBAL temp_directory = {_quoted(f'{database}.tmp')}")
    duck.execute("SET GLOBAL TimeZone = 'UTC'")
    # because DuckDB draws a progress bar on stdout under `python -c`
    duck.execute("SET enable_progress_bar = false")
    # A view of a foreign database could read any file of this user.
    allowed = ", ".join(map(_quoted, (database, *wal_paths(database))))
    duck.execute(f"SET GLOBAL allowed_paths = [{allowed}]")
    duck.execute("SET GLOBAL enable_external_access = false")
    duck.execute("SET GLOBAL lock_configuration = true")
    return duck


def _quoted(text: object) -> str:
    """Return an SQL string, for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"
