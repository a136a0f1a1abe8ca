"""Measure the free space that a run may need."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from config.schema import Settings

_GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """Free and needed space, in bytes."""

    place: Path
    free: int
    #: for the database, its WAL and the archive
    needed: int

    @property
    def sentence(self) -> str:
        """How much is free."""
        return (
            f"only {self.free / _GIGABYTE:.1f} GB are free at {self.place}, and a run may need"
            f" {self.needed / _GIGABYTE:.1f} GB."
        )

    @property
    def remedy(self) -> str:
        """What makes room."""
        return "Free some, or move [database] path and [arxiv] archive to another disk."


def disk_room(settings: Settings) -> DiskRoom:
    """Return the room at the database: its size again and `free_gigabytes` are needed."""
    database = settings.database.path
    place = next(path for path in (database.parent, *database.parents) if path.exists())
    size = database.stat().st_size if database.exists() else 0
    needed = settings.alerts.free_gigabytes * _GIGABYTE + size
    return DiskRoom(place, shutil.disk_usage(place).free, needed)
