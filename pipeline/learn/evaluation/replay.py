"""Replay the past decisions in every queue order.

By this project's rule, which follows what was read, by its order without following, and by
ASReview's rule.
"""

from collections.abc import Callable

from classifiers.measure.orders import ORDERS
from classifiers.measure.simulation import (
    Asreview,
    KeptOrder,
    OurRule,
    Rule,
    Simulation,
    simulate,
)
from config.taxonomy import Taxonomy
from pipeline.learn.examples import FEWEST_TO_TEST, TooFewDecisionsError, TrainingSet
from pipeline.runtime.record import Run

#: trainings per replay, at most
_STEPS = 30


def replay_orders(examples: TrainingSet, taxonomy: Taxonomy, run: Run) -> tuple[Simulation, ...]:
    """Return one simulation per rule and order over the same papers.

    The pool is every decision outside the list; both rules know the list from the start. A paper
    is not ranked after it was read, so no figure includes training papers.

    Args:
        examples: all training examples.
        taxonomy: the sections to choose from.
        run: shows the stages.

    Raises:
        TooFewDecisionsError: too few approvals or rejections to replay.
    """
    pool = [one.example for one in examples.decided if not one.listed]
    approved = sum(example.in_scope for example in pool)
    if min(approved, len(pool) - approved) < FEWEST_TO_TEST:
        raise TooFewDecisionsError(
            f"Too few decisions to replay: {approved} approvals and {len(pool) - approved} "
            f"rejections, at least {FEWEST_TO_TEST} of each are needed.",
            hint="Decide some more papers; the list's own entries do not count.",
        )
    # Multiples of ten, because the mixed order takes seven likely and three uncertain papers.
    batch = 10 * max(1, -(-len(pool) // (10 * _STEPS)))
    rules: tuple[Callable[[], Rule], ...] = (
        lambda: OurRule(pool, examples.listed, taxonomy),
        lambda: KeptOrder(OurRule(pool, examples.listed, taxonomy)),
        lambda: Asreview(pool, examples.listed),
    )
    found = []
    for make in rules:
        run.stage("reading the papers' texts")
        rule = make()
        for reading in ORDERS:
            run.stage(f"replaying: {rule.name}, {reading} first")
            found.append(simulate(rule, pool, reading, batch=batch))
    return tuple(found)
