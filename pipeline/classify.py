"""What is unclassified? Ask the database, score it, store the model's word. Decides nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from classifiers.types import Classifier, Scores
from pipeline.documents import document_of
from storage.store import OpenStore
from storage.types import FacetScore, PaperText, Prediction, SectionScore, TermWeight

BATCH = 2_000

#: The best sections are stored, not all 38: the ninth is never shown, and over 3 million papers the
#: rest would be 90 million rows of noise, most of the database.
SECTIONS_KEPT = 8


@dataclass(frozen=True, slots=True)
class ClassifyReport:
    """What one pass of the classifier did."""

    model_id: str
    classified: int


def classify_papers(
    classifier: Classifier,
    open_store: OpenStore,
    *,
    clock: Callable[[], datetime],
    on_batch: Callable[[int], None] = lambda _: None,
) -> ClassifyReport:
    """Classify every paper whose current text this model has not read.

    The store is leased for reading and for writing a batch, never while the model works, so a
    reviewer's page is served in between. Killed anywhere, the next call goes on where it stood.
    """
    classified = 0
    while True:
        with open_store() as store:
            texts = store.papers.unclassified(classifier.model_id, limit=BATCH)
        if not texts:
            return ClassifyReport(classifier.model_id, classified)
        scores = classifier.predict([document_of(text) for text in texts])
        predictions = _predictions(classifier.model_id, texts, scores, clock())
        with open_store() as store:
            store.predictions.add(predictions)
        classified += len(predictions)
        on_batch(len(predictions))


def _predictions(
    model_id: str, texts: Sequence[PaperText], scores: Sequence[Scores], predicted_at: datetime
) -> list[Prediction]:
    """Join scores to papers by key, never by position."""
    by_key = {score.key: score for score in scores}
    return [
        Prediction(
            arxiv_id=text.arxiv_id,
            model_id=model_id,
            in_scope=(score := by_key[text.arxiv_id]).in_scope,
            sections=tuple(SectionScore(*pair) for pair in score.sections[:SECTIONS_KEPT]),
            facets=tuple(FacetScore(*triple) for triple in score.facets),
            terms=tuple(TermWeight(*pair) for pair in score.terms),
            content_hash=text.content_hash,
            predicted_at=predicted_at,
            open_facets=score.open_facets,
        )
        for text in texts
    ]
