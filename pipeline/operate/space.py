"""Measure what a survey takes on disk, and find its newest backup."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.schema import Settings
from pipeline.operate.backups import backups_of
from storage.rotation import Dated


@dataclass(frozen=True, slots=True)
class Backups:
    """The dated backups; `backup` gives a file such a name once it was read whole."""

    count: int
    size: int
    #: None: there is none
    newest: Path | None
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpaceUse:
    """Bytes on disk."""

    #: the file with its write-ahead log
    database: int
    #: raw responses of arXiv
    archive: int
    models: int
    backups: Backups
    #: the directory whose disk is meant
    place: Path
    free: int
    whole: int


def space_use(settings: Settings) -> SpaceUse:
    """Return what a survey takes on disk and what is free beside its database."""
    database = settings.database.path
    place = next(path for path in (database.parent, *database.parents) if path.exists())
    disk = shutil.disk_usage(place)
    return SpaceUse(
        database=size_of(database) + size_of(database.with_name(database.name + ".wal")),
        archive=size_of(settings.arxiv.archive),
        models=size_of(settings.classifier.models),
        backups=_backups(backups_of(settings)),
        place=place,
        free=disk.free,
        whole=disk.total,
    )


def _backups(dated: Sequence[Dated]) -> Backups:
    newest = dated[-1] if dated else None
    return Backups(
        count=len(dated),
        size=sum(size_of(one.path) for one in dated),
        newest=newest.path if newest else None,
        newest_at=newest.at if newest else None,
    )


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a directory; 0 if it does not exist.

    A file that goes meanwhile, or that cannot be looked at, counts as nothing.
    """
    try:
        if not path.is_dir():
            return path.lstat().st_size
        with os.scandir(path) as entries:
            return sum(
                size_of(Path(entry.path))
                if entry.is_dir(follow_symlinks=False)
                else entry.stat(follow_symlinks=False).st_size
                for entry in entries
            )
    except OSError:
        return 0


def bytes_text(size: float) -> str:
    """Return a number of bytes for people: 812 B, 4.6 MB, 120 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 99.5 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def age_text(hours: float) -> str:
    """Return an age for people: 40 minutes, 14 hours, 9 days."""
    for limit, divisor, unit in ((2, 1 / 60, "minute"), (48, 1, "hour")):
        if hours < limit:
            number = int(hours / divisor)
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return f"{int(hours / 24)} days"
