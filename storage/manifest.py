"""The manifest: what the database held after its last commit, kept outside of it. Never repairs.

A bit flipped in the first byte of a WAL makes DuckDB open the file WITHOUT the WAL's rows and
without a word, and the next write destroys them. So every commit counts up a generation in the
database and writes it beside the file; an older generation in the file means that commits are
lost. The file is written after the commit, so a kill between the two leaves it behind, never ahead.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from storage.errors import StorageError, StoreDamagedError
from storage.session import Session

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
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(json.dumps(asdict(manifest)) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Look for a full disk or a missing permission, then run the command again.",
        ) from error


def read_manifest(database: Path) -> Manifest | None:
    """Return the manifest beside the file; None if there is none or it cannot be read."""
    try:
        stored = json.loads(manifest_path(database).read_text(encoding="utf-8"))
        return Manifest(**{name: int(value) for name, value in stored.items()})
    except (
        FileNotFoundError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ):
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
