"""Replay the past decisions in every queue order.

By this project's rule, which follows what was read, by its order without following, and by
ASReview's rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from classifiers.measure.orders import ORDERS
from classifiers.measure.simulation import (
    Asreview,
    KeptOrder,
    OurRule,
    Rule,
    Simulation,
    simulate,
)
from classifiers.types import Example
from config.runtime_schema import RuntimeSettings
from config.taxonomy import Taxonomy
from pipeline.learn.examples import FEWEST_TO_TEST, TooFewDecisionsError, TrainingSet
from pipeline.runtime.blocks import mapped_parts
from pipeline.runtime.record import Run

#: trainings per replay, at most
_STEPS = 30


@dataclass(frozen=True)
class _Pool:
    """What every replay needs; the texts are read once for all replays of a process."""

    papers: Sequence[Example]
    listed: Sequence[Example]
    taxonomy: Taxonomy
    #: papers read between two trainings
    batch: int

    @cached_property
    def ours(self) -> OurRule:
        return OurRule(self.papers, self.listed, self.taxonomy)

    @cached_property
    def kept(self) -> KeptOrder:
        return KeptOrder(self.ours)

    @cached_property
    def asreview(self) -> Asreview:
        return Asreview(self.papers, self.listed)


#: rules of the pool, and their names in the report
_RULES = {"ours": OurRule.name, "kept": KeptOrder.name, "asreview": Asreview.name}


def replay_orders(
    examples: TrainingSet, taxonomy: Taxonomy, run: Run, *, runtime: RuntimeSettings | None = None
) -> tuple[Simulation, ...]:
    """Return one simulation per rule and order over the same papers.

    The pool is every decision outside the list; both rules know the list from the start. A paper
    is not ranked after it was read, so no figure includes training papers.

    Args:
        examples: all training examples.
        taxonomy: the sections to choose from.
        run: shows the stages.
        runtime: the workers, which take one replay each; None: this process alone.

    Raises:
        TooFewDecisionsError: too few approvals or rejections to replay.
    """
    papers = [one.example for one in examples.decided if not one.listed]
    approved = sum(example.in_scope for example in papers)
    if min(approved, len(papers) - approved) < FEWEST_TO_TEST:
        raise TooFewDecisionsError(
            f"Too few decisions to replay: {approved} approvals and {len(papers) - approved} "
            f"rejections, at least {FEWEST_TO_TEST} of each are needed.",
            hint="Decide some more papers; the list's own entries do not count.",
        )
    # Multiples of ten, because the mixed order takes seven likely and three uncertain papers.
    batch = 10 * max(1, -(-len(papers) // (10 * _STEPS)))
    pool = _Pool(papers, examples.listed, taxonomy, batch)
    parts = [(rule, reading) for rule in _RULES for reading in ORDERS]
    simulations = []
    with mapped_parts(runtime or RuntimeSettings(), _replayed, pool, parts) as found:
        for rule, reading in parts:
            run.stage(f"replaying: {_RULES[rule]}, {reading} first")
            simulations.append(next(found))
    return tuple(simulations)


def _replayed(pool: _Pool, rule: str, reading: str) -> Simulation:
    made: Rule = getattr(pool, rule)
    return simulate(made, pool.papers, reading, batch=pool.batch)
