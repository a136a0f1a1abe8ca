"""Store what representations beside the terms add to a model, and restore it."""

from collections.abc import Sequence

from classifiers.errors import DamagedModelError, RepresentationError, UnfitModelError
from classifiers.linear.header import ModelHeader
from classifiers.linear.stacking import Beside
from classifiers.representations.base import ARRAY_NAME, Arrays, as_rows
from classifiers.representations.installed import make

#: array of what a representation adds; names of arrays follow that of the representation and a dot
_ADDS = "weights"


def arrays_beside(one: Beside) -> Arrays:
    """Return the arrays that keep a representation."""
    own = {**one.representation.arrays(), _ADDS: one.weights}
    return {f"{one.representation.name}.{name}": array for name, array in own.items()}


def members_beside(header: ModelHeader, names: Sequence[str]) -> dict[str, str]:
    """Return file name -> array of the members that representations of the header may have."""
    found = {}
    for name in names:
        owner, dot, rest = name.removesuffix(".npy").partition(".")
        if dot and owner in header.representations and ARRAY_NAME.fullmatch(rest):
            found[name] = f"{owner}.{rest}"
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
        raise UnfitModelError(f"Model {header.model_id}: {error.message}") from error
    made = header.representations[name]
    if representation.version != made:
        raise UnfitModelError(
            f"Model {header.model_id} was trained with the representation {name!r} in version"
            f" {made[:80]!r}, here is {representation.version!r}."
        )
    own = {
        array.removeprefix(f"{name}."): content
        for array, content in arrays.items()
        if array.startswith(f"{name}.")
    }
    try:
        weights = own.pop(_ADDS)
        representation.load(own)
        width = as_rows(representation.transform(["a text"])).shape[1]
        as_rows(weights)
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise DamagedModelError(f"Model {header.model_id} is incomplete ({error}).") from error
    if weights.shape != (width, outputs) or weights.dtype.kind != "f":
        raise DamagedModelError(
            f"Model {header.model_id}: the array '{name}.{_ADDS}' has a wrong shape or content."
        )
    return Beside(representation, weights)
