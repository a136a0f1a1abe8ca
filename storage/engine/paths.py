"""Name the files that belong to a database: they are in its directory and begin with its name."""

import hashlib
import itertools
import os
from datetime import datetime
from pathlib import Path

_REPLACED = ".replaced-"
_WAL = ".wal"
_MANIFEST = ".manifest.json"
_LOCK = ".lock"
_GATE = ".gate-lock"
_CLAIMS = ".claims.json"
_CLAIMS_LOCK = ".claims-lock"
#: suffixes of all files that commands of any package keep beside a database
_OWN = (
    *("", _WAL, f"{_WAL}.checkpoint", f"{_WAL}.recovery", _MANIFEST, _LOCK, _GATE, ".tmp"),
    *(
        ".backup-lock",
        ".restoring",
        ".restoring.wal",
        ".run-lock",
        ".publish-lock",
        ".review-key",
        ".jobs.json",
        ".alerts-lock",
        ".alerts.json",
        ".subscriber-key",
        ".departures",
        ".publications",
        _CLAIMS,
        _CLAIMS_LOCK,
    ),
)


def real_path(database: Path) -> Path:
    """Return the file behind a symbolic link, because DuckDB puts the WAL beside that file."""
    return Path(os.path.realpath(database)) if database.is_symlink() else database


def wal_path(database: Path) -> Path:
    """Return the path of committed data that are not in the file yet."""
    return database.with_name(database.name + _WAL)


def wal_paths(database: Path) -> tuple[Path, ...]:
    """Return the WAL and the two files that DuckDB 1.5 writes while it empties the WAL."""
    wal = wal_path(database)
    return wal, wal.with_name(f"{wal.name}.checkpoint"), wal.with_name(f"{wal.name}.recovery")


def wal_bytes(database: Path) -> int:
    """Return the size of the WAL, 0 if there is none."""
    try:
        return wal_path(database).stat().st_size
    except FileNotFoundError:
        return 0


def manifest_path(database: Path) -> Path:
    """Return the path of the manifest, `survey.duckdb.manifest.json`."""
    return database.with_name(database.name + _MANIFEST)


def lock_path(database: Path) -> Path:
    """Return the lock file of a database."""
    return database.with_name(database.name + _LOCK)


def backup_lock_path(database: Path) -> Path:
    """Return the file that is locked while a backup is made."""
    return database.with_name(database.name + ".backup-lock")


def backup_part_path(database: Path, target: Path) -> Path:
    """Return where a backup is written and checked: in the target's directory, one per database."""
    origin = hashlib.sha256(os.fsencode(database.absolute())).hexdigest()[:8]
    return target.with_name(f".{database.name}.{origin}.part")


def gate_path(database: Path) -> Path:
    """Return the lock file that whoever waits for the lock file holds."""
    return database.with_name(database.name + _GATE)


def claims_path(database: Path) -> Path:
    """Return the file that says who reads which paper just now."""
    return database.with_name(database.name + _CLAIMS)


def claims_lock_path(database: Path) -> Path:
    """Return the file that is locked while the claims are changed."""
    return database.with_name(database.name + _CLAIMS_LOCK)


def restoring_path(database: Path) -> Path:
    """Return where a restore checks its copy of the backup."""
    return database.with_name(database.name + ".restoring")


def is_own(path: Path, database: Path) -> bool:
    """Return whether a path is that of the database or of a file that commands keep beside it."""
    own = {database.name + suffix for suffix in _OWN}
    beside = path.parent.is_dir() and path.parent.samefile(database.parent)
    return beside and path.name in own


def own_paths(database: Path) -> tuple[Path, ...]:
    """Return the database and every path that commands may keep beside it."""
    return tuple(database.with_name(database.name + suffix) for suffix in _OWN)


def new_kept_path(database: Path, now: datetime) -> Path:
    """Return an unused name for a database that is replaced."""
    name = f"{database.name}{_REPLACED}{now:%Y%m%dT%H%M%SZ}"
    names = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
    return next(
        path
        for path in map(database.with_name, names)
        if not any(each.exists() for each in (path, *wal_paths(path), manifest_path(path)))
    )


def kept_paths(database: Path) -> tuple[Path, ...]:
    """Return the replaced databases that are kept, oldest first."""
    start = database.name + _REPLACED
    return tuple(
        sorted(
            path
            for path in _beside(database)
            if path.name.startswith(start) and "." not in path.name.removeprefix(start)
        )
    )


def _beside(database: Path) -> tuple[Path, ...]:
    return tuple(database.parent.iterdir()) if database.parent.is_dir() else ()
