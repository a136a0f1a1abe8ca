"""Keep a database as it is before its schema is upgraded, because migrations go forward only."""

import glob
from datetime import UTC, datetime
from pathlib import Path

from storage.backup import back_up, holds_the_same


def back_up_before(database: Path, version: int, busy_timeout_seconds: float) -> Path:
    """Back up a database of this schema version into backups/ beside it; return the backup.

    Its name is no dated backup's, so that rotation leaves it. If an upgrade failed before, its
    backup is returned where it holds the same: every call of a program that cannot upgrade would
    fill the disk with one more.

    Raises:
        StorageError: the backup cannot be written; the database must not be upgraded then.
        StoreDamagedError: the database cannot be read completely.
        StoreBusyError: the database was held for all of the timeout.
    """
    directory = database.parent / "backups"
    earlier = sorted(directory.glob(f"{glob.escape(database.stem)}-schema-{version}-*.duckdb"))
    if earlier and holds_the_same(database, earlier[-1], busy_timeout_seconds=busy_timeout_seconds):
        return earlier[-1]
    # The machine's clock, because opening a store takes no other.
    now = datetime.now(UTC)
    name = f"{database.stem}-schema-{version}-{now:%Y%m%dT%H%M%S%f}.duckdb"
    target = directory / name
    back_up(database, target, busy_timeout_seconds=busy_timeout_seconds)
    return target
