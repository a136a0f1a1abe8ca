"""Back up the database into one file.

A checkpoint precedes the copy, so that the file is complete without its WAL. The copy is read
completely before it gets its name.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from config.files import replacing
from storage.engine.connection import connected
from storage.engine.copying import copy_database, explained, forget_cached
from storage.engine.examine import read_everything
from storage.engine.faults import damaged
from storage.engine.interrupted import check_not_gone, traces
from storage.engine.lease import lease, only_backup
from storage.engine.manifest import Manifest, check_manifest, take_manifest
from storage.engine.paths import backup_part_path, is_own, real_path, wal_paths
from storage.engine.session import Session
from storage.errors import StorageError, StoreDamagedError


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Contents of a backup."""

    path: Path
    papers: int
    decisions: int
    predictions: int


def back_up(database: Path, target: Path, *, busy_timeout_seconds: float) -> BackupReport:
    """Copy the database to a new file and read the copy completely.

    Raises:
        StorageError: the database does not exist, or the target exists or cannot be written.
        StoreDamagedError: the database or the copy has a damaged block, or lost rows.
        StoreBusyError: the database was held, or another backup made, for all of the timeout.
    """
    database = real_path(database)
    check_not_gone(database, traces(database, ()))
    if not database.is_file():
        raise StorageError(
            f"There is no database {database}.", hint="Create it with `living-survey init`."
        )
    if is_own(target, database):
        raise StorageError(
            f"{target} is the name of a file of the database itself.", hint="Name another file."
        )
    if target.exists() or target.is_symlink():
        raise StorageError(f"{target} exists already.", hint="Name another file.")
    # One at a time, so that the part of a killed backup is replaced and no other.
    with (
        only_backup(database, timeout_seconds=busy_timeout_seconds),
        explained(database, target),
        replacing(target, part=backup_part_path(database, target)) as part,
    ):
        with lease(database, timeout_seconds=busy_timeout_seconds) as left:
            with connected(database, timeout_seconds=left) as connection:
                session = Session(connection)
                contents = take_manifest(session)
                check_manifest(database, contents)
                session.checkpoint()
            copy_database(database, part)
            for wal in wal_paths(part):  # it has no rows, and the backup's name would lose it
                wal.unlink(missing_ok=True)
        _check_copy(part, contents, database, busy_timeout_seconds)
    return BackupReport(target, contents.papers, contents.decisions, contents.predictions)


def _check_copy(part: Path, contents: Manifest, database: Path, timeout_seconds: float) -> None:
    try:
        forget_cached(part)
        copied = _read(part, name=database, timeout_seconds=timeout_seconds)
    except StoreDamagedError:
        # Either the database is damaged, or the disk of the copy is.
        with lease(database, timeout_seconds=timeout_seconds) as left:
            _read(database, name=database, timeout_seconds=left)
        raise StoreDamagedError(
            f"The copy of {database} cannot be read back, although the database is intact.",
            hint="No backup was written. Check the disk of the backup, or name another place.",
        ) from None
    if copied != contents:
        raise StoreDamagedError(
            f"The copy of {database} does not hold what the database holds.",
            hint="No backup was written. Let no other program open the database meanwhile.",
        )


def _read(path: Path, *, name: Path, timeout_seconds: float) -> Manifest:
    """Read a file completely without changing it; return what it holds."""
    with connected(path, timeout_seconds=timeout_seconds, read_only=True, name=name) as connection:
        session = Session(connection)
        try:
            read_everything(session)
            return take_manifest(session)
        except (duckdb.InternalException, duckdb.SerializationException) as error:
            raise damaged(name, error) from error


def decisions_in(backup: Path) -> int:
    """Return the number of decision events of a backup, without changing it.

    Raises:
        StorageError: it cannot be opened or is no survey's database.
        StoreBusyError: another program has it open.
    """
    with connected(backup, timeout_seconds=0, read_only=True) as connection:
        contents = take_manifest(Session(connection))
    if contents == Manifest():
        raise StorageError(f"{backup} is not a survey database.")
    return contents.decisions


def holds_the_same(database: Path, backup: Path, *, busy_timeout_seconds: float) -> bool:
    """Return whether a backup can be read completely and was made after the last commit.

    Raises:
        StoreBusyError: the database was held for all of the timeout.
        StorageError: the database cannot be read.
    """
    with (
        lease(database, timeout_seconds=busy_timeout_seconds) as left,
        connected(database, timeout_seconds=left) as connection,
    ):
        contents = take_manifest(Session(connection))
    if contents == Manifest():  # it counts nothing yet, so nothing tells two contents apart
        return False
    try:
        return contents == _read(backup, name=backup, timeout_seconds=0)
    except StorageError:
        return False


def is_whole(backup: Path) -> bool:
    """Return whether every block of a backup can be read now."""
    try:
        _read(backup, name=backup, timeout_seconds=0)
    except StorageError:
        return False
    return True
