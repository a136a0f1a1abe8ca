"""Record reviewers' decisions and their undos as append-only events."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.errors import UsageError
from config.taxonomy import Taxonomy
from pipeline.review.judge import (
    PaperState,
    Stale,
    Unchanged,
    judge,
    suggested_section,
)
from pipeline.review.proposal import Proposal, reviewer_name
from pipeline.runtime.clock import check_clock
from storage.store import OpenStore, Store
from storage.types import (
    Decision,
    NewDecision,
    Verdict,
)

#: in the order of their IDs, because the database reads neighbouring rows together
#: (docs/study/measurements.md)
_TEXTS_PER_LEASE = 2_000
#: up to this many texts are stored with their decisions
_FEW_TEXTS = 50


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision that was added."""

    decision: Decision
    replaced: Decision | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """A decision that was taken back."""

    decision: Decision


Outcome = Recorded | Unchanged | Stale


def record(
    open_store: OpenStore, taxonomy: Taxonomy, proposal: Proposal, *, clock: Callable[[], datetime]
) -> Outcome:
    """Record one proposal in one lease; raise what `judge` raises."""
    with open_store() as store, store.transaction():
        [outcome] = _record(store, taxonomy, [proposal], clock())
    if isinstance(outcome, UsageError):
        raise outcome
    return outcome


def record_all(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    proposals: Sequence[Proposal],
    *,
    clock: Callable[[], datetime],
) -> list[Outcome | UsageError]:
    """Record many proposals, all or none; return each one's outcome or error.

    Texts are stored before, in their own leases, because thousands would hold up other processes.
    Of a paper's undated proposals the last accepted one counts. Expectations are compared with the
    state before the batch.
    """
    _store_texts(open_store, {proposal.arxiv_id for proposal in proposals})
    with open_store() as store, store.transaction():
        return _record(store, taxonomy, proposals, clock())


def undo(
    open_store: OpenStore,
    *,
    reviewer: str,
    decision_id: str | None = None,
    clock: Callable[[], datetime],
) -> Undone | Unchanged:
    """Undo the named decision, or the reviewer's last one.

    Returns Unchanged if the named one was undone before.

    Raises:
        DecisionNotFoundError: the decision does not exist.
        NothingToUndoError: the reviewer has no decision left.
        UsageError: the reviewer's name breaks a rule.
    """
    name = reviewer_name(reviewer)
    with open_store() as store, store.transaction():
        check_clock(store, clock())
        if decision_id is not None:
            named = store.decisions.get(decision_id)
            if named.undone_at is not None:
                return Unchanged(named)
        return Undone(
            store.decisions.undo(reviewer=name, undone_at=clock(), decision_id=decision_id)
        )


def _record(
    store: Store, taxonomy: Taxonomy, proposals: Sequence[Proposal], now: datetime
) -> list[Outcome | UsageError]:
    check_clock(store, now)
    states = _states(store, taxonomy, proposals)
    judged = [_judged(proposal, states[proposal.arxiv_id], now) for proposal in proposals]
    last_undated = {
        proposal.arxiv_id: number
        for number, (proposal, one) in enumerate(zip(proposals, judged, strict=True))
        if proposal.decided_at is None and isinstance(one, NewDecision | Unchanged)
    }
    moments = store.decisions.next_moments(last_undated, now)
    new: dict[int, NewDecision] = {}
    for number, (proposal, one) in enumerate(zip(proposals, judged, strict=True)):
        if not isinstance(one, NewDecision):
            continue
        if proposal.decided_at is not None:
            new[number] = one
        elif number == last_undated[proposal.arxiv_id]:
            new[number] = replace(one, decided_at=moments[proposal.arxiv_id])
    made = dict(zip(new, store.decisions.add(list(new.values())), strict=True))
    outcomes = _outcomes(proposals, judged, made, last_undated, states)
    store.audit.draw(
        *(
            outcome.decision
            for proposal, outcome in zip(proposals, outcomes, strict=True)
            if proposal.drawn and isinstance(outcome, Recorded)
        )
    )
    return outcomes


def _outcomes(
    proposals: Sequence[Proposal],
    judged: Sequence[NewDecision | Unchanged | Stale | UsageError],
    made: dict[int, Decision],
    last_undated: dict[str, int],
    states: dict[str, PaperState],
) -> list[Outcome | UsageError]:
    outcomes: list[Outcome | UsageError] = []
    seen = {one.decision_id for state in states.values() for one in state.history}
    for number, (proposal, one) in enumerate(zip(proposals, judged, strict=True)):
        if not isinstance(one, NewDecision):
            outcomes.append(one)
        elif number not in made:  # because a later proposal on the same paper counts
            counting = last_undated[proposal.arxiv_id]
            later = judged[counting]
            outcomes.append(later if isinstance(later, Unchanged) else Unchanged(made[counting]))
        elif made[number].decision_id in seen:
            outcomes.append(Unchanged(made[number]))
        else:
            decision, before = made[number], states[proposal.arxiv_id].standing
            seen.add(decision.decision_id)
            overruled = before is not None and before.decided_at <= decision.decided_at
            outcomes.append(Recorded(decision, before if overruled else None))
    return outcomes


def _judged(
    proposal: Proposal, state: PaperState, now: datetime
) -> NewDecision | Unchanged | Stale | UsageError:
    try:
        return judge(proposal, state, now)
    except UsageError as error:
        return error


def _states(
    store: Store, taxonomy: Taxonomy, proposals: Sequence[Proposal]
) -> dict[str, PaperState]:
    held = store.papers.held(_keys(proposals))
    known = [proposal for proposal in proposals if proposal.arxiv_id in held]
    standing = store.decisions.standing(_keys(known))
    dated = _keys(one for one in known if one.decided_at is not None)
    histories = store.decisions.histories(dated) if dated else {}
    compared = _keys(one for one in known if one.expected.content_hash is not None)
    stored = store.papers.get_many(compared) if compared else {}
    unplaced = _keys(one for one in known if one.verdict is Verdict.APPROVED and not one.sections)
    predictions = store.predictions.latest(unplaced) if unplaced else {}
    suggestions = {key: suggested_section(one, taxonomy) for key, one in predictions.items()}
    return {
        key: PaperState(
            held=key in held,
            standing=standing.get(key),
            history=tuple(histories.get(key, ())),
            stored=stored.get(key),
            suggestion=suggestions.get(key),
        )
        for key in _keys(proposals)
    }


def _keys(proposals: Iterable[Proposal]) -> list[str]:
    return list(dict.fromkeys(proposal.arxiv_id for proposal in proposals))


def _store_texts(open_store: OpenStore, arxiv_ids: set[str]) -> None:
    if len(arxiv_ids) <= _FEW_TEXTS:
        return
    with open_store() as store:
        missing = store.decisions.unkept(arxiv_ids)
    if len(missing) <= _FEW_TEXTS:
        return
    for start in range(0, len(missing), _TEXTS_PER_LEASE):
        with open_store() as store:
            store.decisions.keep_texts(missing[start : start + _TEXTS_PER_LEASE])
