"""Retrain in a run once enough decisions are new to the model in use."""

from classifiers.kept.registry import ModelRegistry
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services


def retrain_if_due(services: Services, run: Run) -> str | None:
    """Train once `retrain_after` decisions are new, and return the ID of the new model.

    Decisions count as new if neither the model in use nor the newest one learned from them. The
    newest may have lost its comparison, and the same decisions would only make it lose again.
    Returns None if training is not due or there is too little to learn from.
    """
    settings = services.settings.classifier
    if not settings.retrain_after:
        return None
    known = _learned_so_far(services.models)
    with services.open_store() as store:
        decided = store.decisions.training()
    if sum(example.text.arxiv_id not in known for example in decided) < settings.retrain_after:
        return None
    # Most runs do not need scikit-learn.
    from pipeline.learn.train import NothingToLearnError, train  # noqa: PLC0415

    try:
        return train(services, run).model_id
    except NothingToLearnError:  # the run goes on with the model in use
        return None


def _learned_so_far(models: ModelRegistry) -> frozenset[str]:
    """Return the decided papers that the model in use or the newest kept one learned from."""
    kept = models.all().models
    ids = {models.current_id(), kept[-1].header.model_id if kept else None} - {None}
    found = [models.learned_from(model_id) for model_id in ids if model_id is not None]
    return frozenset().union(*(learned.decided for learned in found if learned is not None))
