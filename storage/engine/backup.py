"""Back up and restore the database.

A checkpoint precedes the copy, so that the file is complete without its WAL.
"""

import itertools
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.files import replacing
from storage.engine.connection import connected
from storage.engine.lease import lease
from storage.engine.manifest import Manifest, compare, manifest_path, read_manifest, take_manifest
from storage.engine.session import Session
from storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Contents of a backup."""

    path: Path
    papers: int
    decisions: int
    predictions: int
    #: restore: new path of the replaced database
    kept: Path | None = None


def back_up(database: Path, target: Path, *, busy_timeout_seconds: float) -> BackupReport:
    """Copy the database to a new file.

    Raises:
        StorageError: the database does not exist, or the target exists or cannot be written.
        StoreDamagedError: the database lost rows.
        StoreBusyError: the lease timed out.
    """
    _must_exist(database, "Create it with `living-survey init`.")
    if target.exists():
        raise StorageError(f"{target} exists already.", hint="Name another file.")
    with lease(database, timeout_seconds=busy_timeout_seconds) as left:
        with connected(database, timeout_seconds=left) as connection:
            session = Session(connection)
            contents = take_manifest(session)
            compare(database, contents, read_manifest(database))
            session.checkpoint()
        _copy(database, target)
    return _report(target, contents)


def restore(
    backup: Path, database: Path, *, now: datetime, busy_timeout_seconds: float
) -> BackupReport:
    """Replace the database with a backup and keep the old file under a new name.

    Raises:
        StorageError: the backup is not a survey database, or a file cannot be written.
        StoreBusyError: the lease timed out.
    """
    _must_exist(backup, "Name the file that `living-survey backup` wrote.")
    with lease(database, timeout_seconds=busy_timeout_seconds):
        # Checks a copy, because opening creates files beside the database.
        fresh = database.with_name(database.name + ".restoring")
        _copy(backup, fresh)
        try:
            with connected(fresh, timeout_seconds=busy_timeout_seconds) as connection:
                contents = take_manifest(Session(connection))
            if contents == Manifest():
                raise StorageError(
                    f"{backup} is not a survey database.",
                    hint="Name a file that `living-survey backup` wrote.",
                )
            kept = _set_aside(database, now)
            fresh.replace(database)
        finally:
            fresh.unlink(missing_ok=True)
    return _report(database, contents, kept)


def _set_aside(database: Path, now: datetime) -> Path | None:
    # The old manifest would refuse the older file.
    manifest_path(database).unlink(missing_ok=True)
    if not database.exists():
        return None
    kept = _free_name(database, now)
    if _wal(database).exists():
        _wal(database).replace(_wal(kept))
    database.replace(kept)
    return kept


def _free_name(database: Path, now: datetime) -> Path:
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
    try:
        with replacing(target) as part:
            shutil.copyfile(source, part)
    except OSError as error:
        raise StorageError(
            f"{source} cannot be copied to {target}: {error.strerror}.",
            hint="Check for a full disk or a missing permission.",
        ) from error


def _report(path: Path, contents: Manifest, kept: Path | None = None) -> BackupReport:
    return BackupReport(path, contents.papers, contents.decisions, contents.predictions, kept)
