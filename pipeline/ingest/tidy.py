"""Tidy the archive by its policy: pack the responses of past days, delete those that are too old.

What is kept can be replayed. A damaged response is never packed, so that it can be looked at.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from config.locks import file_lock
from config.schema import ArxivSettings
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.transport.archive import Archive
from pipeline.ingest.sources.transport.packs import (
    days_in,
    members,
    pack_of,
    remove_loose,
    write_pack,
)


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What an archive holds, and what was tidied."""

    directory: Path
    days: int
    packed_days: int
    bytes: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Tidied:
    """What one call tidied."""

    #: days
    packed: int = 0
    #: days
    deleted: int = 0
    #: responses and packs that cannot be read, with the reason
    damaged: tuple[str, ...] = ()


def look(directory: Path) -> ArchiveReport:
    """Return what an archive holds."""
    folders = days_in(directory)
    days = [day for folder in folders if (day := day_of(folder))]
    files = (path for path in directory.rglob("*") if path.is_file())
    return ArchiveReport(
        directory,
        days=len(folders),
        packed_days=sum(pack_of(folder).is_file() for folder in folders),
        bytes=sum(path.stat().st_size for path in files),
        first=min(days, default=None),
        last=max(days, default=None),
    )


def tidy(
    settings: ArxivSettings, today: date, *, advance: Callable[[int], None] = lambda _: None
) -> Tidied:
    """Apply the policy of [arxiv].

    Args:
        settings: the directory and the policy.
        today: by UTC.
        advance: called with the number of days done.

    Raises:
        OSError: a file cannot be written or deleted; what was done before stays.
    """
    packed, deleted, damaged = 0, 0, list[str]()
    keep, pack = settings.archive_keep_days, settings.archive_pack_days
    for folder in days_in(settings.archive):
        day = day_of(folder)
        if day is None or not (keep or pack):
            continue
        with file_lock(settings.archive / ".lock"):
            if keep and day < today - timedelta(days=keep):
                pack_of(folder).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)
                deleted += 1
            elif pack and day < today - timedelta(days=pack) and folder.is_dir():
                faults = _pack(settings.archive, folder)
                damaged += faults
                packed += not faults
        advance(1)
    return Tidied(packed, deleted, tuple(damaged))


def day_of(folder: Path) -> date | None:
    """Return the day of a folder; None for one of another form."""
    try:
        return date.fromisoformat("-".join(folder.parts[-3:]))
    except ValueError:
        return None


def _pack(directory: Path, folder: Path) -> list[str]:
    """Pack what can be read; return what cannot."""
    archive = Archive(directory)
    whole, faults = [], []
    try:
        present = members(folder)
    except ValueError as error:
        return [f"{pack_of(folder)}: {error}"]
    for member in present:
        try:
            if archive.read(member) is not None:
                whole.append(member)
        except BadResponseError as error:
            faults.append(error.message)
    if any(not member.is_packed for member in whole):
        write_pack(folder, whole)
    remove_loose(folder, [member.stem for member in whole])
    return faults
