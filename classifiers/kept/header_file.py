"""Read and check the header of a kept model.

Neither numpy nor scikit-learn is imported, because `status` and `queue` read headers in every call.
"""

import json
import math
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from classifiers.errors import DamagedModelError, NoModelError, UnfitModelError
from classifiers.linear.header import FORMAT, ModelHeader
from classifiers.representations.installed import installed
from classifiers.representations.names import DEFAULT, is_name
from config.files import read_regular
from config.taxonomy import Taxonomy

#: a valid model ID; nothing else becomes part of a path
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
#: headers have some kilobytes
_MOST_BYTES = 8 * 1024 * 1024
#: characters of a value from a file that an error repeats
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class StoredHeader:
    """A header as read from its file."""

    path: Path
    header: ModelHeader
    #: of the file of arrays
    sha256: str


def is_model_id(text: str) -> bool:
    """Return whether a text can be the ID of a model."""
    return _ID.fullmatch(text) is not None


def header_path(directory: Path, model_id: str) -> Path:
    """Return the path of a model's header."""
    return directory / f"{model_id}.json"


def read_header(path: Path) -> StoredHeader:
    """Read a header; the arrays are not opened.

    Raises:
        NoModelError: the file does not exist.
        DamagedModelError: it cannot be read, or names another model.
        UnfitModelError: it has another format.
    """
    if not is_model_id(path.stem) or not path.is_file():
        raise unknown_model(path.parent, path.stem)
    try:
        content = json.loads(read_regular(path, most_bytes=_MOST_BYTES))
        made = content["format"]
        if made == FORMAT:
            checksum = content.pop("sha256")
            header = ModelHeader(**content)
            _check_types(header, path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # RecursionError: brackets nested thousands deep
        raise DamagedModelError(f"The model header {path} cannot be read ({error}).") from error
    if made != FORMAT:
        raise UnfitModelError(
            f"Model {path.stem} has format {_short(made)}, this version reads {FORMAT}."
        )
    return StoredHeader(path, header, checksum)


def check_fit(header: ModelHeader, taxonomy: Taxonomy) -> None:
    """Check that a model was made for this taxonomy and for libraries that are installed.

    Raises:
        UnfitModelError: it was made for another taxonomy or major version of scikit-learn, or with
            a representation that is not installed.
    """
    if header.taxonomy_fingerprint != taxonomy.fingerprint:
        raise UnfitModelError(f"Model {header.model_id} was trained for another taxonomy.")
    # From the package's metadata, because importing scikit-learn takes two seconds.
    here, made = version("scikit-learn"), header.libraries.get("scikit-learn", "?")
    if made.split(".", maxsplit=1)[0] != here.split(".", maxsplit=1)[0]:
        raise UnfitModelError(
            f"Model {header.model_id} was trained with scikit-learn {_short(made)}, here is {here}."
        )
    others = [name for name in header.representations if name not in DEFAULT]
    if others and (missing := [name for name in others if name not in installed()]):
        raise UnfitModelError(
            f"Model {header.model_id} was trained with a representation that is not installed: "
            f"{', '.join(missing)}.",
            hint="Install its package (docs/guides/representations.md), or take it out of "
            "[classifier] representations and run `living-survey train`.",
        )


def unknown_model(directory: Path, model_id: str) -> NoModelError:
    """Return the error for an ID under which no model is kept."""
    return NoModelError(
        f"There is no model {model_id[:_SHOWN]!r} in {directory}.",
        hint="`living-survey model list` shows the kept models, `living-survey model rollback` "
        "returns to one, `living-survey train` makes a new one.",
    )


def _check_types(header: ModelHeader, path: Path) -> None:
    """Raise ValueError or TypeError for content that is JSON but not a header."""
    texts = (
        header.trained_at,
        header.data_fingerprint,
        header.taxonomy_fingerprint,
        header.held_out,
    )
    figures = (header.settings, header.counts, header.metrics, header.shares)
    tables = (header.libraries, header.representations, *figures)
    if header.model_id != path.stem:
        raise ValueError(f"it names {_short(header.model_id)}")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text is missing")
    if not all(isinstance(table, dict) for table in tables):
        raise TypeError("a table is missing")
    if not all(isinstance(value, str) for value in header.libraries.values()):
        raise TypeError("the version of a library is not a text")
    named = header.representations
    if not all(is_name(name) and isinstance(value, str) for name, value in named.items()):
        raise TypeError("a representation has no name or version")
    numbers: list[object] = [value for table in figures for value in table.values()]
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in numbers):
        raise TypeError("a setting, count or metric is not a number")


def _short(value: object) -> str:
    """Return a value from a file as one short line for an error."""
    text = value if isinstance(value, str) and value.isprintable() else repr(value)
    return text[:_SHOWN]
