"""Keep the newest backup of each of the last days and weeks, and delete the others.

Only files named by `dated_backup` are considered. Those dated after the newest one were made with
a wrong clock, or are right where the clock is wrong now: they stay and count for nothing, because
they would take the places of the days that follow. The fullest backup stays for as long as it holds
more decisions than the newest one, because then somebody replaced the database by an older or an
empty one, and rotation would delete what was in it.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.backup import decisions_in
from storage.errors import StorageError, StoreBusyError

_TIME = "%Y%m%dT%H%M%SZ"
_DATED = re.compile(r"(?P<time>[0-9]{8}T[0-9]{6}Z)\.duckdb", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """A backup with the time in its name."""

    at: datetime
    path: Path


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did with the backups of a directory."""

    kept: tuple[Path, ...]
    deleted: tuple[Path, ...]
    #: an older backup that holds more decisions than the newest one
    fullest: Path | None = None
    #: in the newest one
    decisions: int = 0
    #: in the fullest one
    decisions_of_fullest: int = 0
    #: files that could not be deleted, with the reason
    failed: tuple[str, ...] = ()
    #: dated after the newest one
    ahead: tuple[Path, ...] = ()


def dated_backup(directory: Path, database: Path, now: datetime) -> Path:
    """Return the name of a backup made now, or of the first second after it that has none."""
    seconds = (now.astimezone(UTC) + timedelta(seconds=later) for later in itertools.count())
    names = (directory / f"{database.stem}-{second:{_TIME}}.duckdb" for second in seconds)
    return next(path for path in names if not path.exists())


def dated_backups(directory: Path, database: Path) -> tuple[Dated, ...]:
    """Return the dated backups of a database in a directory, oldest first."""
    if not directory.is_dir():
        return ()
    start = f"{database.stem}-"
    found = []
    for path in directory.iterdir():
        match = _DATED.fullmatch(path.name.removeprefix(start))
        if match is None or not path.name.startswith(start) or not path.is_file():
            continue
        try:
            at = datetime.strptime(match["time"], _TIME).replace(tzinfo=UTC)
        except ValueError:  # no such day
            continue
        found.append(Dated(at, path))
    return tuple(sorted(found))


def to_keep(backups: Iterable[Dated], *, daily: int, weekly: int) -> frozenset[Dated]:
    """Return the newest backup of each of the last days and ISO weeks that have one, by UTC."""
    days: dict[object, Dated] = {}
    weeks: dict[object, Dated] = {}
    for backup in sorted(backups, reverse=True):
        days.setdefault(backup.at.date(), backup)
        weeks.setdefault(backup.at.isocalendar()[:2], backup)
    return frozenset([*list(days.values())[:daily], *list(weeks.values())[:weekly]])


def rotate(directory: Path, database: Path, newest: Path, *, daily: int, weekly: int) -> Rotation:
    """Delete the backups that the policy does not keep.

    Args:
        directory: of the backups.
        database: whose backups they are.
        newest: the backup that was written and read just now; it stays in any case.
        daily: days whose newest backup is kept.
        weekly: weeks whose newest backup is kept.
    """
    backups = dated_backups(directory, database)
    made = next(
        (each.at for each in backups if each.path == newest), datetime.max.replace(tzinfo=UTC)
    )
    ahead = tuple(each.path for each in backups if each.at > made)
    policy = to_keep([each for each in backups if each.at <= made], daily=daily, weekly=weekly)
    kept = {newest, *ahead, *(each.path for each in policy)}
    outside = [each.path for each in backups if each.path not in kept]
    inside = [each.path for each in backups if each.path in kept]
    decisions = decisions_in(newest)
    counted = _counted([path for path in (*inside, *outside) if path != newest])
    most = max(counted.values(), default=0)
    # The newest of the fullest ones, so that rotation goes on with those before it.
    full = [path for path, number in counted.items() if number == most]
    fullest = max(full, key=lambda path: path.name) if most > decisions else None
    deleted, failed = _delete([path for path in outside if path != fullest and path in counted])
    gone = set(deleted)
    return Rotation(
        kept=tuple(each.path for each in backups if each.path not in gone),
        deleted=deleted,
        fullest=fullest,
        decisions=decisions,
        decisions_of_fullest=most if fullest else 0,
        failed=failed,
        ahead=ahead,
    )


def _counted(paths: Sequence[Path]) -> dict[Path, int]:
    """Return the decisions of each backup: -1 of a damaged one, and none that is in use."""
    counted: dict[Path, int] = {}
    for path in paths:
        try:
            counted[path] = decisions_in(path)
        except StoreBusyError:
            continue
        except StorageError:
            counted[path] = -1
    return counted


def _delete(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    deleted, failed = [], []
    for path in paths:
        try:
            path.unlink()
        except OSError as error:
            failed.append(f"{path}: {error.strerror}")
        else:
            deleted.append(path)
    return tuple(deleted), tuple(failed)
