"""Classify: score papers that the model in use has not scored yet and store its predictions."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from classifiers.kept.packed import PackedModel
from config.runtime_schema import RuntimeSettings
from pipeline.learn.documents import document_of
from pipeline.learn.returns import find_returns
from pipeline.runtime import shared
from pipeline.runtime.executors import open_workers
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.prediction_batch import PredictionColumns
from storage.store import OpenStore
from storage.types import PaperText

if TYPE_CHECKING:
    from classifiers.columns import ScoreColumns

#: Papers scored and stored together, about 30 MB of texts. Smaller batches are slower, because the
#: database is opened twice for each.
BATCH = 20_000
#: Papers asked for at once, because the query takes seconds among millions of papers.
_PLANNED = 500_000

#: Papers classified in one call from which the queue is sorted again, because likely ones then
#: lie scattered.
_SORTED_FROM = 100_000

#: Best sections stored for each paper; the ninth is never shown, and all of them would be most of
#: the database.
SECTIONS_KEPT = 8


@dataclass(frozen=True, slots=True)
class ClassifyReport:
    """What one call classified."""

    model_id: str
    classified: int
    #: rejected papers that return for their newer text
    returned: int = 0

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {"classified": self.classified, "returned": self.returned}


def classify(services: Services, run: Run) -> ClassifyReport:
    """Classify every paper whose current text the model in use has not scored.

    Rejected papers with a newer text are compared with it once.

    The database is open while a batch is read or stored and closed while it is scored, so that
    reviewers' pages are served meanwhile. A killed call is continued by the next one.

    Raises:
        ModelError: the model in use cannot be used, even if there is nothing to classify.
        WorkersLostError: a worker ended by itself; what was stored before stays.
    """
    current = services.models.check_current(services.taxonomy)
    classified = 0
    with services.open_store() as store:
        waiting = store.backlog.count(current.model_id)
    if waiting:  # loading takes two seconds, which a call without new papers should not cost
        advance = run.progress("papers classified", waiting)
        # One batch is not divided, and starting workers takes longer than scoring it.
        runtime = services.settings.runtime if waiting > BATCH else RuntimeSettings()
        for count in _classified(services, current.packed(), runtime):
            classified += count
            advance(count)
    if classified >= _SORTED_FROM:
        with services.open_store() as store:
            store.queue.rebuild()
    report = ClassifyReport(current.model_id, classified, find_returns(services))
    run.count(**report.totals)
    return report


def _classified(services: Services, model: PackedModel, runtime: RuntimeSettings) -> Iterator[int]:
    """Score and store batch after batch; yield the number of papers of each stored batch.

    While batches are scored, the one before is stored and the next one read. They are stored in
    the order in which they were read, so that the executor makes no difference to what is stored.
    """
    with open_workers(runtime, model.load) as workers:
        while places := _unclassified(model.model_id, services.open_store):
            scored: deque[tuple[Sequence[PaperText], Future[ScoreColumns]]] = deque()
            for texts in _batches(places, services.open_store):
                scored.append((texts, workers.executor.submit(_score, workers.key, texts)))
                if len(scored) > workers.width:
                    yield _store(services, model.model_id, *scored.popleft())
            while scored:
                yield _store(services, model.model_id, *scored.popleft())


def _store(
    services: Services,
    model_id: str,
    texts: Sequence[PaperText],
    scoring: "Future[ScoreColumns]",
) -> int:
    columns = _predictions(model_id, texts, scoring.result(), services.clock())
    with services.open_store() as store:
        return store.predictions.add(columns)


def _unclassified(model_id: str, open_store: OpenStore) -> list[int]:
    with open_store() as store:
        return store.backlog.places(model_id, limit=_PLANNED)


def _batches(places: Sequence[int], open_store: OpenStore) -> Iterator[Sequence[PaperText]]:
    for start in range(0, len(places), BATCH):
        with open_store() as store:
            texts = store.backlog.texts(places[start : start + BATCH])
        if texts:
            yield texts


def _score(key: str, texts: Sequence[PaperText]) -> "ScoreColumns":
    """Score a batch; called by a worker."""
    from classifiers.columns import score_columns  # noqa: PLC0415  numpy

    return score_columns(shared.value(key), [document_of(text) for text in texts], SECTIONS_KEPT)


def _predictions(
    model_id: str, texts: Sequence[PaperText], scores: "ScoreColumns", predicted_at: datetime
) -> PredictionColumns:
    """Join scores to papers, which have the same order."""
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
