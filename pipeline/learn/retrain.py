"""What a run does for the model beside using it: train anew when due, look at drift once a week."""

from rich.progress import Progress

from classifiers.errors import NoModelError
from classifiers.kept.registry import ModelRegistry
from pipeline.learn.drift_report import DriftReport, drift_path, iso_week, save_drift
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services


def retrain_step(services: Services, record: Run, bars: Progress) -> str | None:
    """Train once `retrain_after` decisions are new to the model in use and to the newest kept one.

    The newest may have lost its contest: the same decisions would only make it lose again, in
    every run. Returns the new model's id, None if it was not due or there is too little to learn
    from. Whether it is put to use is the contest's verdict, as with `train`.
    """
    settings = services.settings.classifier
    if not settings.retrain_after:
        return None
    known = _learned_so_far(services.models)
    with services.open_store() as store:
        decided = store.decisions.training()
    if sum(example.text.arxiv_id not in known for example in decided) < settings.retrain_after:
        return None
    from pipeline.learn.train import (  # noqa: PLC0415  most runs need no scikit-learn
        NothingToLearnError,
        train_model,
    )

    task = bars.add_task("training anew", total=None)
    try:
        report = train_model(
            services.open_store,
            services.taxonomy,
            models=services.models,
            background=settings.background,
            seed=settings.seed,
            clock=services.clock,
            keep=settings.keep,
            on_stage=lambda stage: bars.update(task, description=stage),
        )
    except NothingToLearnError:  # not a fault of the run: it goes on with what is in use
        return None
    record.count(trained=1, promoted=int(report.promoted))
    return report.model_id


def _learned_so_far(models: ModelRegistry) -> frozenset[str]:
    """Return the decided papers that the model in use or the newest kept one learned from."""
    kept = models.all().models
    ids = {models.current_id(), kept[-1].header.model_id if kept else None} - {None}
    found = [models.learned_from(model_id) for model_id in ids if model_id is not None]
    return frozenset().union(*(learned.decided for learned in found if learned is not None))


def weekly_drift_step(services: Services, record: Run, bars: Progress) -> DriftReport | None:
    """Look at drift in the first run of an ISO week; None in the others, and without a model."""
    settings = services.settings.classifier
    if drift_path(settings.reports, iso_week(services.clock())).exists():
        return None
    if services.models.current_id() is None:
        return None
    return drift_step(services, record, bars)


def drift_step(services: Services, record: Run, bars: Progress) -> DriftReport:
    """Look at drift now and keep what was seen as this week's.

    Raises:
        NoModelError: nothing was trained, so nothing can have drifted from it.
    """
    from pipeline.learn.drift import look_at_drift  # noqa: PLC0415  most runs need no scikit-learn

    settings = services.settings.classifier
    if services.models.current_id() is None:
        raise NoModelError("No model was trained yet, so none can have drifted.")
    bars.add_task("looking at drift", total=None)
    model = services.models.check_current(services.taxonomy).load_model()
    report = look_at_drift(
        services.open_store,
        model,
        services.models.learned_from(model.model_id),
        services.taxonomy,
        background=settings.background,
        now=services.clock(),
    )
    save_drift(settings.reports, report)
    record.count(drift_alarms=len(report.notable))
    return report
