"""Take decisions back: one, or all that were recorded in one act."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.review.judge import Unchanged
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.clock import check_clock
from storage.batches import Batch
from storage.errors import DecisionNotFoundError, NothingToUndoError
from storage.opinion_types import Opinion, OpinionKind
from storage.store import OpenStore, Store
from storage.types import LIST_REVIEWER, Decision


@dataclass(frozen=True, slots=True)
class Act:
    """Decisions that are undone together."""

    #: those that an undo takes back
    decisions: tuple[Decision, ...]
    #: None: a decision recorded alone
    batch: Batch | None = None
    #: standing decisions on its papers that were made since; an undo leaves their papers out
    later: tuple[Decision, ...] = ()
    #: number of its decisions that were undone before
    undone: int = 0
    #: words that decide nothing yet, which an undo takes back too
    words: tuple[Opinion, ...] = ()

    @property
    def size(self) -> int:
        """How many decisions and words an undo takes back."""
        return len(self.decisions) + len(self.words)

    @property
    def is_import(self) -> bool:
        """Whether its decisions came from a file or the curated list."""
        if self.batch is not None:
            return self.batch.is_import
        return any(one.reviewer == LIST_REVIEWER for one in self.decisions)

    @property
    def asks(self) -> bool:
        """Whether a person must confirm its undo: an import, or more than one decision."""
        return self.is_import or self.size > 1


@dataclass(frozen=True, slots=True)
class Undone:
    """Decisions that were taken back; none if all were taken back or decided again before."""

    decisions: tuple[Decision, ...]
    act: Act

    @property
    def words(self) -> tuple[Opinion, ...]:
        """The words that were taken back with them."""
        return self.act.words


def find_act(
    store: Store,
    *,
    reviewer: str,
    decision_id: str | None = None,
    batch_id: str | None = None,
) -> Act:
    """Return what `undo` takes back: the named decision or act, or the reviewer's last.

    Raises:
        DecisionNotFoundError: the decision does not exist, or it is a word of another person.
        BatchNotFoundError: the act does not exist.
        NothingToUndoError: the reviewer has no decision left, or another person has answered the
            word.
    """
    if decision_id is not None and (word := store.opinions.find(decision_id)) is not None:
        return _act_of_word(store, word, reviewer_name(reviewer))
    if decision_id is not None:
        named = store.decisions.get(decision_id)
        batch = store.batches.get_many([named.batch_id or ""]).get(named.batch_id or "")
        # A decision of an import stays one, so that its undo asks.
        alone = batch if batch and batch.is_import else None
        left = () if named.undone_at is not None else (named,)
        return Act(left, alone, undone=1 - len(left))
    if batch_id is None:
        name = reviewer_name(reviewer)
        last = _last_of(store, name)
        if last.batch_id is None:
            return Act((last,)) if isinstance(last, Decision) else _act_of_word(store, last, name)
        act = _act(store, last.batch_id, name)
        if not act.size:
            raise NothingToUndoError(
                f"{reviewer}'s last act {last.batch_id} cannot be undone, because every paper of it"
                " was decided again since.",
                hint="Give the ID of another decision or act.",
            )
        return act
    return _act(store, batch_id, reviewer_name(reviewer))


def undo(
    open_store: OpenStore,
    *,
    reviewer: str,
    decision_id: str | None = None,
    batch_id: str | None = None,
    clock: Callable[[], datetime],
) -> Undone | Unchanged:
    """Undo the named decision or act, or the reviewer's last act, in one transaction.

    Papers of an act that were decided again since keep their later decision. Returns Unchanged if
    the named decision was undone before.

    Raises:
        DecisionNotFoundError: the decision does not exist.
        BatchNotFoundError: the act does not exist.
        NothingToUndoError: the reviewer has no decision left.
        UsageError: the reviewer's name breaks a rule.
    """
    name = reviewer_name(reviewer)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        act = find_act(store, reviewer=name, decision_id=decision_id, batch_id=batch_id)
        if decision_id is not None and not act.size and store.opinions.find(decision_id) is None:
            return Unchanged(store.decisions.get(decision_id))
        store.decisions.undo_all(act.decisions, reviewer=name, undone_at=now)
        store.opinions.take_back(act.words, reviewer=name, at=now)
        return Undone(store.decisions.get_many(one.decision_id for one in act.decisions), act)


def undo_in(store: Store, decisions: Sequence[Decision], *, reviewer: str, now: datetime) -> None:
    """Undo those of these decisions that are not undone, in the caller's transaction."""
    live = [one for one in decisions if one.undone_at is None]
    store.decisions.undo_all(live, reviewer=reviewer, undone_at=now)


def _last_of(store: Store, reviewer: str) -> Decision | Opinion:
    """Return the last decision or word of a reviewer; a word that led to his decision is that."""
    word = store.opinions.last_of(reviewer)
    if word is None:
        return store.decisions.last_of(reviewer)
    try:
        decision = store.decisions.last_of(reviewer)
    except NothingToUndoError:
        return word
    return decision if decision.decided_at >= word.given_at else word


def _act_of_word(store: Store, word: Opinion, reviewer: str) -> Act:
    if word.reviewer != reviewer:  # that it exists is hidden from others
        raise DecisionNotFoundError(word.opinion_id)
    if word.undone_at is not None:
        return Act((), undone=1)
    if not _is_unanswered(store, word):
        raise NothingToUndoError(
            f"Your word on {word.arxiv_id} cannot be taken back, because another person has spoken"
            " since.",
            hint="If both agreed, take the decision back; if not, a third word decides.",
        )
    return Act((), words=(word,))


def _is_unanswered(store: Store, word: Opinion) -> bool:
    """Return whether no other person's word stands beside this one."""
    if word.kind is OpinionKind.REPEAT:
        return True
    beside = store.opinions.open_on([word.arxiv_id]).get(word.arxiv_id, ())
    return word.is_open and all(one.reviewer == word.reviewer for one in beside)


def _act(store: Store, batch_id: str, reviewer: str) -> Act:
    batch = store.batches.get(batch_id)
    together = store.decisions.of_batch(batch_id)
    standing = store.decisions.standing(one.arxiv_id for one in together)
    here = {one.decision_id for one in together}
    later = {
        key: decision for key, decision in standing.items() if decision.decision_id not in here
    }
    live = [one for one in together if one.undone_at is None]
    words = [
        one
        for one in store.opinions.of_batch(batch_id)
        if one.reviewer == reviewer and one.undone_at is None and _is_unanswered(store, one)
    ]
    return Act(
        words=tuple(words),
        decisions=tuple(one for one in live if one.arxiv_id not in later),
        batch=batch,
        later=tuple(later[one.arxiv_id] for one in live if one.arxiv_id in later),
        undone=len(together) - len(live),
    )
