"""Explain the scores of a trained model: exact shares and the most similar decided papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from classifiers.linear.explain import Reading
from classifiers.linear.model import Model
from classifiers.linear.targets import Output
from classifiers.types import Document
from pipeline.learn.explain.breakdown import Reasons, ScoreBreakdown
from pipeline.learn.explain.decided import DecidedPaper, LiveDecisions
from pipeline.learn.explain.neighbours import NeighbourIndex, nearest
from pipeline.learn.explain.outline import heading, outline

#: papers converted at once, because one pass over all texts needs ten times the memory
_CHUNK = 1_000
#: mean cosine of two papers to a model of the development data's size, and the least taken
_USUAL, _LEAST_USUAL = 0.024, 0.005


@dataclass(frozen=True, slots=True)
class _Live:
    """The index of the decisions since, and the term values of every text it was made of."""

    papers: Mapping[str, DecidedPaper]
    index: NeighbourIndex
    rows: Mapping[Document, sparse.csr_matrix]


class ModelExplainer:
    """Explains the scores of a model; the index of decided papers is built once."""

    def __init__(self, model: Model, decided: Sequence[DecidedPaper], *, seen: int) -> None:
        self.model_id = model.model_id
        #: the last decision event it includes
        self.seen = seen
        self._model = model
        self._index = NeighbourIndex(
            model.features.terms_,
            _matrix(model, [paper.document for paper in decided]),
            decided,
        )
        self._beside = tuple(each.representation.name for each in model.beside)
        self._usual = _usual_similarity(model)
        #: texts that are compared again and again, and their term values; replaced as one
        self._compared: tuple[tuple[Document, ...], sparse.csr_matrix] = ((), _matrix(model, ()))
        #: the decisions since; replaced as one, because threads share it
        self._live: _Live | None = None
        self._parts = {
            section.id: [
                (output.kind, output.name)
                for column in model.label_columns(section.id)
                for output in (model.outputs[column],)
            ]
            for section in model.taxonomy.sections
        }

    def reasons(
        self,
        document: Document,
        *,
        sections: Sequence[str] | None = None,
        live: LiveDecisions | None = None,
        reviewer: str = "",
    ) -> Reasons:
        """Return the explanation of a paper's scores.

        Args:
            document: the paper's text.
            sections: ids of the sections to explain; None: the best.
            live: the decisions made since the explainer was loaded.
            reviewer: whose own decisions on similar papers are counted.
        """
        reading = Reading(self._model, document)
        live = live or LiveDecisions(self.seen)
        near = nearest(
            reading.row,
            [
                (self._index, {document.key, *live.changed}),
                (self._index_of(live), {document.key}),
            ],
            reviewer,
        )
        found = outline(reading.scores, self._parts, sections, self._model.taxonomy)
        return Reasons(
            model_id=self.model_id,
            trained=True,
            breakdowns=tuple(
                self._breakdown(reading, key, found.probabilities.get(key)) for key in found.keys
            ),
            bases=found.bases,
            approved=near.approved,
            rejected=near.rejected,
            own=near.own,
            beside=self._beside,
        )

    def nearness(self, document: Document, others: Sequence[Document]) -> tuple[float, ...]:
        """Return how many times as similar each other text is as two golden papers are.

        The cosine alone depends on how many papers the model knows: it falls with their number.
        """
        if not others:
            return ()
        texts, matrix = self._compared
        if texts != tuple(others):  # compares identities first, and callers keep their texts
            texts, matrix = tuple(others), _matrix(self._model, others)
            self._compared = texts, matrix
        row = self._model.matrix([document])
        dense = np.zeros(len(self._model.features.terms_), dtype=np.float32)
        dense[row.indices] = row.data  # as for neighbours: faster than a sparse product
        similar = np.asarray(matrix @ dense)
        return tuple((similar / self._usual).tolist())

    def _index_of(self, live: LiveDecisions) -> NeighbourIndex:
        known = self._live
        if known is None or known.papers is not live.papers:
            known = _Live(live.papers, *self._indexed(live, known.rows if known else {}))
            self._live = known
        return known.index

    def _indexed(
        self, live: LiveDecisions, known: Mapping[Document, sparse.csr_matrix]
    ) -> tuple[NeighbourIndex, dict[Document, sparse.csr_matrix]]:
        """Index the decisions since; `known` are the rows of texts that were converted before."""
        papers = tuple(live.papers.values())
        new = [paper.document for paper in papers if paper.document not in known]
        matrix = _matrix(self._model, new)
        rows = {**known, **{document: matrix[n] for n, document in enumerate(new)}}
        stacked = _stacked(self._model, [rows[paper.document] for paper in papers])
        return NeighbourIndex(self._model.features.terms_, stacked, papers), rows

    def _breakdown(
        self,
        reading: Reading,
        key: tuple[str, str],
        probability: float | None,
    ) -> ScoreBreakdown:
        kind, name = key
        found = reading.explain(Output(kind, name))
        return ScoreBreakdown(
            kind=kind,
            name=name,
            heading=heading(key, self._model.taxonomy),
            probability=probability,
            score=found.score,
            base=found.base,
            shares=found.shares,
            wordless=found.wordless,
        )


def _usual_similarity(model: Model) -> float:
    """Return the mean cosine of two golden papers, which are spread over the margins."""
    golden = _matrix(model, model.golden.documents)
    count = golden.shape[0]
    if count < 2:  # a model made before there were golden papers
        return _USUAL
    every = float((golden @ golden.T).sum()) - float(golden.multiply(golden).sum())
    return float(max(every / (count * (count - 1)), _LEAST_USUAL))


def _matrix(model: Model, documents: Sequence[Document]) -> sparse.csr_matrix:
    starts = range(0, len(documents), _CHUNK)
    return _stacked(model, [model.matrix(documents[start : start + _CHUNK]) for start in starts])


def _stacked(model: Model, parts: Sequence[sparse.csr_matrix]) -> sparse.csr_matrix:
    empty = sparse.csr_matrix((0, len(model.features.terms_)), dtype=np.float32)
    return sparse.vstack([empty, *parts], format="csr")
