"""Load the training set: decisions as dated examples, and undecided papers.

Training, evaluation and drift share it, because they must compare the same examples.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from classifiers.identity import apart, marks
from classifiers.measure.evaluation import Split, temporal_split
from classifiers.types import Document, Example
from config.errors import LivingSurveyError
from config.reasons import Reason, named_reason
from config.taxonomy import Taxonomy
from pipeline.learn.documents import document_of, known_at
from storage.store import OpenStore
from storage.types import LIST_REVIEWER, StoredPaper, TrainingExample, Verdict


class TooFewDecisionsError(LivingSurveyError):
    """There are too few decisions to hold out a test set."""

    too_early = True


#: share of the decisions, the newest ones, in the test set
NEWEST = 0.2
#: fewest decisions in a test set, because figures of fewer are noise
FEWEST_TO_TEST = 10


@dataclass(frozen=True, slots=True)
class LabelledExample:
    """One current approval or rejection."""

    example: Example
    decided_at: datetime
    #: imported from the curated list, not decided in the queue
    listed: bool
    #: the verdict; a rejected paper may be in scope
    approved: bool


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """An undecided paper and the date it was submitted."""

    document: Document
    known_at: datetime


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Decided and undecided papers for training."""

    decided: tuple[LabelledExample, ...]
    background: tuple[Unlabelled, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        """All examples, oldest decision first."""
        return tuple(one.example for one in self.decided)

    @property
    def listed(self) -> tuple[Example, ...]:
        """The examples that came with the curated list."""
        return tuple(one.example for one in self.decided if one.listed)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The unlabelled documents."""
        return tuple(each.document for each in self.background)

    def known_before(self, cut: datetime) -> tuple[Document, ...]:
        """Return the unlabelled documents that existed before a moment."""
        return tuple(each.document for each in self.background if each.known_at < cut)


def load_training_set(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    background: int,
    reasons: Sequence[Reason] = (),
) -> TrainingSet:
    """Return every current approval and rejection and a sample of the undecided papers.

    Deferred papers are left out. Sections that the taxonomy no longer has are dropped; an approval
    without sections still means "in scope". Documents are dated by submission, because a model is
    calibrated on later papers than those it is fitted on.

    Args:
        open_store: opens the database.
        taxonomy: of the survey.
        background: number of undecided papers.
        reasons: those of the settings; they say what a rejection teaches.
    """
    with open_store() as store:
        decided = store.decisions.training()
        drawn_from = store.audit.drawn_from()
        sampled = [text.arxiv_id for text in store.papers.background(background)]
    with (
        open_store() as store
    ):  # a lease of its own, so that reviewers' pages are served in between
        undecided = store.papers.get_many(sampled)
        held = store.papers.get_many(one.text.arxiv_id for one in decided)
    known = {section.id for section in taxonomy.sections}
    return TrainingSet(
        decided=tuple(
            labelled(
                one,
                known,
                reasons,
                known_at(one.text.arxiv_id, held.get(one.text.arxiv_id)),
                drawn_from.get(one.text.arxiv_id, 0),
            )
            for one in decided
        ),
        background=tuple(_unlabelled(stored) for stored in undecided.values()),
    )


def split_by_time(examples: TrainingSet) -> Split | None:
    """Return training set and test set, the newest decisions; None if those are too few.

    Entries of the list are never in the test set, because they were decided in bulk and include no
    rejection. If all other decisions have one date, they are the test set and the list is the
    training set. A paper in the test set is excluded from training under every id.
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
    """Return the identity keys of all papers, unlabelled ones included."""
    return marks((*(example.document for example in examples), *background))


def known_of(examples: TrainingSet, papers: frozenset[str]) -> frozenset[str]:
    """Return the ids and, of papers among the examples, all identity keys."""
    every = (*(one.example.document for one in examples.decided), *examples.documents)
    return papers | marks(document for document in every if document.key in papers)


def is_in_scope(one: TrainingExample, reasons: Sequence[Reason]) -> bool:
    """Return what a decision teaches: a rejected paper may still be relevant, by its reason."""
    if one.verdict is Verdict.APPROVED or one.reason is None:
        return one.verdict is Verdict.APPROVED
    return named_reason(reasons, one.reason).in_scope


def labelled(
    one: TrainingExample,
    known: Collection[str],
    reasons: Sequence[Reason],
    since: datetime,
    drawn_from: int = 0,
) -> LabelledExample:
    """Return a decision as an example.

    Args:
        one: the decision with its text.
        known: IDs of the taxonomy's sections.
        reasons: those of the settings.
        since: when the paper was submitted.
        drawn_from: how many papers waited when it was drawn at random; 0: it was chosen.
    """
    example = Example(
        document=document_of(one.text, since),
        in_scope=is_in_scope(one, reasons),
        sections=tuple(section for section in one.sections if section in known),
        drawn_from=drawn_from,
    )
    return LabelledExample(
        example,
        one.decided_at,
        listed=one.reviewer == LIST_REVIEWER,
        approved=one.verdict is Verdict.APPROVED,
    )


def _unlabelled(stored: StoredPaper) -> Unlabelled:
    since = known_at(stored.paper.arxiv_id, stored)
    return Unlabelled(document_of(stored.paper, since), since)
