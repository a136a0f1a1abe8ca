"""Find what a restore or a lost file left beside the database."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from storage.engine.copying import discard, move_wal
from storage.engine.lease import lease
from storage.engine.manifest import is_replaced_by_restore, read_manifest
from storage.engine.paths import (
    kept_paths,
    manifest_path,
    new_kept_path,
    real_path,
    restoring_path,
    wal_paths,
)
from storage.errors import DatabaseGoneError

#: files that a message names
_NAMED = 3


def undo_interrupted_restore(database: Path) -> None:
    """Remove what a killed restore left beside a database that it did not replace.

    A second name of the file goes, because later writes would change that file too; a WAL that was
    moved there comes back. What cannot be removed stays. The caller has the lease.
    """
    with suppress(OSError):
        discard(restoring_path(database))
        if database.stat().st_nlink == 1:
            return
        for kept in kept_paths(database):
            if kept.samefile(database):
                move_wal(kept, database)
                manifest_path(kept).unlink(missing_ok=True)
                kept.unlink()


def is_interrupted(database: Path) -> bool:
    """Say whether a restore was killed, so that the next writer has something to undo."""
    return (
        restoring_path(database).exists()
        or is_replaced_by_restore(database)
        or (
            database.stat().st_nlink > 1
            and any(kept.samefile(database) for kept in kept_paths(database))
        )
    )


def forget_former(database: Path, now: datetime) -> None:
    """Give the manifest and the WAL of a missing database other names, so that one can be made."""
    kept = new_kept_path(database, now)
    with lease(database, timeout_seconds=0):
        discard(restoring_path(database))
        move_wal(database, kept)
        if manifest_path(database).exists():
            manifest_path(database).replace(manifest_path(kept))


def own_files(database: Path) -> tuple[Path, ...]:
    """Return the manifest and the WAL, if they exist: another database must not be put there."""
    own = (manifest_path(database), *wal_paths(database))
    return tuple(path for path in own if path.exists())


def traces(database: Path, directories: Iterable[Path]) -> tuple[Path, ...]:
    """Return what shows that there was a database: its files, and directories that it filled."""
    left = (*reversed(kept_paths(database)), restoring_path(database))
    filled = (path for path in directories if path.is_dir() and any(path.iterdir()))
    return (*own_files(database), *(path for path in left if path.exists()), *filled)


def check_not_gone(database: Path, found: Sequence[Path]) -> None:
    """Refuse a missing database if other files show that there was one.

    Args:
        database: the file, or a symbolic link to it.
        found: what shows it; see `own_files` and `traces`.

    Raises:
        DatabaseGoneError: the database is missing and `found` is not empty, or a link is broken.
    """
    if database.exists():
        return
    if database.is_symlink():
        raise DatabaseGoneError(
            f"The database {database} is a link to {real_path(database)}, which does not exist.",
            hint="Make that file available again, for example by mounting its disk, or restore a"
            " backup with `living-survey restore FILE`.",
        )
    if not found:
        return
    there = " and ".join(str(path) for path in found[:_NAMED])
    raise DatabaseGoneError(
        f"The database {database} is missing{_contents(database)}, but {there}"
        f" exist{'s' if len(found) == 1 else ''}.",
        hint=f"{_remedy(database)} `living-survey init --new-database` starts an empty one.",
    )


def _contents(database: Path) -> str:
    manifest = read_manifest(database)
    if manifest is None:
        return ""
    return f" (it held papers: {manifest.papers}, decision events: {manifest.decisions})"


def _remedy(database: Path) -> str:
    kept = kept_paths(database)
    if kept:
        return f"Run `living-survey restore {kept[-1]}`, or restore a backup instead of that file."
    return "Put the file back, or restore a backup with `living-survey restore FILE`."
