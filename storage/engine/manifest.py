"""Detect lost commits with a manifest beside the database.

DuckDB silently opens a file without the rows of a WAL whose first byte is damaged. So every commit
increments a generation in the database and then writes it to the manifest: an older generation in
the database means lost commits.
"""

import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import duckdb

from config.files import put_in_place
from storage.engine.session import Session
from storage.errors import StorageError, StoreDamagedError

_log = logging.getLogger(__name__)

_COUNT = """
SELECT (SELECT generation FROM store_state),
       (SELECT count(*) FROM paper),
       (SELECT count(*) FROM decision_event),
       (SELECT count(*) FROM prediction)
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Committed transactions, and rows of the tables that only grow."""

    generation: int = 0
    papers: int = 0
    decisions: int = 0
    predictions: int = 0


def manifest_path(database: Path) -> Path:
    """Return the path beside the database, `survey.duckdb.manifest.json`."""
    return database.with_name(database.name + ".manifest.json")


def take_manifest(session: Session) -> Manifest:
    """Count the database; all zero without a schema."""
    try:
        row = session.row(_COUNT)
    except (duckdb.CatalogException, duckdb.BinderException):
        return Manifest()
    return Manifest(*row) if row else Manifest()


def write_manifest(database: Path, manifest: Manifest) -> None:
    """Replace the manifest, or raise StorageError; the commit is kept."""
    path = manifest_path(database)
    try:
        put_in_place(path, (json.dumps(asdict(manifest)) + "\n").encode())
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Check for a full disk or a missing permission, then run the command again.",
        ) from error


def read_manifest(database: Path) -> Manifest | None:
    """Return the manifest, or None if it is missing or unreadable.

    An unreadable one only causes a warning, because the next commit writes it again.
    """
    path = manifest_path(database)
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(**{each.name: int(stored[each.name]) for each in fields(Manifest)})
    except FileNotFoundError:
        return None
    except (LookupError, ValueError, TypeError, OverflowError, RecursionError) as error:
        _log.warning(
            "%s cannot be read (%s), so lost writes cannot be detected until the next write"
            " replaces it. Compare `living-survey status` with what you expect.",
            path,
            error,
        )
        return None


def compare(database: Path, held: Manifest, remembered: Manifest | None) -> None:
    """Raise StoreDamagedError if the database's generation is older than the manifest's."""
    if remembered is None or held.generation >= remembered.generation:
        return
    raise StoreDamagedError(
        f"{database} has lost its last {remembered.generation - held.generation} writes: it holds"
        f" {held.papers} of {remembered.papers} papers, {held.decisions} of"
        f" {remembered.decisions} decision events and {held.predictions} of"
        f" {remembered.predictions} predictions.",
        hint="Nothing was written to it. Restore a backup with `living-survey restore`; to keep"
        f" this older state, delete {manifest_path(database)}.",
    )
