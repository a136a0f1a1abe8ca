"""Compute TF-IDF over words and word pairs.

Fitted by scikit-learn; transformed with the same bits but faster, by integers instead of strings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.representations.base import Arrays, Floats32, of_unit_length
from classifiers.representations.lookup import Lookup
from classifiers.representations.names import TFIDF
from classifiers.representations.scan import PACKED, packed, scan
from classifiers.text import TOKEN_PATTERN

Integers = npt.NDArray[np.int64]

#: with fewer texts a term needs one text, otherwise two
_SMALL = 50
#: characters, few enough for the processor's caches
_CHUNK = 500_000


class TextFeatures:
    """Transform texts to TF-IDF rows (sublinear, L2, float32).

    Attributes:
        terms_: the `max_terms` most frequent terms, sorted, one per column.
        column_: the column of each term.
        idf_: their inverse document frequencies.
    """

    name = TFIDF
    version = "1"

    def __init__(self, max_terms: int = 100_000) -> None:
        self.max_terms = max_terms

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn the terms and their inverse document frequencies."""
        from sklearn.feature_extraction.text import (  # noqa: PLC0415  slow, for training only
            TfidfVectorizer,
        )

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
        """Set terms and inverse document frequencies learned before."""
        self.terms_ = list(terms)
        self.column_ = {term: column for column, term in enumerate(self.terms_)}
        self.idf_ = np.asarray(idf, dtype=np.float32)
        pairs = [term.split(" ") for term in self.terms_]
        words = [word.encode() for word in sorted({word for pair in pairs for word in pair})]
        numbers = np.arange(len(words), dtype=np.int32)
        number = dict(zip(words, numbers.tolist(), strict=True))
        short = [word for word in words if len(word) <= PACKED]
        self._long = {word: number[word] for word in words if len(word) > PACKED}
        self._words = Lookup(packed(short), np.asarray([number[w] for w in short], np.int32))
        self._base = np.uint64(max(1, len(words)))
        self._column_of_word = np.full(max(1, len(words)), -1, dtype=np.int64)
        keys, columns = [], []
        for column, pair in enumerate(pairs):
            first, *second = (number[word.encode()] for word in pair)
            if second:
                keys.append(first * len(words) + second[0])
                columns.append(column)
            else:
                self._column_of_word[first] = column
        self._pairs = Lookup([np.asarray(keys, np.uint64)], np.asarray(columns, np.int32))
        return self

    def transform(self, texts: Iterable[str]) -> sparse.csr_matrix:
        """Return one row per text, bit for bit like TfidfVectorizer."""
        parts = [self._weigh(chunk) for chunk in _chunks(texts)]
        width = len(self.terms_)
        if not parts:
            return sparse.csr_matrix((0, width), dtype=np.float32)
        data, columns, sizes = (np.concatenate(part) for part in zip(*parts, strict=True))
        pointers = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
        matrix = sparse.csr_matrix((data, columns, pointers), shape=(len(sizes), width))
        matrix.has_sorted_indices = True
        return matrix

    def arrays(self) -> Arrays:
        """Return the terms as text in lines, and their inverse document frequencies."""
        lines = "\n".join(self.terms_).encode()
        return {"terms": np.frombuffer(lines, dtype=np.uint8), "idf": self.idf_}

    def load(self, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Take terms and frequencies learned before."""
        terms, idf = arrays["terms"].tobytes().decode().split("\n"), arrays["idf"]
        if idf.shape != (len(terms),) or idf.dtype.kind != "f" or not np.isfinite(idf).all():
            raise ValueError("the array 'idf' has a wrong shape or content")
        return self.restore(terms, idf)

    def _weigh(self, texts: list[str]) -> tuple[Floats32, npt.NDArray[np.int32], Integers]:
        """Return the weights, their columns and how many each text has."""
        data, columns, sizes = self._count(texts)
        # The steps of TfidfTransformer, in its order and precision.
        np.log(data, out=data)
        data += 1.0
        data *= self.idf_[columns]
        return of_unit_length(data, sizes), columns, sizes

    def _count(self, texts: list[str]) -> tuple[Floats32, npt.NDArray[np.int32], Integers]:
        words = scan(texts)
        numbers = self._words.find(words.packed)
        for place, word in words.long.items():
            numbers[place] = self._long.get(word, -1)
        rows, known = words.rows, numbers >= 0
        single = self._column_of_word.take(numbers, mode="clip")  # unknown words read the first
        alone = known & (single >= 0)
        first = np.flatnonzero(known[:-1] & known[1:] & (rows[:-1] == rows[1:]))
        wide = numbers.astype(np.uint64)
        pairs = self._pairs.find([wide[first] * self._base + wide[first + 1]])
        hit = pairs >= 0
        width = max(1, len(self.terms_))
        cells = np.concatenate(
            (rows[alone] * width + single[alone], rows[first[hit]] * width + pairs[hit])
        )
        cells.sort()
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        data = np.diff(starts, append=len(cells)).astype(np.float32)
        row, column = np.divmod(cells[starts], width)
        return data, column.astype(np.int32), np.bincount(row, minlength=len(texts))


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for text in texts:
        chunk.append(text)
        size += len(text)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
