"""Copies of the closed database: a backup is one ordinary DuckDB file. Deletes nothing.

Taken under the lease and checkpointed first, so that the file is whole without its WAL; a copy is
written aside, synced, and renamed.
"""

import itertools
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.engine.connection import connected
from storage.engine.lease import lease
from storage.engine.manifest import Manifest, compare, manifest_path, read_manifest, take_manifest
from storage.engine.session import Session
from storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What lies in a backup or was restored from one."""

    path: Path
    papers: int
    decisions: int
    predictions: int
    #: restore: where the database that was replaced lies now
    kept: Path | None = None


def back_up(database: Path, target: Path, *, busy_timeout_seconds: float) -> BackupReport:
    """Copy the database to `target`, which must not exist.

    Raises:
        StorageError: there is no database, the target exists or cannot be written.
        StoreDamagedError: the database lost rows; a backup of it would hide that.
        StoreBusyError: another process held it for too long.
    """
    _must_exist(database, "Create it with `living-survey init`.")
    if target.exists():
        raise StorageError(f"{target} exists already.", hint="Name another file.")
    with lease(database, timeout_seconds=busy_timeout_seconds) as left:
        with connected(database, timeout_seconds=left) as connection:
            session = Session(connection)
            held = take_manifest(session)
            compare(database, held, read_manifest(database))
            session.checkpoint()
        _copy(database, target)
    return _report(target, held)


def restore(
    backup: Path, database: Path, *, now: datetime, busy_timeout_seconds: float
) -> BackupReport:
    """Put a backup in the database's place; what stood there is kept beside it, renamed.

    Raises:
        StorageError: the backup is no database of ours, or a file cannot be written.
        StoreBusyError: another process held the database for too long.
    """
    _must_exist(backup, "Name the file that `living-survey backup` wrote.")
    with lease(database, timeout_seconds=busy_timeout_seconds):
        # A copy is opened, never the backup itself: opening creates files beside it.
        fresh = database.with_name(database.name + ".restoring")
        _copy(backup, fresh)
        try:
            with connected(fresh, timeout_seconds=busy_timeout_seconds) as connection:
                held = take_manifest(Session(connection))
            if held == Manifest():
                raise StorageError(
                    f"{backup} holds no survey.", hint="Name a file `living-survey backup` wrote."
                )
            kept = _set_aside(database, now)
            fresh.replace(database)
        finally:
            fresh.unlink(missing_ok=True)
    return _report(database, held, kept)


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Rename the database and what belongs to it; return its new name, None if there was none."""
    # The old manifest would refuse the older file that takes its place.
    manifest_path(database).unlink(missing_ok=True)
    if not database.exists():
        return None
    kept = _free_name(database, now)
    if _wal(database).exists():
        _wal(database).replace(_wal(kept))
    database.replace(kept)
    return kept


def _free_name(database: Path, now: datetime) -> Path:
    """Return a name nothing lies under: two restores may fall into one second."""
    name = f"{database.name}.replaced-{now:%Y%m%dT%H%M%SZ}"
    names = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
    candidates = (database.with_name(each) for each in names)
    return next(path for path in candidates if not path.exists() and not _wal(path).exists())


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _must_exist(path: Path, hint: str) -> None:
    if not path.is_file():
        raise StorageError(f"There is no database {path}.", hint=hint)


def _copy(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            f"{source} cannot be copied to {target}: {error.strerror}.",
            hint="Look for a full disk or a missing permission.",
        ) from error


def _report(path: Path, held: Manifest, kept: Path | None = None) -> BackupReport:
    return BackupReport(path, held.papers, held.decisions, held.predictions, kept)
