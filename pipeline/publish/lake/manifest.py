"""What a snapshot of the lake holds, as JSON beside its files."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from config.errors import LivingSurveyError
from config.files import read_regular
from config.json_toml import load_json

NAME = "manifest.json"
#: raised when a reader of older manifests could misunderstand a new one
_FORMAT = 1


class LakeDamagedError(LivingSurveyError):
    """The manifest of the newest snapshot cannot be read."""


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A Parquet file of a snapshot."""

    #: below the directory of the snapshot
    path: str
    view: str
    #: empty: the view is not divided by month
    month: str
    rows: int
    bytes: int
    #: hex digits
    sha256: str
    #: equal for equal rows, columns and types by the same version of DuckDB
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A snapshot."""

    #: from 1
    snapshot: int
    #: ISO 8601, UTC
    made_at: str
    #: of this program
    version: str
    files: tuple[LakeFile, ...]

    def rows_of(self) -> Mapping[str, int]:
        """Return the number of rows of each view."""
        rows: dict[str, int] = {}
        for file in self.files:
            rows[file.view] = rows.get(file.view, 0) + file.rows
        return rows


def path_of(view: str, month: str) -> str:
    """Return the path below the directory of a snapshot, as Hive divides."""
    divided = f"month={month}/" if month else ""
    return f"{view}/{divided}part.parquet"


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the manifest as a JSON document."""
    document = {
        "format": _FORMAT,
        "snapshot": manifest.snapshot,
        "made_at": manifest.made_at,
        "version": manifest.version,
        "rows": manifest.rows_of(),
        "files": [asdict(file) for file in manifest.files],
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def read_manifest(snapshot: Path) -> Manifest:
    """Read the manifest of a snapshot.

    Raises:
        LakeDamagedError: it is missing, or not as this program writes it.
    """
    path = snapshot / NAME
    try:
        return _read(load_json(read_regular(path)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LakeDamagedError(
            f"{path} cannot be read as the manifest of a snapshot: {error}.",
            hint="Delete the directory of that snapshot and the link `current`, or name another"
            " directory; the next export writes every file.",
        ) from error


def _read(document: Mapping[str, Any]) -> Manifest:
    if document["format"] != _FORMAT:
        raise ValueError(f"its format is {document['format']!r}, not {_FORMAT}")
    rows: Iterable[Mapping[str, Any]] = document["files"]
    files = tuple(LakeFile(**row) for row in rows)
    for file in files:
        if file.path != path_of(file.view, file.month):  # it is linked into the next snapshot
            raise ValueError(f"{file.path!r} is no path of its view and month")
    return Manifest(
        snapshot=int(document["snapshot"]),
        made_at=str(document["made_at"]),
        version=str(document["version"]),
        files=files,
    )
