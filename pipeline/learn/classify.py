"""What is unclassified? Ask the database, score it, store the model's word. Decides nothing."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from classifiers.types import Classifier
from pipeline.learn.documents import document_of
from storage.prediction_batch import PredictionColumns
from storage.store import OpenStore
from storage.types import PaperText

if TYPE_CHECKING:
    from classifiers.columns import ScoreColumns

#: Papers scored and stored together: 30 MB of texts, a quarter of a second of the database. In
#: batches half as large a pass takes a sixth more: the database is opened twice for each.
BATCH = 20_000
#: How many the database is asked for at once. The question costs seconds among millions of papers,
#: the texts of a batch a tenth of one.
_PLANNED = 500_000

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
    While one batch is scored, the one before is stored and the next one read.
    """
    classified = 0

    def store_scored(texts: Sequence[PaperText], scoring: "Future[ScoreColumns]") -> None:
        nonlocal classified
        columns = _predictions(classifier.model_id, texts, scoring.result(), clock())
        with open_store() as store:
            count = store.predictions.add(columns)
        classified += count
        on_batch(count)

    with ThreadPoolExecutor(1, "scoring") as scorer:
        while places := _unclassified(classifier.model_id, open_store):
            before: tuple[Sequence[PaperText], Future[ScoreColumns]] | None = None
            for texts in _batches(places, open_store):
                scoring = scorer.submit(_score, classifier, texts)
                if before:
                    store_scored(*before)
                before = texts, scoring
            if before:
                store_scored(*before)
    return ClassifyReport(classifier.model_id, classified)


def _unclassified(model_id: str, open_store: OpenStore) -> list[int]:
    with open_store() as store:
        return store.backlog.places(model_id, limit=_PLANNED)


def _batches(places: Sequence[int], open_store: OpenStore) -> Iterator[Sequence[PaperText]]:
    for start in range(0, len(places), BATCH):
        with open_store() as store:
            texts = store.backlog.texts(places[start : start + BATCH])
        if texts:
            yield texts


def _score(classifier: Classifier, texts: Sequence[PaperText]) -> "ScoreColumns":
    from classifiers.columns import score_columns  # noqa: PLC0415  numpy, where nothing is scored

    return score_columns(classifier, [document_of(text) for text in texts], SECTIONS_KEPT)


def _predictions(
    model_id: str, texts: Sequence[PaperText], scores: "ScoreColumns", predicted_at: datetime
) -> PredictionColumns:
    """Join scores to papers, which they follow in order and number."""
    return PredictionColumns(
        model_id=model_id,
        predicted_at=predicted_at,
        arxiv_ids=[text.arxiv_id for text in texts],
        content_hashes=[text.content_hash for text in texts],
        in_scope=scores.in_scope,
        sections=scores.sections,
        facets=scores.facets,
        terms=scores.terms,
        open_facets=scores.open_facets,
    )
