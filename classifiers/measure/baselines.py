"""Define the baselines: naive Bayes, the plain recipe, ASReview's rule."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.svm import LinearSVC

from classifiers.linear.fitting import NO_EXAMPLE
from classifiers.linear.model import Model
from classifiers.linear.recipe import Recipe
from classifiers.linear.targets import UNKNOWN, outputs, targets
from classifiers.linear.training import train
from classifiers.scoring import Probabilities, scores_of
from classifiers.text import document_text
from classifiers.types import Document, Example, Scores
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

BAYES: dict[str, Callable[[], Any]] = {"multinomial": MultinomialNB, "complement": ComplementNB}
#: probability of a label without examples
SILENT = 0.05

#: ASReview LAB 2's default ELAS u4 (asreview/models/models.py)
ASREVIEW_STRENGTH = 0.11
ASREVIEW_RATIO = 9.8


def plain(examples: Sequence[Example], taxonomy: Taxonomy, *, trained_at: datetime) -> Model:
    """Train balanced logistic regressions without cues and stream."""
    return train(examples, [], taxonomy, trained_at=trained_at, recipe=Recipe(weak=False))


class Estimators:
    """One estimator per output; sections follow from the facets."""

    def __init__(
        self,
        rows: Any,
        examples: Sequence[Example],
        taxonomy: Taxonomy,
        make: Callable[[], Any],
    ) -> None:
        self._taxonomy = taxonomy
        table = targets(examples, taxonomy)
        #: None without examples of both classes
        self._fits: list[Any | None] = []
        for column in range(len(outputs(taxonomy))):
            known = table[:, column] != UNKNOWN
            wanted = table[known, column] == 1
            two = wanted.any() and not wanted.all()
            self._fits.append(make().fit(rows[known], wanted) if two else None)

    def scores(self, documents: Sequence[Document], rows: Any) -> list[Scores]:
        """Return one `Scores` per document, without terms."""
        every, taxonomy = outputs(self._taxonomy), self._taxonomy
        table = np.full((len(documents), len(every)), SILENT)
        for column, fit in enumerate(self._fits):
            if fit is not None and documents:
                table[:, column] = fit.predict_proba(rows)[:, 1]
        columns = {
            facet.name: [c for c, output in enumerate(every) if output.kind == facet.name]
            for facet in taxonomy.facets
        }
        sections = len(taxonomy.sections)
        known = Probabilities(
            scope=table[:, 0],
            facets={name: table[:, each] for name, each in columns.items()},
            own=np.full((len(documents), sections), NO_EXAMPLE),
            shift=np.zeros(sections),
        )
        return scores_of([d.key for d in documents], known, taxonomy, [()] * len(documents))


class NaiveBayes:
    """One naive Bayes classifier per output over TF-IDF."""

    def __init__(self, examples: Sequence[Example], taxonomy: Taxonomy, variant: str) -> None:
        if variant not in BAYES:
            raise ValueError(f"variant {variant!r} is not one of {', '.join(BAYES)}")
        self.model_id = f"{variant}-bayes"
        self._texts = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        rows = self._texts.fit_transform([document_text(e.document) for e in examples])
        self._fits = Estimators(rows, examples, taxonomy, BAYES[variant])

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return one `Scores` per document, without terms."""
        rows = self._texts.transform([document_text(document) for document in documents])
        return self._fits.scores(documents, rows)


class AsreviewRule:
    """ASReview's default ranking rule; higher margins are read first."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=1, max_df=0.95)
        self._matrix = self._texts.fit_transform(texts)

    def margins(
        self,
        rows: npt.NDArray[np.int64],
        relevant: npt.NDArray[np.bool_],
        later: Sequence[str] | None = None,
    ) -> Floats:
        """Return margins of all texts, or of `later`, after `rows` were decided.

        Both verdicts must occur.
        """
        share = relevant.sum() / (ASREVIEW_RATIO * (~relevant).sum())
        weights = np.where(relevant, 1.0, share)
        weights *= len(weights) / weights.sum()
        model = LinearSVC(C=ASREVIEW_STRENGTH, loss="squared_hinge", random_state=0)
        model.fit(self._matrix[rows], relevant, sample_weight=weights)
        texts = self._matrix if later is None else self._texts.transform(later)
        return np.asarray(model.decision_function(texts))
