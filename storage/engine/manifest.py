"""Detect lost commits with a manifest beside the database.

DuckDB silently opens a file without the rows of a WAL whose first byte is damaged. So every commit
increments a generation in the database and then writes it to the manifest: an older generation in
the database means lost commits.

While a restore replaces the file, the manifest describes both files: `restored` is the new one.
"""

import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import duckdb

from config.files import put_in_place, read_regular
from storage.engine.paths import manifest_path
from storage.engine.session import Session
from storage.errors import StorageError, StoreDamagedError

_log = logging.getLogger(__name__)

_COUNT = """
SELECT (SELECT generation FROM store_state),
       (SELECT count(*) FROM paper),
       (SELECT count(*) FROM decision_event),
       (SELECT count(*) FROM prediction)
"""
_GENERATION = "SELECT generation FROM store_state"
_RESTORED = "restored"
#: databases of whose manifest it was said that it cannot be written
_told: set[Path] = set()
#: of a manifest that is read; ours have 200
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """Committed transactions, and rows of the tables that only grow."""

    generation: int = 0
    papers: int = 0
    decisions: int = 0
    predictions: int = 0


#: describes no file, so that every file is refused
UNREACHED = Manifest(generation=2**62)


def take_manifest(session: Session) -> Manifest:
    """Count the database; all zero without a schema."""
    try:
        row = session.row(_COUNT)
    except (duckdb.CatalogException, duckdb.BinderException):
        return Manifest()
    return Manifest(*row) if row else Manifest()


def write_manifest(database: Path, manifest: Manifest, *, restored: Manifest | None = None) -> None:
    """Replace the manifest, or raise StorageError; `restored` is accepted as well."""
    path = manifest_path(database)
    content = asdict(manifest) | ({_RESTORED: asdict(restored)} if restored else {})
    try:
        put_in_place(path, (json.dumps(content) + "\n").encode(), part=_part(path))
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Check for a full disk or a missing permission, then run the command again.",
        ) from error


def note_manifest(database: Path, manifest: Manifest) -> None:
    """Replace the manifest after a commit; only warn if that fails, because the commit is kept.

    The warning of a cause that goes on is given once, until a manifest was written again.
    """
    try:
        write_manifest(database, manifest)
        _told.discard(database)
    except StorageError as error:
        if database in _told:
            return
        _told.add(database)
        _log.warning(
            "Everything was recorded, but %s Until it is written again, the loss of these writes"
            " cannot be detected. Check for a full disk or a missing permission.",
            error.message,
        )


def read_manifest(database: Path) -> Manifest | None:
    """Return the manifest, or None if it is missing or unreadable.

    An unreadable one only causes a warning, because the next commit writes it again.
    """
    return _read(database)[0]


def is_replaced_by_restore(database: Path) -> bool:
    """Say whether the manifest describes two files, because a restore has not ended."""
    return _read(database)[1] is not None


def check_open_database(database: Path, session: Session) -> None:
    """Do as `check_manifest`, counting rows only if that is needed, because it takes longer.

    Raises:
        StoreDamagedError: the database's generation is older than the manifest's.
    """
    remembered, restored = _read(database)
    expected = remembered.generation if remembered else 0
    if restored is not None or _generation(session) < expected:
        check_manifest(database, take_manifest(session))


def _generation(session: Session) -> int:
    try:
        return session.number(_GENERATION)
    except (duckdb.CatalogException, duckdb.BinderException):
        return 0


def check_manifest(database: Path, present: Manifest, *, name: Path | None = None) -> None:
    """Compare what a database holds with its manifest.

    Ends an interrupted restore: from then on the manifest describes only the file that is there.

    Args:
        database: the file whose manifest is read.
        present: what it holds.
        name: the file that errors name, if this is a copy of it.

    Raises:
        StoreDamagedError: the database's generation is older than the manifest's.
    """
    remembered, restored = _read(database)
    lost = 0 if remembered is None else max(remembered.generation - present.generation, 0)
    if remembered is None or not lost or present == restored:
        if restored is not None:
            note_manifest(database, present)
        return
    name = name or database
    if remembered == UNREACHED:
        raise StoreDamagedError(
            f"A restore of {name} was interrupted while it replaced a damaged file.",
            hint="Run `living-survey restore` again.",
        )
    raise StoreDamagedError(
        f"{name} has lost its last {lost} writes: it holds {present.papers} of"
        f" {remembered.papers} papers, {present.decisions} of {remembered.decisions} decision"
        f" events and {present.predictions} of {remembered.predictions} predictions.",
        hint="Nothing was written to it. Restore a backup with `living-survey restore`; to keep"
        f" this older state, delete {manifest_path(database)}.",
    )


def _part(path: Path) -> Path:
    """Return a fixed name, because the caller has the lease."""
    return path.with_name(f".{path.name}.part")


def _read(database: Path) -> tuple[Manifest | None, Manifest | None]:
    path = manifest_path(database)
    try:
        stored = json.loads(read_regular(path, most_bytes=_MOST_BYTES))
        return _manifest(stored), _manifest(stored[_RESTORED]) if _RESTORED in stored else None
    except FileNotFoundError:
        return None, None
    except (LookupError, ValueError, TypeError, OverflowError, RecursionError) as error:
        _log.warning(
            "%s cannot be read (%s), so lost writes cannot be detected until the next write"
            " replaces it. Compare `living-survey status` with what you expect.",
            path,
            error,
        )
        return None, None


def _manifest(stored: dict[str, object]) -> Manifest:
    return Manifest(**{each.name: int(str(stored[each.name])) for each in fields(Manifest)})
