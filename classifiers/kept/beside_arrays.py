"""Store what representations beside the terms add to a model, and restore it."""

from collections.abc import Sequence

import numpy as np

from classifiers.errors import DamagedModelError, RepresentationError, UnfitModelError
from classifiers.linear.header import ModelHeader
from classifiers.linear.stacking import Beside
from classifiers.representations.base import Arrays, as_rows
from classifiers.representations.installed import make
from classifiers.representations.names import is_name

#: what a representation adds to the margins, behind its name and a dot
_ADDED = ("weights", "intercepts")
#: before the names of the arrays that are its own
_OWN = "own."


def arrays_beside(one: Beside) -> Arrays:
    """Return the arrays that keep a representation.

    Raises:
        RepresentationError: it wants to keep something else than arrays of numbers.
    """
    name, own = one.representation.name, one.representation.arrays()
    for key, array in own.items():
        if not is_name(key) or np.asarray(array).dtype.hasobject:
            raise RepresentationError(
                f"The representation {name!r} cannot be kept: {key[:40]!r} is no array of numbers,"
                " or its name is not of a to z, 0 to 9 and _."
            )
    return {
        f"{name}.weights": one.weights,
        f"{name}.intercepts": one.intercepts,
        **{f"{name}.{_OWN}{key}": array for key, array in own.items()},
    }


def members_beside(header: ModelHeader, names: Sequence[str]) -> dict[str, str]:
    """Return file name -> array of the members that representations of the header may have."""
    found = {}
    for name in names:
        array = name.removesuffix(".npy")
        owner, _, rest = array.partition(".")
        own = rest.startswith(_OWN) and is_name(rest.removeprefix(_OWN))
        if owner in header.representations and (rest in _ADDED or own):
            found[name] = array
    return found


def restore_beside(name: str, header: ModelHeader, arrays: Arrays, outputs: int) -> Beside:
    """Return a representation as it was when the model was trained.

    Raises:
        DamagedModelError: its arrays do not fit.
        UnfitModelError: it is not installed, or in another version.
    """
    try:
        representation = make(name)
    except RepresentationError as error:
        raise UnfitModelError(
            f"Model {header.model_id}: {error.message}", hint=error.hint
        ) from error
    made = header.representations[name]
    if representation.version != made:
        raise UnfitModelError(
            f"Model {header.model_id} was trained with the representation {name!r} in version"
            f" {made[:80]!r}, here is {representation.version!r}."
        )
    before = f"{name}.{_OWN}"
    own = {key.removeprefix(before): arrays[key] for key in arrays if key.startswith(before)}
    try:
        added = tuple(arrays[f"{name}.{each}"] for each in _ADDED)
        representation.load(own)
        width = as_rows(representation.transform(["a text"])).shape[1]
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise DamagedModelError(f"Model {header.model_id} is incomplete ({error}).") from error
    shapes = ((width, outputs), (outputs,))
    for each, array, shape in zip(_ADDED, added, shapes, strict=True):
        if array.shape != shape or array.dtype.kind != "f" or not np.isfinite(array).all():
            raise DamagedModelError(
                f"Model {header.model_id}: the array '{name}.{each}' has a wrong shape or content."
            )
    return Beside(representation, *added)
