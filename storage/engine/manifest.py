"""The manifest: what the database held after its last commit, kept outside of it. Never repairs.

A bit flipped in the first byte of a WAL makes DuckDB open the file WITHOUT the WAL's rows and
without a word, and the next write destroys them. So every commit counts up a generation in the
database and writes it beside the file; an older generation in the file means that commits are
lost. The file is written after the commit, so a kill between the two leaves it behind, never ahead.
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
    """Committed transactions and the rows of the tables that only ever grow."""

    generation: int = 0
    papers: int = 0
    decisions: int = 0
    predictions: int = 0


def manifest_path(database: Path) -> Path:
    """Return where the manifest lies: beside the file, `survey.duckdb.manifest.json`."""
    return database.with_name(database.name + ".manifest.json")


def take_manifest(session: Session) -> Manifest:
    """Return what the database holds; all zero where there is no schema yet."""
    try:
        row = session.row(_COUNT)
    except (duckdb.CatalogException, duckdb.BinderException):
        return Manifest()
    return Manifest(*row) if row else Manifest()


def write_manifest(database: Path, manifest: Manifest) -> None:
    """Replace the manifest beside the file in one step.

    Raises:
        StorageError: it cannot be written; what it tells of is committed all the same.
    """
    path = manifest_path(database)
    try:
        put_in_place(path, (json.dumps(asdict(manifest)) + "\n").encode())
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Look for a full disk or a missing permission, then run the command again.",
        ) from error


def read_manifest(database: Path) -> Manifest | None:
    """Return the manifest beside the file; None if there is none.

    One that cannot be read is no manifest either, and a warning says so: refusing the database
    would cost more than the protection that the next commit restores.
    """
    path = manifest_path(database)
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(**{each.name: int(stored[each.name]) for each in fields(Manifest)})
    except FileNotFoundError:
        return None
    except (LookupError, ValueError, TypeError, OverflowError, RecursionError) as error:
        _log.warning(
            "%s cannot be read (%s), so nobody can tell whether the database lost its last writes;"
            " the next write makes it anew. Compare `living-survey status` with what you expect.",
            path,
            error,
        )
        return None


def compare(database: Path, held: Manifest, remembered: Manifest | None) -> None:
    """Refuse a database that lost commits.

    Raises:
        StoreDamagedError: its generation lies behind the manifest's; says what is missing.
    """
    if remembered is None or held.generation >= remembered.generation:
        return
    raise StoreDamagedError(
        f"{database} has lost its last {remembered.generation - held.generation} writes: it holds"
        f" {held.papers} of {remembered.papers} papers, {held.decisions} of"
        f" {remembered.decisions} decision events and {held.predictions} of"
        f" {remembered.predictions} predictions.",
        hint='Nothing was written to it. Restore a backup ("living-survey restore"); if this older'
        f" state is what you want, delete {manifest_path(database)}.",
    )
