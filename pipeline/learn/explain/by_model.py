"""Explain the scores of a trained model: exact shares and the most similar decided papers."""

from collections.abc import Sequence

from classifiers.linear.explain import Reading
from classifiers.linear.model import Model
from classifiers.linear.targets import Output
from classifiers.types import Document, Example
from pipeline.learn.explain.breakdown import Reasons, ScoreBreakdown
from pipeline.learn.explain.neighbours import NeighbourIndex
from pipeline.learn.explain.outline import heading, outline


class ModelExplainer:
    """Explains the scores of a model; the index of decided papers is built once."""

    def __init__(self, model: Model, examples: Sequence[Example], *, seen: int) -> None:
        self.model_id = model.model_id
        #: the last decision event it includes
        self.seen = seen
        self._model = model
        self._index = NeighbourIndex(model, examples)
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
        changed: frozenset[str] = frozenset(),
    ) -> Reasons:
        """Return the explanation of a paper's scores.

        Args:
            document: the paper's text.
            sections: ids of the sections to explain; None: the best.
            changed: ids of papers decided again since; they are left out of the neighbours.
        """
        reading = Reading(self._model, document)
        approved, rejected = self._index.nearest(reading.row, {document.key, *changed})
        found = outline(reading.scores, self._parts, sections)
        return Reasons(
            model_id=self.model_id,
            trained=True,
            breakdowns=tuple(
                self._breakdown(reading, key, found.probabilities.get(key)) for key in found.keys
            ),
            bases=found.bases,
            approved=approved,
            rejected=rejected,
        )

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
        )
