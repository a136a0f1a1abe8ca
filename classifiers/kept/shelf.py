"""The models that are kept: their headers, and which of them is in use. Loads no arrays, no scipy.

`classifiers.artifact` writes and reads the models themselves; this much is enough for `status`,
`queue` and `model list`, and costs them milliseconds.
"""

import json
import math
import re
from importlib.metadata import version
from pathlib import Path

from classifiers.errors import DamagedModelError, NoModelError, UnfitModelError
from classifiers.linear.header import FORMAT, ModelHeader
from config.files import put_in_place
from config.taxonomy import Taxonomy

_CURRENT = "current"
#: what an id looks like; anything else never becomes part of a path
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
#: characters of a foreign value that an error repeats
_SHOWN = 40


def current_id(directory: Path) -> str | None:
    """Return the id of the model in use: the one promoted last, else the newest; None: no model.

    The model so named may be missing or damaged: that is for `read_header` to say.

    Raises:
        DamagedModelError: `current` names nothing, or without it a header cannot be read.
    """
    named = directory / _CURRENT
    if named.exists():
        try:
            name = named.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            name = ""
        if not _ID.fullmatch(name):
            raise DamagedModelError(
                f"{named} does not name a model.",
                hint='"living-survey model rollback ID" puts a kept one to use (see "model list"), '
                '"living-survey train" makes a new one.',
            )
        return name
    kept = headers(directory)
    return kept[-1].model_id if kept else None


def set_current(directory: Path, model_id: str) -> None:
    """Make a kept model the one in use (promotion and rollback alike)."""
    if not _ID.fullmatch(model_id) or not header_path(directory, model_id).is_file():
        raise _unknown(directory, model_id)
    put_in_place(directory / _CURRENT, f"{model_id}\n".encode())


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
    if not _ID.fullmatch(path.stem) or not path.is_file():
        raise _unknown(path.parent, path.stem)
    try:
        content = json.loads(path.read_text("utf-8"))
        made = content["format"]
        if made == FORMAT:
            content.pop("sha256")
            header = ModelHeader(**content)
            _check_types(header, path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # RecursionError: brackets nested thousands deep
        raise DamagedModelError(f"The model header {path} cannot be read ({error}).") from error
    if made != FORMAT:
        raise UnfitModelError(
            f"Model {path.stem} has format {_short(made)}, this version reads {FORMAT}."
        )
    return header


def check_fit(header: ModelHeader, taxonomy: Taxonomy) -> None:
    """Refuse a whole model that belongs to other circumstances; its arrays are not looked at.

    Raises:
        UnfitModelError: made for another taxonomy, or by another major version of scikit-learn.
    """
    if header.taxonomy_fingerprint != taxonomy.fingerprint:
        raise UnfitModelError(f"Model {header.model_id} was trained for another taxonomy.")
    # Asked of the package's metadata: `status` and `queue` need not wait for the import.
    here, made = version("scikit-learn"), header.libraries.get("scikit-learn", "?")
    if made.split(".", maxsplit=1)[0] != here.split(".", maxsplit=1)[0]:
        raise UnfitModelError(
            f"Model {header.model_id} was trained with scikit-learn {_short(made)}, here is {here}."
        )


def _unknown(directory: Path, model_id: str) -> NoModelError:
    return NoModelError(
        f"There is no model {model_id[:_SHOWN]!r} in {directory}.",
        hint='"living-survey model list" shows the kept ones, "living-survey model rollback" goes '
        'back to one, "living-survey train" makes a new one.',
    )


def _check_types(header: ModelHeader, path: Path) -> None:
    """Refuse what JSON allows and a header does not: other types, another model's name."""
    texts = (
        header.trained_at,
        header.data_fingerprint,
        header.taxonomy_fingerprint,
        header.held_out,
    )
    tables = (header.libraries, header.settings, header.counts, header.metrics)
    if header.model_id != path.stem:
        raise ValueError(f"it names {_short(header.model_id)}")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text is missing")
    if not all(isinstance(table, dict) for table in tables):
        raise TypeError("a table is missing")
    if not all(isinstance(value, str) for value in header.libraries.values()):
        raise TypeError("a library's version is no text")
    numbers: list[object] = [value for table in tables[1:] for value in table.values()]
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in numbers):
        raise TypeError("a setting, count or metric is no number")


def _short(value: object) -> str:
    """Return how a foreign value reads in an error: one line, never a page."""
    text = value if isinstance(value, str) and value.isprintable() else repr(value)
    return text[:_SHOWN]
