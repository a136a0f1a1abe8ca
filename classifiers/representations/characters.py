"""Weigh runs of three to five characters of each word, hashed to a fixed number of columns.

Spellings share columns that share a stem: "tokeniser", "tokenizers". A column has no term.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.representations.base import Arrays, of_unit_length

#: columns; 32,768 by the 50 outputs of the built-in taxonomy are 7 MB in a model file
WIDTH = 2**15


class HashedCharacters:
    """Hashed character n-grams (sublinear, IDF, L2, float32)."""

    name = "characters"
    version = "1"

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import (  # noqa: PLC0415  slow, for this one only
            HashingVectorizer,
        )

        self._counter = HashingVectorizer(
            analyzer="char_wb",
            ngram_range=(3, 5),
            n_features=WIDTH,
            alternate_sign=False,
            norm=None,
            dtype=np.float32,
        )
        self._idf = np.ones(WIDTH, dtype=np.float32)

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn the inverse document frequencies."""
        counts = self._counts(texts)
        used = np.bincount(counts.indices, minlength=WIDTH)
        self._idf = (np.log((1.0 + counts.shape[0]) / (1.0 + used)) + 1.0).astype(np.float32)
        return self

    def transform(self, texts: Iterable[str]) -> sparse.csr_matrix:
        """Return one row per text."""
        counts = self._counts(list(texts))
        np.log(counts.data, out=counts.data)
        counts.data += 1.0
        counts.data *= self._idf[counts.indices]
        counts.data = of_unit_length(counts.data, np.diff(counts.indptr))
        return counts

    def arrays(self) -> Arrays:
        """Return the inverse document frequencies."""
        return {"idf": self._idf}

    def load(self, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Take inverse document frequencies learned before."""
        idf = arrays["idf"]
        if idf.shape != (WIDTH,) or idf.dtype.kind != "f" or not np.isfinite(idf).all():
            raise ValueError("the frequencies of characters have a wrong shape or content")
        self._idf = idf.astype(np.float32)
        return self

    def _counts(self, texts: Sequence[str]) -> sparse.csr_matrix:
        if not texts:  # scikit-learn refuses to hash nothing
            return sparse.csr_matrix((0, WIDTH), dtype=np.float32)
        return self._counter.transform(texts)
