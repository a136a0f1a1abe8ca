"""Fit the scope of a model again after further decisions, over the terms that it has.

The regression is that of a training (`scope.fit_scope`), with the model's terms and calibration and
without the other outputs, so it takes a second instead of minutes. Its scores serve the order;
probabilities come from a training.
"""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.linear.model import Model
from classifiers.linear.prior import scope_direction
from classifiers.linear.recipe import Recipe
from classifiers.linear.scope import ScopeRows, fit_scope, old_approvals
from classifiers.scoring import sigmoid
from classifiers.types import Document, Example

Floats = npt.NDArray[np.float64]

#: texts of which the term values are kept from one order to the next, about 2 kB each
_KEPT = 50_000


class ScopeFollower:
    """Scores papers by a model's scope after further decisions."""

    def __init__(self, model: Model, recipe: Recipe) -> None:
        self.model, self._recipe = model, recipe
        self._words = recipe.scope_pull * scope_direction(model.taxonomy, model.features)
        self._rows: sparse.csr_matrix = model.features.transform([])
        #: what the representations beside the terms add to the scope; they are not fitted again
        self._added: list[float] = []
        self._places: dict[Hashable, int] = {}

    def forget(self) -> None:
        """Keep no term values any more if there are many, before papers are kept for an order."""
        if len(self._places) > _KEPT:
            self._rows, self._places = self.model.features.transform([]), {}
            self._added = []

    def unknown(self, names: Sequence[Hashable]) -> list[int]:
        """Return the places of texts whose term values are not kept."""
        return [place for place, name in enumerate(names) if name not in self._places]

    def keep(self, names: Sequence[Hashable], documents: Sequence[Document]) -> None:
        """Keep the term values of texts under names that change with the text."""
        if names:
            start = len(self._places)
            added = self.model.matrix(documents)
            self._rows = sparse.vstack([self._rows, added], format="csr")
            others = self.model.added(documents)
            self._added += [0.0] * len(documents) if others is None else others[:, 0].tolist()
            self._places |= {name: start + place for place, name in enumerate(names)}

    def keep_new(self, documents: Sequence[Document]) -> None:
        """Keep the term values of decided and undecided papers that are not kept."""
        fresh = [documents[place] for place in self.unknown(documents)]
        self.keep(fresh, fresh)

    def kept(self, names: Sequence[Hashable]) -> sparse.csr_matrix:
        """Return the kept rows of these names."""
        return self._rows[[self._places[name] for name in names]]

    def added(self, names: Sequence[Hashable]) -> Floats:
        """Return what the representations beside the terms add to the scope of these names."""
        return np.asarray([self._added[self._places[name]] for name in names], dtype=np.float64)

    def scores(
        self,
        examples: Sequence[Example],
        background: Sequence[Document],
        waiting: sparse.csr_matrix,
        added: Floats | None = None,
    ) -> Floats | None:
        """Return the scores of waiting papers, comparable with the model's probabilities.

        `added` is what `added` returned for them.

        None: the examples have one verdict only.
        """
        ordered = sorted(examples, key=lambda example: example.document.key)
        stream = sorted(background, key=lambda document: document.key)
        decided = [example.document for example in ordered]
        for documents in (decided, stream):
            self.keep_new(documents)
        wanted = np.asarray([example.in_scope for example in ordered], dtype=bool)
        old = old_approvals(decided, wanted, stream)
        rows = ScopeRows(
            matrix=self.kept(decided),
            wanted=wanted,
            old=old,
            stream=self.kept(stream),
            words=self._words,
            drawn_from=np.asarray([example.drawn_from for example in ordered], dtype=np.int64),
        )
        fit = fit_scope(rows, self._recipe)
        if fit is None:
            return None
        weights = (fit.weights + self._words).astype(np.float32)
        slope, intercept = self.model.calibration.scope
        margins = np.asarray(waiting @ weights, dtype=np.float64) + fit.intercept
        if added is not None:
            margins += added
        return sigmoid(slope * margins + intercept)
