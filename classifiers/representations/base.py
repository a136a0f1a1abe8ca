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
