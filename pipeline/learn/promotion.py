"""Compare a new model (challenger) with the model in use (champion) on later decisions.

A model is scored only on papers outside its training set, unlabelled ones included. Since the
challenger is trained on everything, a fold model replaces it: the same recipe trained on what came
before the test set.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from classifiers.identity import apart, marks, unmarked
from classifiers.kept.registry import Learned
from classifiers.linear.model import Model
from classifiers.linear.recipe import ADDED_SETTINGS, Recipe
from classifiers.linear.training import train
from classifiers.measure.evaluation import Split, evaluate, labels_of, temporal_split
from classifiers.measure.reports import Evaluation
from classifiers.types import Classifier, Document, Example, Scores
from config.taxonomy import Taxonomy
from pipeline.learn.examples import (
    FEWEST_TO_TEST,
    NEWEST,
    TrainingSet,
    keys_of,
    known_of,
    split_by_time,
)
from pipeline.learn.on_decisions import on_decisions

#: fewest decisions outside the training set of the champion to score the champion itself
_UNSEEN_ENOUGH = 4 * FEWEST_TO_TEST
#: one-sided 5 % quantile of the normal distribution
_CHANCE = 1.645
#: the verdict if chance explains the difference
ABOUT_AS_GOOD = "about as good"


@dataclass(frozen=True, slots=True)
class MeasuredModel:
    """One of the two models and its measures."""

    model_id: str
    #: what was scored: the model itself or its fold model
    scored: str
    #: quadratic, the scope calibrated on the test papers (`on_decisions.py`)
    error: float
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both models on the same papers, or the reason why they were not compared."""

    verdict: str
    #: whether the challenger is not worse
    not_worse: bool
    papers: int = 0
    #: every test paper was decided at or after this moment
    cut: datetime | None = None
    challenger: MeasuredModel | None = None
    champion: MeasuredModel | None = None
    #: the challenger's error minus the champion's, and the difference that chance explains
    difference: float | None = None
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class _Result:
    side: MeasuredModel
    #: the error of each test paper
    each: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Entrant:
    model_id: str
    scored: str
    classifier: Classifier
    #: its training set
    keys: frozenset[str]

    def measured(self, test: Sequence[Example], taxonomy: Taxonomy) -> _Result:
        evaluation = evaluate(self.classifier, test, taxonomy, trained_on=self.keys)
        scores = self.classifier.predict([example.document for example in test])
        each = errors(test, on_decisions(test, scores), taxonomy)
        return _Result(
            MeasuredModel(self.model_id, self.scored, statistics.fmean(each), evaluation), each
        )


