"""Find the backups of a survey: where they are, and which is the newest that can be restored."""

import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config.schema import Settings
from pipeline.runtime.services import clock_of
from storage.backup import decisions_in, is_whole
from storage.engine.paths import kept_paths, real_path
from storage.errors import StorageError, StoreBusyError, StoreDamagedError
from storage.rotation import Dated, dated_backups

#: a backup dated further ahead was made with a wrong clock
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Backups:
    """What a directory of backups has."""

    directory: Path
    #: that can be opened; None: there is none
    newest: Dated | None
    #: newer files that cannot be opened
    unreadable: int = 0


def newest_backup(settings: Settings, now: datetime) -> Backups:
    """Return the newest backup that can be opened, which takes milliseconds; its rows are not read.

    `backup` read every row of it before it got its name. Those of days to come are passed over,
    because one of them would be the newest, and never old, until its day.
    """
    unreadable = 0
    for each in reversed(backups_of(settings)):
        if is_ahead(each, now):
            continue
        try:
            decisions_in(each.path)
        except StoreBusyError:  # somebody reads it, so it can be opened
            pass
        except StorageError:
            unreadable += 1
            continue
        return Backups(backup_directory(settings), each, unreadable)
    return Backups(backup_directory(settings), None, unreadable)


def backup_directory(settings: Settings) -> Path:
    """Return the directory of dated backups."""
    return settings.backup.directory or settings.database.path.parent / "backups"


def backups_of(settings: Settings) -> tuple[Dated, ...]:
    """Return the dated backups, oldest first; before them those of days to come.

    A wrong clock dated those, so they may be older than the others.
    """
    now = clock_of(settings)()
    found = dated_backups(backup_directory(settings), settings.database.path)
    return tuple(sorted(found, key=lambda each: (not is_ahead(each, now), each)))


def is_ahead(backup: Dated, now: datetime) -> bool:
    """Return whether a backup can only have been made with a wrong clock."""
    return backup.at > now + _AHEAD


def last_good_backup(settings: Settings) -> Dated | None:
    """Return the newest backup of which every block can be read; None: there is none.

    It reads whole files, so it is for the moment when a backup is needed.
    """
    return next((each for each in reversed(backups_of(settings)) if is_whole(each.path)), None)


def naming_backup(error: StoreDamagedError, settings: Settings) -> StoreDamagedError:
    """Return the error of a damaged or missing database with the backup to restore."""
    database = settings.database.path
    if "living-survey restore" not in error.hint:  # it is about a backup
        return error
    if not database.exists() and kept_paths(real_path(database)):
        return error  # a restore was interrupted: the error names the replaced database
    good = last_good_backup(settings)
    named = (
        f"There is no whole backup in {backup_directory(settings)}."
        if good is None
        else f"The last good backup is of {good.at:%Y-%m-%d %H:%M} UTC: `living-survey restore"
        f" {shlex.quote(str(good.path))}`."
    )
    return type(error)(error.message, hint=f"{error.hint} {named}")
