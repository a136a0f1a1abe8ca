"""Hold lists of named numbers as flat arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class RaggedArray:
    """One list of named numbers per paper, concatenated."""

    #: (papers + 1,): start of each list, and the end of the last
    starts: "npt.NDArray[np.int64]"
    #: possible names by field
    names: tuple[Sequence[str], ...]
    #: index in `names` by number
    places: "npt.NDArray[np.int64]"
    numbers: "npt.NDArray[np.float64]"