def compete(
    challenger: Model,
    champion: Model,
    learned: Learned | None,
    examples: TrainingSet,
    *,
    stage: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Compare the models on the newest decisions.

    Args:
        challenger: trained on all examples.
        champion: the model in use.
        learned: the training set of the champion, if it was stored.
        examples: all decided and undecided papers.
        stage: called with the description of each stage.

    If enough decisions are outside the champion's training set, the newer half of those is the
    test set and the champion itself is scored. Otherwise the test set is the newest fifth of all
    decisions and a fold model of the champion's recipe is scored.
    """
    if learned is None:
        return Comparison("what the model in use learned from is not on record", not_worse=True)
    learned_of = known_of(examples, learned.papers)
    split = _unseen(examples, learned_of)
    itself = split is not None
    split = split or split_by_time(examples)
    if split is None:
        return Comparison(_too_few(examples), not_worse=True)
    recipe = recipe_of(champion)
    if not itself and recipe is None:
        return Comparison("the recipe of the model in use is no longer known", not_worse=True)
    background = _before(examples.known_before(split.cut), split)
    stage("training the challenger's fold-model")
    fold = _like(challenger, split.train, background, Recipe(), split)
    fold_keys = keys_of(split.train, background)
    rival: Classifier = champion
    rival_keys = learned_of
    if not itself:
        assert recipe is not None
        known = [e for e in split.train if e.document.key in learned.decided]
        stream = [d for d in background if d.key in learned.background]
        stage("training the champion's stand-in")
        rival = _like(champion, known, stream, recipe, split)
        rival_keys = keys_of(known, stream)
    stage("scoring both")
    scored = "itself" if itself else "a stand-in"
    taxonomy, test = challenger.taxonomy, split.test
    return _judged(
        _Entrant(challenger.model_id, "a fold-model", fold, fold_keys).measured(test, taxonomy),
        _Entrant(champion.model_id, scored, rival, rival_keys).measured(test, taxonomy),
        split.cut,
    )


def errors(
    test: Sequence[Example], scores: Sequence[Scores], taxonomy: Taxonomy
) -> tuple[float, ...]:
    """Return the quadratic error of each paper, 0 is perfect (Brier, 1950).

    It is the mean over the known answers: in scope or not and, for an approved paper, the known
    labels of each facet. The Brier score is proper, so true probabilities minimise it.
    """
    found = []
    for example, score in zip(test, scores, strict=True):
        asked = [(score.in_scope - example.in_scope) ** 2]
        for facet in taxonomy.facets if example.in_scope else ():
            labels = labels_of(example, facet.name, taxonomy)
            if labels:
                asked.append(
                    sum(
                        (p - (label in labels)) ** 2
                        for name, label, p in score.facets
                        if name == facet.name
                    )
                    / 2
                )
        found.append(statistics.fmean(asked))
    return tuple(found)


def _unseen(examples: TrainingSet, learned_of: frozenset[str]) -> Split | None:
    """Return a test set: the newer half of the decisions outside the champion's training set."""
    new = [
        (one.example, one.decided_at)
        for one in examples.decided
        if not one.listed and learned_of.isdisjoint(marks([one.example.document]))
    ]
    if len(new) < _UNSEEN_ENOUGH:
        return None
    halves = temporal_split(new, newest=0.5)
    if len(halves.test) < FEWEST_TO_TEST:
        return None
    # Papers of the champion's training set may be later than the test set: drop them here.
    earlier = (o.example for o in examples.decided if o.listed or o.decided_at < halves.cut)
    return Split(apart(earlier, halves.test), halves.test, halves.cut)


def _too_few(examples: TrainingSet) -> str:
    """Return why nothing can be compared, and from when on it can."""
    own = sum(not one.listed for one in examples.decided)
    needed = round(FEWEST_TO_TEST / NEWEST)
    if own >= needed:
        return f"too few later decisions to compare on: too many of the {own} have one date"
    return (
        f"too few later decisions to compare on: {own} so far; models are compared from about"
        f" {needed} on"
    )


def _before(documents: Sequence[Document], split: Split) -> list[Document]:
    return unmarked(documents, marks(example.document for example in split.test))


def _like(
    model: Model,
    examples: Sequence[Example],
    background: Sequence[Document],
    recipe: Recipe,
    split: Split,
) -> Model:
    seed = int(model.header.settings.get("seed", 0))
    return train(
        examples,
        background,
        model.taxonomy,
        trained_at=split.cut,
        seed=seed,
        recipe=recipe,
        representations=model.header.tried,
    )


def recipe_of(model: Model) -> Recipe | None:
    """Return the recipe of a model; None if its settings no longer exist."""
    stated = ADDED_SETTINGS | dict(model.header.settings)
    made = {name: value for name, value in stated.items() if name != "seed"}
    if made.keys() != {each.name for each in fields(Recipe)}:
        return None
    return Recipe(**made)  # type: ignore[arg-type]  # JSON keeps the kinds of numbers apart


def _judged(challenger: _Result, champion: _Result, cut: datetime) -> Comparison:
    pairs = [one - other for one, other in zip(challenger.each, champion.each, strict=True)]
    difference = statistics.fmean(pairs)
    chance = _CHANCE * statistics.stdev(pairs) / math.sqrt(len(pairs))
    verdict = "better" if difference < 0 else "worse"
    if abs(difference) <= chance:
        verdict = ABOUT_AS_GOOD
    return Comparison(
        verdict=verdict,
        not_worse=difference <= chance,
        papers=len(pairs),
        cut=cut,
        challenger=challenger.side,
        champion=champion.side,
        difference=difference,
        chance=chance,
    )
