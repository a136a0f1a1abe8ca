"""Tell without opening the database whether something was committed since."""

import os
from dataclasses import dataclass
from pathlib import Path

from storage.engine.paths import manifest_path, real_path, wal_path


@dataclass(frozen=True, slots=True)
class Stamp:
    """What differs after each commit, and after the file was replaced."""

    #: the file itself: device and number
    file: tuple[int, int] | None
    #: size and time of the database, its WAL and its manifest
    contents: tuple[tuple[int, int, int] | None, ...]


def database_stamp(database: Path) -> Stamp:
    """Return the present stamp of a database; it takes some microseconds."""
    path = real_path(database)
    found = tuple(_stat(one) for one in (path, wal_path(path), manifest_path(path)))
    first = found[0]
    return Stamp(
        None if first is None else (first.st_dev, first.st_ino),
        tuple(one and (one.st_ino, one.st_size, one.st_mtime_ns) for one in found),
    )


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
