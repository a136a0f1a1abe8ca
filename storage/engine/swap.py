"""Replace a database by a checked copy, so that a kill at any moment leaves one of the two whole.

1. The WAL of the old file is moved into it, if DuckDB accepts the file.
2. The old file gets a second name, with a copy of its manifest.
3. The manifest describes both files.
4. A WAL that DuckDB refused moves beside the second name.
5. One rename replaces the old file.
6. The manifest describes the new file only. After a kill, the next opening does this.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb

from config.files import sync
from storage.engine.connection import connected
from storage.engine.copying import explained, keep, move_wal, unused
from storage.engine.manifest import (
    UNREACHED,
    Manifest,
    check_manifest,
    note_manifest,
    read_manifest,
    take_manifest,
    write_manifest,
)
from storage.engine.paths import new_kept_path, wal_paths
from storage.engine.session import Session
from storage.errors import StorageError, StoreBusyError


def swap(
    fresh: Path, database: Path, contents: Manifest, *, now: datetime, timeout_seconds: float
) -> Path | None:
    """Put `fresh` in the place of the database; return where the old file is kept, if any.

    Args:
        fresh: a checked copy beside the database, without WAL.
        database: the database, or where it belongs.
        contents: what `fresh` holds.
        now: names the kept file.
        timeout_seconds: the longest wait for a program that has the database open.

    Raises:
        StoreBusyError: another program has the database open.
        StorageError: a file cannot be written.
    """
    assert not any(path.exists() for path in wal_paths(fresh))
    if database.exists():
        _move_wal_into_file(database, timeout_seconds)
    with explained(fresh, database), unused(database) as descriptor:
        kept = new_kept_path(database, now)
        old = read_manifest(database)
        has_wal = any(path.exists() for path in wal_paths(database))
        if descriptor is not None:
            keep(descriptor, database, kept)
            _take_over_owner(descriptor, fresh)
        if old is not None and (descriptor is not None or has_wal):
            write_manifest(kept, old)
        write_manifest(database, old or (UNREACHED if has_wal else Manifest()), restored=contents)
        sync(fresh)
        sync(database.parent)
        move_wal(database, kept)
        fresh.replace(database)
        sync(database.parent)
    note_manifest(database, contents)
    return kept if descriptor is not None else None


def _move_wal_into_file(database: Path, timeout_seconds: float) -> None:
    """Checkpoint the database; what DuckDB refuses, or lost rows, stays as it is."""
    try:
        with connected(database, timeout_seconds=timeout_seconds) as connection:
            session = Session(connection)
            check_manifest(database, take_manifest(session))
            session.checkpoint()
    except StoreBusyError:
        raise
    except (StorageError, duckdb.Error):
        return


def _take_over_owner(descriptor: int, fresh: Path) -> None:
    """Let those use the restored file who used the old one."""
    old = os.fstat(descriptor)
    fresh.chmod(old.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(fresh, old.st_uid, old.st_gid)
