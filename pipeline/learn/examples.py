"""What a model can learn from: dated decisions as examples, and the stream. Only reads.

Shared by training, evaluation and the weekly look at drift, so that all of them speak of the same
examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from classifiers.identity import apart, marks
from classifiers.measure.evaluation import Split, temporal_split
from classifiers.types import Document, Example
from config.errors import LivingSurveyError
from config.taxonomy import Taxonomy
from pipeline.learn.documents import document_of, known_at
from storage.store import OpenStore
from storage.types import LIST_REVIEWER, StoredPaper, TrainingExample, Verdict


class TooFewDecisionsError(LivingSurveyError):
    """There are not enough decisions to hold some back."""


#: share of the decisions, the newest ones, that a measurement is made on
NEWEST = 0.2
#: with fewer later decisions than this, figures would be chance
FEWEST_TO_TEST = 10


@dataclass(frozen=True, slots=True)
class LabelledExample:
    """One standing approval or rejection."""

    example: Example
    decided_at: datetime
    #: it came with the curated list: in bulk, and without looking at the queue
    listed: bool


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A paper nobody decided on, and since when it can have been known."""

    document: Document
    known_at: datetime


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Everything there is to learn from."""

    decided: tuple[LabelledExample, ...]
    background: tuple[Unlabelled, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        """All examples, oldest decision first."""
        return tuple(labelled.example for labelled in self.decided)

    @property
    def listed(self) -> tuple[Example, ...]:
        """The examples that came with the curated list."""
        return tuple(labelled.example for labelled in self.decided if labelled.listed)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The unlabelled documents."""
        return tuple(each.document for each in self.background)

    def known_before(self, cut: datetime) -> tuple[Document, ...]:
        """Return the unlabelled documents that existed before a moment."""
        return tuple(each.document for each in self.background if each.known_at < cut)


def load_training_set(open_store: OpenStore, taxonomy: Taxonomy, *, background: int) -> TrainingSet:
    """Return every standing approval and rejection and a sample of the undecided papers.

    Deferred papers teach nothing. Sections that the taxonomy no longer has are left out of an
    example; an approval that keeps none still says "in scope". Every document is dated by its
    submission: those that calibrate a model must be later than those it is fitted on.
    """
    with open_store() as store:
        decided = store.decisions.training()
        sampled = [text.arxiv_id for text in store.papers.background(background)]
    with open_store() as store:  # a lease of its own: a reviewer's page is served in between
        undecided = store.papers.get_many(sampled)
        held = store.papers.get_many(one.text.arxiv_id for one in decided)
    known = {section.id for section in taxonomy.sections}
    return TrainingSet(
        decided=tuple(_labelled(one, known, held.get(one.text.arxiv_id)) for one in decided),
        background=tuple(_unlabelled(stored) for stored in undecided.values()),
    )


def split_by_time(examples: TrainingSet) -> Split | None:
    """Return what to train on and the newest decisions to test on; None if those are too few.

    The list is never tested on: it was decided in bulk, at no particular time, and holds no
    rejection. Where all other decisions were made at one moment they are the test, and the list
    alone is the training. What stands in the test is left out of the training under any id.
    """
    listed = examples.listed
    own = [(one.example, one.decided_at) for one in examples.decided if not one.listed]
    if len(own) < FEWEST_TO_TEST:
        return None
    split = temporal_split(own, NEWEST)
    if not split.test and listed:
        split = Split((), split.train, split.cut)
    if len(split.test) < FEWEST_TO_TEST:
        return None
    return Split(apart((*listed, *split.train), split.test), split.test, split.cut)


def too_few(examples: TrainingSet) -> TooFewDecisionsError:
    """Return the error for examples that cannot be split."""
    own = sum(not one.listed for one in examples.decided)
    needed = round(FEWEST_TO_TEST / NEWEST)
    made = f"{own} decision{' was' if own == 1 else 's were'} made so far"
    if own >= needed:
        made = f"{own} decisions were made, too many of them at one moment"
    return TooFewDecisionsError(
        f"Too few decisions to measure a model on: {made}, apart from the list.",
        hint=f"About {needed} are needed: the newest fifth is the test, the rest trains.",
    )


def keys_of(examples: Sequence[Example], background: Sequence[Document]) -> frozenset[str]:
    """Return by what the papers a model learned from are known, unlabelled ones included."""
    return marks((*(example.document for example in examples), *background))


def known_of(examples: TrainingSet, papers: frozenset[str]) -> frozenset[str]:
    """Return the ids of papers, and by what those among the examples are known besides."""
    every = (*(one.example.document for one in examples.decided), *examples.documents)
    return papers | marks(document for document in every if document.key in papers)


def _labelled(one: TrainingExample, known: set[str], stored: StoredPaper | None) -> LabelledExample:
    example = Example(
        document=document_of(one.text, known_at(one.text.arxiv_id, stored)),
        in_scope=one.verdict is Verdict.APPROVED,
        sections=tuple(section for section in one.sections if section in known),
    )
    return LabelledExample(example, one.decided_at, listed=one.reviewer == LIST_REVIEWER)


def _unlabelled(stored: StoredPaper) -> Unlabelled:
    since = known_at(stored.paper.arxiv_id, stored)
    return Unlabelled(document_of(stored.paper, since), since)
