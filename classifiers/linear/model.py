"""A trained model: a sparse product and a calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.columns import ScoreColumns, join, of_probabilities, strongest
from classifiers.linear.calibration import Calibration, probabilities
from classifiers.linear.golden import Golden
from classifiers.linear.header import ModelHeader
from classifiers.linear.stacking import Beside
from classifiers.linear.targets import SECTION, WORDS, Output, outputs
from classifiers.representations.tfidf import TextFeatures
from classifiers.scoring import TERMS_KEPT, Probabilities, scores_of, section_probabilities
from classifiers.text import document_text
from classifiers.types import Document, Scores
from config.ragged import RaggedArray
from config.taxonomy import Taxonomy

Floats32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

#: documents per sparse product, few enough for the caches
BATCH = 2_000


@dataclass(frozen=True)
class Model:
    """The parameters of a trained model.

    A margin is the sum of value times weight over a text's terms, plus the intercept, plus what
    the representations beside the terms add.
    """

    header: ModelHeader
    taxonomy: Taxonomy
    features: TextFeatures
    #: (terms, outputs)
    weights: Floats32
    intercepts: Floats
    calibration: Calibration
    #: scored again when the model is loaded
    golden: Golden = field(default_factory=Golden)
    #: representations beside the terms
    beside: tuple[Beside, ...] = ()

    @property
    def model_id(self) -> str:
        """The ID under which predictions are stored."""
        return self.header.model_id

    @property
    def outputs(self) -> tuple[Output, ...]:
        """In the order of the columns of `weights`."""
        return outputs(self.taxonomy)

    def matrix(self, documents: Sequence[Document]) -> sparse.csr_matrix:
        """Return one row of term values per document."""
        return self.features.transform(document_text(document) for document in documents)

    def added(self, documents: Sequence[Document]) -> Floats | None:
        """Return (documents, outputs): what others than terms add to margins; None: nothing."""
        if not self.beside:
            return None
        texts = [document_text(document) for document in documents]
        return np.asarray(np.sum([each.margins(texts) for each in self.beside], axis=0))

    def margins(self, matrix: sparse.csr_matrix, added: Floats | None = None) -> Floats:
        """Return (rows, outputs) of term values and of what `added` returned for the rows."""
        margins = np.asarray(matrix @ self.weights, dtype=np.float64) + self.intercepts
        return margins if added is None else margins + added

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return one `Scores` per document, in the same order."""
        found: list[Scores] = []
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            keys = [each.key for each in batch]
            found.extend(self.scores(keys, self.matrix(batch), self.added(batch)))
        return found

    def scores(
        self, keys: Sequence[str], matrix: sparse.csr_matrix, added: Floats | None = None
    ) -> list[Scores]:
        """Return one `Scores` per row of term values and of what `added` returned for the rows."""
        known, sections = self._chances(matrix, added)
        named = self._terms(matrix, sections.argmax(axis=1))
        names, ends = self.features.terms_, named.starts.tolist()
        flat = [
            (names[term], share)
            for term, share in zip(named.places.tolist(), named.numbers.tolist(), strict=True)
        ]
        terms = [tuple(flat[start:end]) for start, end in pairwise(ends)]
        return scores_of(keys, known, self.taxonomy, terms, sections=sections)

    def probabilities(self, documents: Sequence[Document]) -> Floats:
        """Return (documents, 1 + labels + sections): of scope, of labels, of sections."""
        known, sections = self._chances(self.matrix(documents), self.added(documents))
        facets = [known.facets[facet.name] for facet in self.taxonomy.facets]
        return np.hstack([known.scope[:, np.newaxis], *facets, sections])

    def label_columns(self, section: str) -> list[int]:
        """Return the output columns of a section: its labels, its own if any, its words if any."""
        wanted = {Output(*pair) for pair in self.taxonomy.section(section).labels}
        wanted |= {Output(SECTION, section), Output(WORDS, section)}
        return [column for column, output in enumerate(self.outputs) if output in wanted]

    def columns(self, documents: Sequence[Document], sections_kept: int) -> ScoreColumns:
        """Return the scores of at least one document as columns."""
        parts = []
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            matrix = self.matrix(batch)
            known, sections = self._chances(matrix, self.added(batch))
            terms = self._terms(matrix, sections.argmax(axis=1))
            parts.append(of_probabilities(known, self.taxonomy, sections, terms, sections_kept))
        return join(parts)

    def _chances(
        self, matrix: sparse.csr_matrix, added: Floats | None
    ) -> tuple[Probabilities, Floats]:
        found = self.calibration
        margins = self.margins(matrix, added)
        known = probabilities(self.taxonomy, margins, found.scope, found.facets, found.shift)
        return known, section_probabilities(known, self.taxonomy)

    def _terms(self, matrix: sparse.csr_matrix, best: Places) -> RaggedArray:
        """Return the terms with the largest joint weight in scope and first section."""
        width = matrix.shape[1]
        of_row = np.repeat(best, np.diff(matrix.indptr))
        shares = matrix.data * self._weights_together.take(of_row * width + matrix.indices)
        starts, places = strongest(shares, matrix.indptr, TERMS_KEPT)
        names = (self.features.terms_,)
        return RaggedArray(starts, names, matrix.indices[places].astype(np.int64), shares[places])

    @cached_property
    def _weights_together(self) -> Floats32:
        """(sections, terms): summed weights of scope and section, which studies never need."""
        columns = [[0, *self.label_columns(section.id)] for section in self.taxonomy.sections]
        return np.stack([self.weights[:, each].sum(axis=1) for each in columns])
