"""Train and measure the recipe and its baselines."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.cues import CueClassifier
from classifiers.linear.training import train
from classifiers.measure.baselines import BAYES, AsreviewRule, NaiveBayes, plain
from classifiers.measure.evaluation import Split, evaluate, evaluate_ranking
from classifiers.representations.names import DEFAULT
from classifiers.text import document_text
from classifiers.types import Classifier, Document, Example
from config.taxonomy import Taxonomy
from pipeline.learn.evaluation.report import ASREVIEW, CUE_WORDS, RECIPE, Candidate
from pipeline.learn.examples import keys_of
from pipeline.learn.promotion import errors


@dataclass(frozen=True, slots=True)
class Contender:
    """A classifier and its training papers."""

    name: str
    classifier: Classifier
    examples: Sequence[Example] = ()
    background: Sequence[Document] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """The training and test data that all contenders share."""

    split: Split
    #: unlabelled papers from before the cut
    stream: Sequence[Document]
    listed: int
    taxonomy: Taxonomy
    seed: int
    representations: Sequence[str] = DEFAULT

    @property
    def own(self) -> int:
        """Number of training decisions, without the list."""
        return len(self.split.train) - self.listed

    def first(self, decisions: int) -> Sequence[Example]:
        """Return the examples of the list and of the oldest decisions."""
        return self.split.train[: self.listed + decisions]

    def recipe(self, examples: Sequence[Example]) -> Contender:
        """Train today's recipe."""
        model = train(
            examples,
            self.stream,
            self.taxonomy,
            trained_at=self.split.cut,
            seed=self.seed,
            representations=self.representations,
        )
        return Contender(RECIPE, model, examples, self.stream)


def measured(
    contender: Contender,
    test: Sequence[Example],
    taxonomy: Taxonomy,
    *,
    trained_on: frozenset[str] = frozenset(),
) -> Candidate:
    """Measure a contender on the test papers.

    Args:
        contender: the classifier.
        test: papers decided after the cut.
        taxonomy: the sections to choose from.
        trained_on: keys and titles of further training papers.
    """
    known = trained_on | keys_of(contender.examples, contender.background)
    scores = contender.classifier.predict([example.document for example in test])
    return Candidate(
        name=contender.name,
        examples=len(contender.examples),
        background=len(contender.background),
        evaluation=evaluate(contender.classifier, test, taxonomy, trained_on=known),
        error=statistics.fmean(errors(test, scores, taxonomy)),
    )


def measured_recipe(bench: Bench, decisions: int) -> list[Candidate]:
    """Train and measure today's recipe on the list and the oldest decisions."""
    return [measured(bench.recipe(bench.first(decisions)), bench.split.test, bench.taxonomy)]


def measured_baselines(bench: Bench, decisions: int) -> list[Candidate]:
    """Train and measure each baseline on the list and the oldest decisions."""
    return list(_rivals(bench, bench.first(decisions)))


def _rivals(bench: Bench, examples: Sequence[Example]) -> Iterator[Candidate]:
    """Measure one after the other, so that one is in memory at a time."""
    test, taxonomy, cut = bench.split.test, bench.taxonomy, bench.split.cut
    if examples:
        classifier: Classifier = plain(examples, taxonomy, trained_at=cut)
        yield measured(Contender("plain recipe", classifier, examples), test, taxonomy)
        for variant in BAYES:
            classifier = NaiveBayes(examples, taxonomy, variant)
            yield measured(
                Contender(f"{variant} naive Bayes", classifier, examples), test, taxonomy
            )
    yield from _asreview(bench, examples)


def cue_words(bench: Bench) -> Candidate:
    """Measure the cue words, which are not trained."""
    contender = Contender(CUE_WORDS, CueClassifier(bench.taxonomy))
    return measured(contender, bench.split.test, bench.taxonomy)


def _asreview(bench: Bench, examples: Sequence[Example]) -> Iterator[Candidate]:
    """Measure ASReview's default rule; skip it if the examples have only one verdict.

    If all examples are approvals (the list alone), as many unlabelled papers serve as irrelevant.
    """
    verdicts = [example.in_scope for example in examples]
    unlabelled = bench.stream[: len(examples)] if examples and all(verdicts) else ()
    relevant = np.asarray([*verdicts, *(False for _ in unlabelled)], dtype=bool)
    if not relevant.any() or relevant.all():
        return
    known = [*(example.document for example in examples), *unlabelled]
    margins = AsreviewRule([document_text(document) for document in known]).margins(
        np.arange(len(known)),
        relevant,
        [document_text(example.document) for example in bench.split.test],
    )
    yield Candidate(
        name=ASREVIEW,
        examples=len(examples),
        background=len(unlabelled),
        error=float("nan"),
        evaluation=evaluate_ranking(
            ASREVIEW, margins, bench.split.test, trained_on=keys_of(examples, unlabelled)
        ),
    )
