"""Take decisions back: one, or all that were recorded in one act."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.review.judge import Unchanged
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.clock import check_clock
from storage.batches import Batch
from storage.errors import NothingToUndoError
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

    @property
    def is_import(self) -> bool:
        """Whether its decisions came from a file or the curated list."""
        if self.batch is not None:
            return self.batch.is_import
        return any(one.reviewer == LIST_REVIEWER for one in self.decisions)

    @property
    def asks(self) -> bool:
        """Whether a person must confirm its undo: an import, or more than one decision."""
        return self.is_import or len(self.decisions) > 1


@dataclass(frozen=True, slots=True)
class Undone:
    """Decisions that were taken back; none if all were taken back or decided again before."""

    decisions: tuple[Decision, ...]
    act: Act


def find_act(
    store: Store,
    *,
    reviewer: str,
    decision_id: str | None = None,
    batch_id: str | None = None,
) -> Act:
    """Return what `undo` takes back: the named decision or act, or the reviewer's last.

    Raises:
        DecisionNotFoundError: the decision does not exist.
        BatchNotFoundError: the act does not exist.
        NothingToUndoError: the reviewer has no decision left.
    """
    if decision_id is not None:
        named = store.decisions.get(decision_id)
        batch = store.batches.get_many([named.batch_id or ""]).get(named.batch_id or "")
        # A decision of an import stays one, so that its undo asks.
        alone = batch if batch and batch.is_import else None
        left = () if named.undone_at is not None else (named,)
        return Act(left, alone, undone=1 - len(left))
    if batch_id is None:
        last = store.decisions.last_of(reviewer_name(reviewer))
        if last.batch_id is None:
            return Act((last,))
        act = _act(store, last.batch_id)
        if not act.decisions:
            raise NothingToUndoError(
                f"{reviewer}'s last act {last.batch_id} cannot be undone, because every paper of it"
                " was decided again since.",
                hint="Give the ID of another decision or act.",
            )
        return act
    return _act(store, batch_id)


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
        if decision_id is not None and not act.decisions:
            return Unchanged(store.decisions.get(decision_id))
        store.decisions.undo_all(act.decisions, reviewer=name, undone_at=now)
        return Undone(store.decisions.get_many(one.decision_id for one in act.decisions), act)


def undo_in(store: Store, decisions: Sequence[Decision], *, reviewer: str, now: datetime) -> None:
    """Undo those of these decisions that are not undone, in the caller's transaction."""
    live = [one for one in decisions if one.undone_at is None]
    store.decisions.undo_all(live, reviewer=reviewer, undone_at=now)


def _act(store: Store, batch_id: str) -> Act:
    batch = store.batches.get(batch_id)
    together = store.decisions.of_batch(batch_id)
    standing = store.decisions.standing(one.arxiv_id for one in together)
    here = {one.decision_id for one in together}
    later = {
        key: decision for key, decision in standing.items() if decision.decision_id not in here
    }
    live = [one for one in together if one.undone_at is None]
    return Act(
        decisions=tuple(one for one in live if one.arxiv_id not in later),
        batch=batch,
        later=tuple(later[one.arxiv_id] for one in live if one.arxiv_id in later),
        undone=len(together) - len(live),
    )
