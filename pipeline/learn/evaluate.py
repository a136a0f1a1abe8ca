"""Evaluate: measure the model on later decisions than it was trained on, and write the report."""

from dataclasses import replace
from pathlib import Path

from pipeline.learn.evaluation.measure import measure
from pipeline.learn.evaluation.replay import replay_orders
from pipeline.learn.evaluation.report import EvaluationReport
from pipeline.learn.evaluation.store import KeptReport, keep_reading, keep_report
from pipeline.learn.examples import load_training_set
from pipeline.learn.reading import MeasuredReading
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services


def evaluate(
    services: Services,
    run: Run,
    *,
    survey: str,
    simulate: bool = False,
    curve: bool = True,
    html: Path | None = None,
) -> tuple[EvaluationReport, KeptReport]:
    """Measure today's recipe, the model in use and the baselines on the newest decisions.

    Args:
        services: what every step is given.
        run: counts and shows progress.
        survey: the name in the report.
        simulate: also replay all decisions in every order of the queue.
        curve: also train on growing shares of the decisions.
        html: the path of the page; None: beside the JSON report.

    Raises:
        TooFewDecisionsError: too few decisions for a test set.
        LeakError: a test paper was in the training set.
        ReportNotWrittenError: a file could not be written.
        ConfigError: Dask is asked for and does not fit.
        TryAgainLaterError: the scheduler cannot be reached.
        WorkersLostError: a worker ended before its part was done.
    """
    settings = services.settings.classifier
    examples = load_training_set(
        services.open_store,
        services.taxonomy,
        background=settings.background,
        reasons=services.settings.review.reasons,
    )
    report = measure(
        examples,
        services.taxonomy,
        run,
        survey=survey,
        models=services.models,
        seed=settings.seed,
        representations=settings.representations,
        curve=curve,
        runtime=services.settings.runtime,
    )
    if simulate:
        runtime = services.settings.runtime
        replays = replay_orders(examples, services.taxonomy, run, runtime=runtime)
        report = replace(report, replays=replays)
    run.stage("drawing the page")
    files = keep_report(report, settings.reports, html=html)
    scope = report.described.evaluation.scope
    if scope.reading:
        in_use = services.models.describe_current()
        measured = MeasuredReading(services.clock(), in_use, scope.approved, scope.reading)
        keep_reading(measured, settings.reports)
    run.count(**report.totals)
    return report, files
