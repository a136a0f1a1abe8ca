"""Load what compares waiting papers with rulings, for the board of the terminal."""

from collections.abc import Sequence

from classifiers.errors import ModelError
from pipeline.learn.explain.explainer import load_explainer
from pipeline.review.rulings.precedents import read_precedents
from pipeline.review.team.board import Contradicting
from pipeline.review.team.predicted import against_rulings
from pipeline.runtime.services import Services
from storage.queue_filter import QueueLimits
from storage.store import Store


def contradicting_of(services: Services, limits: QueueLimits) -> Contradicting | None:
    """Return what compares papers with rulings; None without rulings or without a model."""
    with services.open_store() as store:
        precedents = read_precedents(store) if store.rulings.last_event() else ()
    if not precedents:
        return None
    try:
        likeness = load_explainer(
            services.settings.classifier.models, services.taxonomy, services.open_store
        )
    except ModelError:
        return None

    def contradicting(store: Store, arxiv_ids: Sequence[str]) -> frozenset[str]:
        return against_rulings(store, likeness, precedents, arxiv_ids, limits.likely_from)

    return contradicting
