"""Lists of named numbers as flat arrays, shared by classifiers and storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class RaggedArray:
    """One list of named numbers per paper, concatenated."""

    #: (papers + 1,): start of each paper's list, and the end of the last one
    starts: "npt.NDArray[np.int64]"
    #: possible names, field by field: (sections,), (facets, labels), (terms,)
    names: tuple[Sequence[str], ...]
    #: for each number, the index of its name in `names`
    places: "npt.NDArray[np.int64]"
    numbers: "npt.NDArray[np.float64]"
