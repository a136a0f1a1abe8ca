"""Find the decided papers most similar to a paper, by the cosine of their term values.

The matrix is stored by term, so a query reads only the terms of its paper (a sixth of all values).
It is built in chunks, because one pass over all texts needs ten times the memory of the result.
"""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.linear.model import Model
from classifiers.types import Example
from pipeline.learn.explain.breakdown import Neighbour

#: neighbours shown per verdict
_SHOWN = 3
#: least similarity, because papers below it share only stop words
_ALIKE = 0.05
#: terms shown per neighbour
_SHARED = 5
#: papers converted at once
_CHUNK = 1_000


class NeighbourIndex:
    """The decided papers of a model, indexed by term."""

    def __init__(self, model: Model, examples: Sequence[Example]) -> None:
        self._model = model
        documents = [example.document for example in examples]
        chunks = [
            model.matrix(documents[start : start + _CHUNK])
            for start in range(0, len(documents), _CHUNK)
        ]
        width = len(model.features.terms_)
        rows = sparse.vstack(chunks, format="csr") if chunks else sparse.csr_matrix((0, width))
        #: (terms, papers)
        self._by_term: sparse.csr_matrix = rows.T.tocsr()
        self._place = {document.key: place for place, document in enumerate(documents)}
        self._titles = [document.title for document in documents]
        self._keys = list(self._place)
        self._sections = [example.sections for example in examples]
        approved = np.asarray([example.in_scope for example in examples], dtype=bool)
        self._approved, self._rejected = np.flatnonzero(approved), np.flatnonzero(~approved)

    def nearest(
        self, row: sparse.csr_matrix, without: Collection[str] = ()
    ) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
        """Return the nearest approved papers and the nearest rejected ones, nearest first.

        Args:
            row: the term values of the paper that is compared.
            without: ids to leave out, the paper itself included.
        """
        sharing = self._by_term[row.indices]
        alike = np.asarray(sharing.T @ row.data)
        for key in without:
            if (place := self._place.get(key)) is not None:
                alike[place] = 0.0
        return (
            self._best(row, sharing, alike, self._approved),
            self._best(row, sharing, alike, self._rejected),
        )

    def _best(
        self,
        row: sparse.csr_matrix,
        sharing: sparse.csr_matrix,
        alike: npt.NDArray[np.float32],
        among: npt.NDArray[np.int64],
    ) -> tuple[Neighbour, ...]:
        order = among[np.argsort(-alike[among], kind="stable")[:_SHOWN]].tolist()
        return tuple(
            Neighbour(
                arxiv_id=self._keys[place],
                title=self._titles[place],
                sections=self._sections[place],
                similarity=float(alike[place]),
                shared=self._shared(row, sharing, place),
            )
            for place in order
            if alike[place] >= _ALIKE
        )

    def _shared(
        self, row: sparse.csr_matrix, sharing: sparse.csr_matrix, place: int
    ) -> tuple[tuple[str, float], ...]:
        """Return the shared terms that contribute most to the similarity with one paper."""
        found = np.flatnonzero(sharing.indices == place)
        terms = np.searchsorted(sharing.indptr, found, side="right") - 1
        shares = sharing.data[found] * row.data[terms]
        order = np.argsort(-shares, kind="stable")[:_SHARED].tolist()
        names = self._model.features.terms_
        return tuple((names[row.indices[terms[n]]], float(shares[n])) for n in order)
