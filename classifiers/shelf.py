"""The models that are kept: their headers, and which of them is in use. Loads no arrays, no scipy.

`classifiers.artifact` writes and reads the models themselves; this much is enough for `status`,
`queue` and `model list`, and costs them milliseconds.
"""

import json
import os
from pathlib import Path

from classifiers.errors import DamagedModelError, NoModelError, UnfitModelError
from classifiers.header import FORMAT, ModelHeader

_CURRENT = "current"


def current_id(directory: Path) -> str | None:
    """Return the id of the model in use: the one promoted last, else the newest."""
    named = directory / _CURRENT
    if named.is_file():
        return named.read_text("utf-8").strip()
    kept = headers(directory)
    return kept[-1].model_id if kept else None


def set_current(directory: Path, model_id: str) -> None:
    """Make a kept model the one in use (promotion and rollback alike)."""
    if not header_path(directory, model_id).is_file():
        raise _unknown(directory, model_id)
    write_whole(directory / _CURRENT, f"{model_id}\n".encode())


def headers(directory: Path) -> list[ModelHeader]:
    """Return the headers of all kept models, oldest training first."""
    found = [read_header(path) for path in sorted(directory.glob("*.json"))]
    return sorted(found, key=lambda header: (header.trained_at, header.model_id))


def header_path(directory: Path, model_id: str) -> Path:
    """Return where a model's header lies."""
    return directory / f"{model_id}.json"


def read_header(path: Path) -> ModelHeader:
    """Return a header without touching the arrays.

    Raises:
        NoModelError: there is no such file.
        DamagedModelError: it cannot be read, or names another model.
        UnfitModelError: it has another format.
    """
    if not path.is_file():
        raise _unknown(path.parent, path.stem)
    try:
        content = json.loads(path.read_text("utf-8"))
        made = content["format"]
        if made == FORMAT:
            content.pop("sha256")
            header = ModelHeader(**content)
            _check_types(header, path)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedModelError(f"The model header {path} cannot be read ({error}).") from error
    if made != FORMAT:
        raise UnfitModelError(f"Model {path.stem} has format {made}, this version reads {FORMAT}.")
    return header


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _unknown(directory: Path, model_id: str) -> NoModelError:
    return NoModelError(
        f"There is no model {model_id!r} in {directory}.",
        hint='"living-survey model list" shows the kept ones.',
    )


def _check_types(header: ModelHeader, path: Path) -> None:
    """Refuse what JSON allows and a header does not: other types, another model's name."""
    texts = (header.trained_at, header.data_fingerprint, header.taxonomy_fingerprint)
    tables = (header.libraries, header.settings, header.counts, header.metrics)
    if header.model_id != path.stem:
        raise ValueError(f"it names {header.model_id!r}")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text is missing")
    if not all(isinstance(table, dict) for table in tables):
        raise TypeError("a table is missing")
