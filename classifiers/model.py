"""A trained model: one sparse product, a calibration, and the reasons. Reads and writes no file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.calibration import Calibration, probabilities
from classifiers.features import TextFeatures
from classifiers.header import ModelHeader
from classifiers.scoring import TERMS_KEPT, scores_of, section_probabilities
from classifiers.targets import SECTION, Output, outputs
from classifiers.text import document_text
from classifiers.types import Document, Scores
from config.taxonomy import Taxonomy

Floats32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

#: documents per sparse product: bounds memory at a few megabytes and keeps the caches warm
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Model:
    """Everything needed to score a text and to say why.

    The margin of an output is the sum over a text's terms of value times weight, plus the
    output's intercept; probabilities are functions of margins alone.
    """

    header: ModelHeader
    taxonomy: Taxonomy
    features: TextFeatures
    #: (terms, outputs)
    weights: Floats32
    intercepts: Floats
    calibration: Calibration

    @property
    def model_id(self) -> str:
        """The name under which predictions are stored."""
        return self.header.model_id

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What each column of the weights stands for."""
        return outputs(self.taxonomy)

    def matrix(self, documents: Sequence[Document]) -> sparse.csr_matrix:
        """Return one row of term values per document."""
        return self.features.transform(document_text(document) for document in documents)

    def margins(self, matrix: sparse.csr_matrix) -> Floats:
        """Return (rows, outputs)."""
        return np.asarray(matrix @ self.weights, dtype=np.float64) + self.intercepts

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return one `Scores` per document, in the same order."""
        found: list[Scores] = []
        for start in range(0, len(documents), BATCH):
            found.extend(self._predict(documents[start : start + BATCH]))
        return found

    def label_columns(self, section: str) -> list[int]:
        """Return the outputs a section is made of: its labels, and itself if it has one."""
        wanted = {Output(*pair) for pair in self.taxonomy.section(section).labels}
        wanted.add(Output(SECTION, section))
        return [column for column, output in enumerate(self.outputs) if output in wanted]

    def _predict(self, documents: Sequence[Document]) -> list[Scores]:
        matrix = self.matrix(documents)
        found = self.calibration
        known = probabilities(
            self.taxonomy, self.margins(matrix), found.scope, found.facets, found.shift
        )
        sections = section_probabilities(known, self.taxonomy)
        terms = list(self._terms(matrix, sections.argmax(axis=1)))
        keys = [document.key for document in documents]
        return scores_of(keys, known, self.taxonomy, terms, sections=sections)

    def _terms(
        self, matrix: sparse.csr_matrix, best: npt.NDArray[np.int64]
    ) -> Iterator[tuple[tuple[str, float], ...]]:
        """Yield per row the terms that weigh most in the scope and the first section together."""
        together: dict[int, Floats32] = {}
        for place in np.unique(best).tolist():
            columns = [0, *self.label_columns(self.taxonomy.sections[place].id)]
            together[place] = self.weights[:, columns].sum(axis=1)
        names = self.features.terms_
        for row, place in enumerate(best.tolist()):
            inside = slice(matrix.indptr[row], matrix.indptr[row + 1])
            terms = matrix.indices[inside]
            shares = matrix.data[inside] * together[place][terms]
            order = np.argsort(-np.abs(shares), kind="stable")[:TERMS_KEPT]
            kept = zip(terms[order].tolist(), shares[order].tolist(), strict=True)
            yield tuple((names[term], share) for term, share in kept if share)
