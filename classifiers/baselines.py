"""What a model must beat: naive Bayes, the plain recipe, ASReview's rule. Never in production.

They read the same texts, examples and split as the model they stand beside.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.svm import LinearSVC

from classifiers.model import Model
from classifiers.recipe import Recipe
from classifiers.scoring import Probabilities, scores_of
from classifiers.targets import SCOPE, UNKNOWN, outputs, targets
from classifiers.text import document_text
from classifiers.training import train
from classifiers.types import Document, Example, Scores
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

#: names of the naive Bayes variants
BAYES = ("multinomial", "complement")

#: ASReview LAB 2's default, ELAS u4: TF-IDF of words and pairs, LinearSVC, and the weight of all
#: irrelevant papers together against the relevant ones (asreview/models/models.py)
ASREVIEW_STRENGTH = 0.11
ASREVIEW_RATIO = 9.8


def plain(examples: Sequence[Example], taxonomy: Taxonomy, *, trained_at: datetime) -> Model:
    """Return the plain recipe: balanced logistic regressions, no cues, no stream."""
    return train(examples, [], taxonomy, trained_at=trained_at, recipe=Recipe(weak=False))


class NaiveBayes:
    """One naive Bayes classifier per output over TF-IDF, sections combined as the model does."""

    def __init__(self, examples: Sequence[Example], taxonomy: Taxonomy, variant: str) -> None:
        if variant not in BAYES:
            raise ValueError(f"no variant {variant!r}: one of {', '.join(BAYES)}")
        self.model_id = f"{variant}-bayes"
        self._taxonomy = taxonomy
        self._texts = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        matrix = self._texts.fit_transform([document_text(e.document) for e in examples])
        table = targets(examples, taxonomy)
        self._fits: list[Any | None] = []
        for column in range(len(outputs(taxonomy))):
            known = table[:, column] != UNKNOWN
            wanted = table[known, column] == 1
            if wanted.all() or not wanted.any():
                self._fits.append(None)
                continue
            fit = ComplementNB() if variant == "complement" else MultinomialNB()
            self._fits.append(fit.fit(matrix[known], wanted))

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return one `Scores` per document, without terms; sections' own evidence is not used."""
        matrix = self._texts.transform([document_text(document) for document in documents])
        chances = [
            fit.predict_proba(matrix)[:, 1] if fit is not None and documents else None
            for fit in self._fits
        ]
        return scores_of_outputs(documents, chances, self._taxonomy)


def scores_of_outputs(
    documents: Sequence[Document], chances: Sequence[Floats | None], taxonomy: Taxonomy
) -> list[Scores]:
    """Return the scores of classifiers that answer output by output, None where one says nothing.

    Sections follow from the facets alone, as in the model; their own evidence is not used.
    """
    every = outputs(taxonomy)
    table = np.full((len(documents), len(every)), 0.05)
    for column, answers in enumerate(chances):
        if answers is not None:
            table[:, column] = answers
    columns = {
        kind: [c for c, output in enumerate(every) if output.kind == kind]
        for kind in (SCOPE, *(facet.name for facet in taxonomy.facets))
    }
    sections = len(taxonomy.sections)
    known = Probabilities(
        scope=table[:, 0],
        facets={facet.name: table[:, columns[facet.name]] for facet in taxonomy.facets},
        own=np.full((len(documents), sections), -2.0),
        shift=np.zeros(sections),
    )
    return scores_of([d.key for d in documents], known, taxonomy, [()] * len(documents))


class AsreviewRule:
    """ASReview's default ranking rule: margins, the higher the sooner to be read."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=1, max_df=0.95)
        self._matrix = self._texts.fit_transform(texts)

    def margins(
        self,
        rows: npt.NDArray[np.int64],
        relevant: npt.NDArray[np.bool_],
        later: Sequence[str] | None = None,
    ) -> Floats:
        """Return the margins of all texts after `rows` were decided; both verdicts must occur.

        With `later`, of those texts instead: ASReview itself knows only the records it was given.
        """
        share = relevant.sum() / (ASREVIEW_RATIO * (~relevant).sum())
        weights = np.where(relevant, 1.0, share)
        weights *= len(weights) / weights.sum()
        model = LinearSVC(C=ASREVIEW_STRENGTH, loss="squared_hinge", random_state=0)
        model.fit(self._matrix[rows], relevant, sample_weight=weights)
        asked = self._matrix if later is None else self._texts.transform(later)
        return np.asarray(model.decision_function(asked))
