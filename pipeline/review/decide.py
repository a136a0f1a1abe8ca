"""Record reviewers' decisions as append-only events."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.errors import UsageError
from config.taxonomy import Taxonomy
from pipeline.review.double.hear import Heard, hear
from pipeline.review.double.keep import Opined, keep_words
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.double.weigh import Kept
from pipeline.review.judge import (
    PaperState,
    Stale,
    Unchanged,
    judge,
    suggested_section,
)
from pipeline.review.make_ruling import rule_as_asked
from pipeline.review.proposal import Proposal
from pipeline.runtime.clock import check_clock
from storage.batches import BatchKind, NewBatch
from storage.opinion_types import Opinion
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


Outcome = Recorded | Unchanged | Stale | Opined


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A paper that one act did not decide, and why, as a sentence."""

    arxiv_id: str
    cause: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """What one act did."""

    #: None: nothing was recorded
    batch_id: str | None
    recorded: tuple[Recorded, ...]
    #: decisions that said the same before
    already: tuple[Decision, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    #: words that decide nothing yet
    kept: tuple[Opined, ...] = ()


def record(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    proposal: Proposal,
    *,
    clock: Callable[[], datetime],
    team: TeamRules = ALONE,
) -> Outcome:
    """Record one proposal in one lease; raise what `judge` raises."""
    with open_store() as store, store.transaction():
        [outcome] = record_in(store, taxonomy, [proposal], clock(), team=team)
    if isinstance(outcome, UsageError):
        raise outcome
    return outcome


def record_all(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    proposals: Sequence[Proposal],
    *,
    clock: Callable[[], datetime],
    act: NewBatch | None = None,
    team: TeamRules = ALONE,
) -> list[Outcome | UsageError]:
    """Record many proposals, all or none; return each one's outcome or error.

    Args:
        open_store: opens the database.
        taxonomy: of the survey.
        proposals: in the order they were made.
        clock: gives the present time.
        act: given if one undo shall take all back.
        team: what one person alone may not decide.

    Texts are stored before, in their own leases, because thousands would hold up other processes.
    Of a paper's undated proposals the last accepted one counts. Expectations are compared with the
    state before the batch.
    """
    _store_texts(open_store, {proposal.arxiv_id for proposal in proposals})
    with open_store() as store, store.transaction():
        return record_in(store, taxonomy, proposals, clock(), act, team=team)


def decide_all(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    proposals: Sequence[Proposal],
    *,
    clock: Callable[[], datetime],
    team: TeamRules = ALONE,
) -> Bulk:
    """Record one reviewer's proposals as one act, which one undo takes back.

    A paper that is not as the reviewer expected is left out; the others are recorded. The same call
    again records nothing.
    """
    _store_texts(open_store, {proposal.arxiv_id for proposal in proposals})
    now = clock()
    act = NewBatch(BatchKind.BULK, proposals[0].reviewer, now) if proposals else None
    with open_store() as store, store.transaction():
        outcomes = record_in(store, taxonomy, proposals, now, act, team=team)
    left_out = []
    for proposal, outcome in zip(proposals, outcomes, strict=True):
        if isinstance(outcome, Stale | UsageError):
            cause = outcome.cause if isinstance(outcome, Stale) else str(outcome)
            left_out.append(LeftOut(proposal.arxiv_id, cause))
    recorded = tuple(one for one in outcomes if isinstance(one, Recorded))
    already = tuple(one.decision for one in outcomes if isinstance(one, Unchanged))
    kept = tuple(one for one in outcomes if isinstance(one, Opined))
    acts = [one.decision.batch_id for one in recorded] + [
        one.word.batch_id for one in kept if not one.already
    ]
    return Bulk(acts[0] if acts else None, recorded, already, tuple(left_out), kept)


def record_in(
    store: Store,
    taxonomy: Taxonomy,
    proposals: Sequence[Proposal],
    now: datetime,
    act: NewBatch | None = None,
    *,
    team: TeamRules = ALONE,
) -> list[Outcome | UsageError]:
    """Record proposals in the caller's transaction; return each one's outcome or error.

    A decision that two words agree on is recorded with the second of them.
    """
    check_clock(store, now)
    states = _states(store, taxonomy, proposals, team)
    judged = [_judged(proposal, states[proposal.arxiv_id], now) for proposal in proposals]
    hearing = hear(proposals, judged, states, team)
    last_undated = {
        proposal.arxiv_id: number
        for number, (proposal, one) in enumerate(zip(proposals, hearing.heard, strict=True))
        if proposal.decided_at is None and isinstance(one, NewDecision | Unchanged)
    }
    moments = store.decisions.next_moments(last_undated, now)
    new: dict[int, NewDecision] = {}
    for number, (proposal, one) in enumerate(zip(proposals, hearing.heard, strict=True)):
        if not isinstance(one, NewDecision):
            continue
        if proposal.decided_at is not None:
            new[number] = one
        elif number == last_undated[proposal.arxiv_id]:
            new[number] = replace(one, decided_at=moments[proposal.arxiv_id])
    made = dict(zip(new, store.decisions.add(list(new.values()), act, prepared=True), strict=True))
    kept = keep_words(store, hearing, made, act)
    for number, word in hearing.words.items():
        before = states[word.arxiv_id].words
        answered = [one for one in before if one.opinion_id in word.beside]
        rule_as_asked(store, made[number], answered, now)
    said = [kept.get(number, one) for number, one in enumerate(hearing.heard)]
    outcomes = _outcomes(proposals, said, made, last_undated, states)
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
    judged: Sequence[Heard | Opined],
    made: Mapping[int, Decision],
    last_undated: Mapping[str, int],
    states: Mapping[str, PaperState],
) -> list[Outcome | UsageError]:
    outcomes: list[Outcome | UsageError] = []
    seen = {one.decision_id for state in states.values() for one in state.history}
    for number, (proposal, one) in enumerate(zip(proposals, judged, strict=True)):
        if not isinstance(one, NewDecision):
            assert not isinstance(one, Kept | Opinion)  # said with what was recorded of it
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
    store: Store, taxonomy: Taxonomy, proposals: Sequence[Proposal], team: TeamRules
) -> dict[str, PaperState]:
    marks = store.decisions.prepare(_keys(proposals))
    known = [proposal for proposal in proposals if proposal.arxiv_id in marks]
    standing = store.decisions.standing(_keys(known))
    dated = _keys(one for one in known if one.decided_at is not None)
    histories = store.decisions.histories(dated) if dated else {}
    words = store.opinions.open_on(_keys(known))
    last_words = store.opinions.last_moments(_keys(known))
    unplaced = _keys(one for one in known if one.verdict is Verdict.APPROVED and not one.sections)
    read = _keys(known) if team.sections else unplaced
    predictions = store.predictions.latest(read) if read else {}
    doubles = _doubles(store, known, standing)
    suggestions = {key: suggested_section(one, taxonomy) for key, one in predictions.items()}
    suggested = {key: score.section for key, score in suggestions.items() if score}
    return {
        key: PaperState(
            mark=marks.get(key),
            standing=standing.get(key),
            history=tuple(histories.get(key, ())),
            suggestion=suggestions.get(key),
            doubles=doubles.get(key, ()),
            words=words.get(key, ()),
            last_word=last_words.get(key),
            suggested=suggested.get(key),
        )
        for key in _keys(proposals)
    }


def _doubles(
    store: Store, proposals: Sequence[Proposal], standing: Mapping[str, Decision]
) -> dict[str, tuple[str, ...]]:
    """Return what each approval doubles: approved papers, and earlier ones of the batch."""
    approving = _keys(one for one in proposals if one.verdict is Verdict.APPROVED)
    if not approving:
        return {}
    place = {key: number for number, key in enumerate(approving)}

    def counts(key: str, other: str) -> bool:
        before = standing.get(other)
        approved = before is not None and before.verdict is Verdict.APPROVED
        return other not in place or approved or place[other] < place[key]

    found = store.same_work.doubles(approving)
    return {
        key: tuple(other for other in others if counts(key, other)) for key, others in found.items()
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
