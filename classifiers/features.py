"""TF-IDF over words and word pairs: fitted by scikit-learn, transformed faster, bit for bit alike.

Where scikit-learn makes a string of every word pair and looks it up, here a word becomes a number
and a pair of numbers one integer, found by binary search. Never learns from labels.
"""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from classifiers.text import TOKEN_PATTERN, tokens

Floats32 = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

#: with fewer texts than this a term may stand in one only; otherwise it must stand in two
_SMALL = 50


class TextFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """A scikit-learn transformer from texts to TF-IDF rows (sublinear, L2, float32).

    Args:
        max_terms: the most frequent terms kept.

    Attributes:
        terms_: the terms in the order of the columns (sorted).
        column_: the column of each term.
        idf_: their inverse document frequencies.
    """

    def __init__(self, max_terms: int = 100_000) -> None:
        self.max_terms = max_terms

    def fit(self, texts: Sequence[str], y: object = None) -> Self:  # noqa: ARG002 - the contract
        """Learn the terms and their frequencies."""
        learner = TfidfVectorizer(
            ngram_range=(1, 2),
            sublinear_tf=True,
            min_df=1 if len(texts) < _SMALL else 2,
            max_features=self.max_terms,
            token_pattern=TOKEN_PATTERN,
            dtype=np.float32,
        )
        learner.fit(texts)
        return self.restore(learner.get_feature_names_out().tolist(), learner.idf_)

    def restore(self, terms: Sequence[str], idf: Floats32) -> Self:
        """Take terms and frequencies as they were learned before."""
        self.terms_ = list(terms)
        self.column_ = {term: column for column, term in enumerate(self.terms_)}
        self.idf_ = np.asarray(idf, dtype=np.float32)
        pairs = [term.split(" ") for term in self.terms_]
        self._number = {word: n for n, word in enumerate(sorted({w for p in pairs for w in p}))}
        self._base = max(1, len(self._number))
        self._column_of_word = np.full(self._base, -1, dtype=np.int64)
        keys, columns = [], []
        for column, words in enumerate(pairs):
            if len(words) == 1:
                self._column_of_word[self._number[words[0]]] = column
            else:
                keys.append(self._number[words[0]] * self._base + self._number[words[1]])
                columns.append(column)
        order = np.argsort(np.asarray(keys, dtype=np.int64))
        # A key greater than any pair closes the table, so that every search ends on a valid place.
        self._pair_keys = np.append(np.asarray(keys, dtype=np.int64)[order], self._base**2)
        self._pair_columns = np.append(np.asarray(columns, dtype=np.int64)[order], -1)
        return self

    def transform(self, texts: Iterable[str]) -> sparse.csr_matrix:
        """Return one row per text, equal bit for bit to TfidfVectorizer's."""
        counts = self._counts(texts)
        if not counts.shape[0]:
            return counts
        # The steps of scikit-learn's TfidfTransformer, in its order and its precision.
        np.log(counts.data, out=counts.data)
        counts.data += 1.0
        counts.data *= self.idf_[counts.indices]
        return normalize(counts, norm="l2", copy=False)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:  # noqa: ARG002 - the contract
        """Return the terms, one per column."""
        return np.asarray(self.terms_, dtype=object)

    def _counts(self, texts: Iterable[str]) -> sparse.csr_matrix:
        number = self._number.get
        numbers: list[int] = []
        lengths: list[int] = []
        for text in texts:
            before = len(numbers)
            numbers.extend([number(word, -1) for word in tokens(text)])
            lengths.append(len(numbers) - before)
        words = np.asarray(numbers, dtype=np.int64)
        rows = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        single = self._column_of_word[words]  # -1 reads the last column: masked below
        known = words >= 0
        keep = known & (single >= 0)
        inside = known[:-1] & known[1:] & (rows[:-1] == rows[1:])
        first = np.flatnonzero(inside)
        wanted = words[first] * self._base + words[first + 1]
        place = np.searchsorted(self._pair_keys, wanted)
        hit = self._pair_keys[place] == wanted
        width = len(self.terms_)
        cells = np.concatenate(
            (
                rows[keep] * width + single[keep],
                rows[first[hit]] * width + self._pair_columns[place[hit]],
            )
        )
        cells.sort()
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        data = np.diff(starts, append=len(cells)).astype(np.float32)
        row, column = np.divmod(cells[starts], max(1, width))
        pointers = np.searchsorted(row, np.arange(len(lengths) + 1))
        matrix = sparse.csr_matrix(
            (data, column.astype(np.int32), pointers.astype(np.int32)),
            shape=(len(lengths), width),
        )
        matrix.has_sorted_indices = True
        return matrix
