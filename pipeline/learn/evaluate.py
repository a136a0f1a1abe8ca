"""Evaluate: measure the model on later decisions than it was trained on."""

from dataclasses import replace

from pipeline.learn.evaluation.measure import measure
from pipeline.learn.evaluation.replay import replay_orders
from pipeline.learn.evaluation.report import EvaluationReport
from pipeline.learn.examples import load_training_set
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services


def evaluate(
    services: Services, run: Run, *, simulate: bool = False, curve: bool = True
) -> EvaluationReport:
    """Measure today's recipe, the model in use and the baselines on the newest decisions.

    Args:
        services: what every step is given.
        run: counts and shows progress.
        simulate: also replay all decisions in every order of the queue.
        curve: also train on growing shares of the decisions.

    Raises:
        TooFewDecisionsError: too few decisions to hold some back.
    """
    settings = services.settings.classifier
    examples = load_training_set(
        services.open_store, services.taxonomy, background=settings.background
    )
    report = measure(
        examples,
        services.taxonomy,
        survey=services.settings.survey.title,
        models=services.models,
        seed=settings.seed,
        curve=curve,
        on_stage=run.stage,
    )
    if simulate:
        replays = replay_orders(examples, services.taxonomy, on_stage=run.stage)
        report = replace(report, replays=replays)
    run.count(tested=report.tested)
    return report
