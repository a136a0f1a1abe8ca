"""Store a model's golden papers as arrays, and refuse a model that scores them otherwise here."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.errors import UnfitModelError
from classifiers.linear.golden import Golden, difference
from classifiers.linear.model import Model
from classifiers.types import Document

Arrays = dict[str, npt.NDArray[Any]]

#: array of the texts (JSON) and of their probabilities
TEXTS, PROBABILITIES = "golden_texts", "golden_probabilities"
#: characters of a text from a file that an error repeats
_SHOWN = 40
_LIBRARIES = ("numpy", "scikit-learn", "scipy")


def as_arrays(golden: Golden) -> Arrays:
    """Return the two arrays that keep golden papers."""
    rows = [[one.key, one.title, one.abstract, one.categories] for one in golden.documents]
    text = np.frombuffer(json.dumps(rows).encode(), dtype=np.uint8)
    return {TEXTS: text, PROBABILITIES: golden.probabilities}


def from_arrays(arrays: Arrays, width: int) -> Golden:
    """Return the golden papers; none if the model was made before there were any.

    Args:
        arrays: of a model file.
        width: probabilities of a paper.

    Raises:
        ValueError: they are no golden papers of this model.
    """
    if TEXTS not in arrays and PROBABILITIES not in arrays:
        return Golden()
    try:
        rows = json.loads(arrays[TEXTS].tobytes())
        documents = tuple(_document(*row) for row in rows)
        kept = arrays[PROBABILITIES]
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"its golden papers cannot be read: {error}") from error
    shape = (len(documents), width) if documents else (0, 0)
    if kept.shape != shape or kept.dtype.kind != "f":
        raise ValueError("its golden papers do not fit their probabilities")
    if not np.isfinite(kept).all():
        raise ValueError("a golden paper has a probability that is no number")
    return Golden(documents, kept)


def check_golden(model: Model) -> None:
    """Score the golden papers again.

    Raises:
        UnfitModelError: a probability differs from the one at training.
    """
    golden = model.golden
    if not golden.documents:
        return
    found = difference(golden, model.probabilities(golden.documents))
    if found is None:
        return
    changed = _changed(model.header.libraries)
    cause = ", ".join(f"{name} {made}, here {here}" for name, made, here in changed)
    raise UnfitModelError(
        f"Model {model.model_id} scores its golden paper {found.key[:_SHOWN]!r} otherwise here:"
        f" {found.here:.4f}, at training {found.was:.4f}."
        + (f" It was trained with {cause}." if cause else ""),
        hint="Install the libraries of requirements.lock (`make install`), or run"
        " `living-survey train` to train a new one here.",
    )


def _changed(libraries: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (name, version at training, version here) of the libraries that differ."""
    pairs = [(name, libraries.get(name, "?")[:_SHOWN], version(name)) for name in _LIBRARIES]
    return [(name, made, here) for name, made, here in pairs if made != here]


def _document(key: str, title: str, abstract: str, categories: list[str]) -> Document:
    if not all(isinstance(text, str) for text in (key, title, abstract, *categories)):
        raise TypeError("a text is missing")
    return Document(key, title, abstract, tuple(categories))
