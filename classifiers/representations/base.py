"""The contract of a representation, which converts texts to numeric rows.

TF-IDF is one. Another installed package adds one by an entry point (`installed.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt
from scipy import sparse

#: what a model file keeps of a representation, by name
Arrays = dict[str, npt.NDArray[Any]]
Floats32 = npt.NDArray[np.float32]


@runtime_checkable
class Representation(Protocol):
    """Converts texts to rows; the same texts give the same numbers in every process."""

    #: under which settings, model IDs, headers and reasons name it
    name: str
    #: changes whenever the same texts would give other numbers, also by other weights or libraries
    version: str

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn from the texts of a training, and return itself."""

    def transform(self, texts: Iterable[str]) -> Any:
        """Return one row per text, a scipy CSR matrix or a numpy array, best of length one."""

    def arrays(self) -> Arrays:
        """Return what was learned as arrays of numbers, which model files keep."""

    def load(self, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Take what was learned before, the inverse of `arrays`, and return itself.

        Raises:
            KeyError, ValueError: the arrays are not of this representation.
        """


def as_rows(values: Any) -> sparse.csr_matrix:
    """Return what `transform` returned as float32 rows.

    Raises:
        ValueError: a number is not finite, or it has not two dimensions.
    """
    rows = sparse.csr_matrix(values, dtype=np.float32)
    if not np.isfinite(rows.data).all():
        raise ValueError("a representation gave a number that is not finite")
    return rows


def of_unit_length(weights: Floats32, sizes: npt.NDArray[Any]) -> Floats32:
    """Return the weights of rows divided by each row's Euclidean length, or as they are if it is 0.

    With the same bits as scikit-learn's `normalize`, which takes a second to import: squares in
    float32, their sum and the quotient in float64.

    Args:
        weights: (weights,), those of one row after another.
        sizes: (rows,), how many each row has.
    """
    rows = np.repeat(np.arange(len(sizes)), sizes)
    squares = np.bincount(rows, weights=weights * weights, minlength=len(sizes))
    squares[squares == 0.0] = 1.0
    return (weights / np.sqrt(squares)[rows]).astype(np.float32)
