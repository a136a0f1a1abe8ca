"""Simulate reading a pool of decided papers, training on those read so far."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from classifiers.linear.fitting import Corpus, directions, fit_outputs
from classifiers.linear.recipe import Recipe
from classifiers.linear.scope import old_approvals
from classifiers.linear.targets import SCOPE, own_sections, targets
from classifiers.measure.baselines import AsreviewRule
from classifiers.measure.metrics import work_saved
from classifiers.measure.orders import order
from classifiers.representations.tfidf import TextFeatures
from classifiers.scoring import sigmoid
from classifiers.text import document_text
from classifiers.types import Example
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

#: unread papers used as background in one step
_BACKGROUND = 5_000
_CURVE = 20


@dataclass(frozen=True, slots=True)
class Simulation:
    """The result of one simulation."""

    rule: str
    order: str
    papers: int
    relevant: int
    work_saved_at_95: float
    recall_at_tenth: float
    #: (papers read, share of relevant papers found)
    curve: tuple[tuple[int, float], ...]
    steps: int
    seconds_per_step: float

    def recall_after(self, share: float) -> float:
        """Return the recall after reading a share of all papers."""
        found = [recall for read, recall in self.curve if read <= math.ceil(share * self.papers)]
        return found[-1] if found else float("nan")


class Rule(Protocol):
    """Ranks a pool after every step."""

    name: str

    def chances(self, read: Rows, relevant: Bools) -> Floats:
        """Return a number from 0 to 1 per paper, or nothing with too little to learn from."""


class OurRule:
    """This project's scope output, fitted on list, decisions and background."""

    name = "living-survey"

    def __init__(
        self,
        pool: Sequence[Example],
        listed: Sequence[Example],
        taxonomy: Taxonomy,
        recipe: Recipe | None = None,
    ) -> None:
        self._taxonomy, self._recipe = taxonomy, recipe or Recipe()
        texts = [document_text(example.document) for example in (*listed, *pool)]
        self._features = TextFeatures(self._recipe.max_terms).fit(texts)
        self._rows = self._features.transform(texts)
        self._listed = len(listed)
        self._targets = targets([*listed, *pool], taxonomy)
        papers = [*listed, *pool]
        self._old = old_approvals(
            [example.document for example in papers],
            np.asarray([example.in_scope for example in papers], dtype=bool),
        )
        own = tuple(section.id for section in own_sections(taxonomy))
        self._directions = directions(taxonomy, self._features, own)

    def chances(self, read: Rows, relevant: Bools) -> Floats:  # noqa: ARG002 - known from the pool
        """Return the uncalibrated probabilities of being in scope."""
        known = np.concatenate((np.arange(self._listed), self._listed + read)).astype(np.int64)
        unread = np.setdiff1d(np.arange(self._listed, self._rows.shape[0]), known)[:_BACKGROUND]
        corpus = Corpus(
            self._features,
            self._rows[known],
            self._targets[known],
            self._rows[unread],
            self._taxonomy,
            self._directions,
            self._old[known],
            drawn_from=np.zeros(len(known), dtype=np.int64),
        )
        everything = np.ones(len(known), dtype=bool), np.ones(len(unread), dtype=bool)
        fitted = fit_outputs(corpus, *everything, self._recipe, only=SCOPE)
        return sigmoid(fitted.margins(self._rows[self._listed :])[:, 0])


class KeptOrder:
    """This project's scope output as it was before the first paper was read."""

    name = "living-survey, order kept"

    def __init__(self, rule: OurRule) -> None:
        self._rule = rule
        self._chances: Floats | None = None

    def chances(self, read: Rows, relevant: Bools) -> Floats:
        """Return the same probabilities after every step."""
        if self._chances is None:
            self._chances = self._rule.chances(read[:0], relevant[:0])
        return self._chances


class Asreview:
    """ASReview's default rule."""

    name = "asreview-elas-u4"

    def __init__(self, pool: Sequence[Example], listed: Sequence[Example]) -> None:
        self._rule = AsreviewRule([document_text(e.document) for e in (*listed, *pool)])
        self._listed = np.asarray([example.in_scope for example in listed], dtype=bool)

    def chances(self, read: Rows, relevant: Bools) -> Floats:
        """Return margins mapped to 0 to 1; empty until both verdicts occurred."""
        known = np.concatenate((np.arange(len(self._listed)), len(self._listed) + read))
        verdicts = np.concatenate((self._listed, relevant)).astype(bool)
        if verdicts.all() or not verdicts.any():
            # ASReview needs one relevant and one irrelevant record.
            return np.empty(0)
        return sigmoid(self._rule.margins(known.astype(np.int64), verdicts)[len(self._listed) :])


def simulate(
    rule: Rule,
    pool: Sequence[Example],
    reading: str,
    *,
    batch: int = 50,
    clock: Callable[[], float] = time.perf_counter,
) -> Simulation:
    """Read a pool in an order of `ORDERS`, training every `batch`."""
    truth = np.asarray([example.in_scope for example in pool], dtype=bool)
    keys = [example.document.key for example in pool]
    place = {key: row for row, key in enumerate(keys)}
    read: list[int] = []
    steps, spent = 0, 0.0
    while len(read) < len(pool):
        started = clock()
        chances = rule.chances(np.asarray(read, dtype=np.int64), truth[read])
        spent += clock() - started
        steps += 1
        seen = set(read)
        unread = [row for row in range(len(pool)) if row not in seen]
        if len(chances):
            queue = [(keys[row], float(chances[row])) for row in unread]
            ranked = order(queue, reading, salt="simulation")
        else:
            ranked = order([(keys[row], 0.5) for row in unread], "random", salt="simulation")
        read.extend(place[key] for key in ranked[:batch])
    found = truth[np.asarray(read, dtype=np.int64)]
    return _result(rule.name, reading, found, steps, spent)


def _result(name: str, reading: str, found: Bools, steps: int, spent: float) -> Simulation:
    total = int(found.sum())
    so_far = np.cumsum(found)
    # Rounded up, so that the point of a tenth is at least a tenth.
    points = np.unique(np.ceil(np.arange(1, _CURVE + 1) * len(found) / _CURVE).astype(int))
    tenth = max(1, round(len(found) / 10))
    return Simulation(
        rule=name,
        order=reading,
        papers=len(found),
        relevant=total,
        work_saved_at_95=work_saved(-np.arange(len(found), dtype=np.float64), found),
        recall_at_tenth=float(so_far[tenth - 1] / total) if total else float("nan"),
        curve=tuple((int(n), float(so_far[n - 1] / total)) for n in points if total),
        steps=steps,
        seconds_per_step=spent / max(1, steps),
    )
