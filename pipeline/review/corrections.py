"""Cases of the inbox: decided papers that changed at arXiv, and what a reviewer does with them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.errors import LivingSurveyError, UsageError
from config.reasons import Reason
from config.taxonomy import Taxonomy
from config.visible import one_line
from pipeline.review.decide import Recorded, record_in
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.judge import Stale
from pipeline.review.proposal import Proposal, propose, reviewer_name
from pipeline.review.undo import undo_in
from pipeline.review.word_diff import Piece, word_diff
from pipeline.runtime.clock import check_clock
from storage.correction_kinds import PUBLISHED, same_text, shown_fields
from storage.correction_types import (
    ComparedRecords,
    CorrectionCase,
    NewResolution,
    RecordedResolution,
    Resolution,
)
from storage.store import OpenStore, Store
from storage.typed_ids import read_key
from storage.types import Decision, StoredPaper, Verdict

#: what can be done with a case, by the verdict that stands
ACTS = {
    Verdict.APPROVED: (
        Resolution.KEPT,
        Resolution.NOTED,
        Resolution.MOVED,
        Resolution.TAKEN_BACK,
    ),
    Verdict.REJECTED: (Resolution.KEPT, Resolution.QUEUED, Resolution.APPROVED),
}
#: code of the reason that trains as in scope and publishes nothing
RELEVANT = "relevant-not-listed"
_VERDICTS = {
    Resolution.MOVED: "approve",
    Resolution.APPROVED: "approve",
    Resolution.TAKEN_BACK: "reject",
}


class NoCaseError(UsageError):
    """The paper has no open case."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a paper, as it was decided on and as it is now."""

    #: member of `KINDS`, or `authors` or `comment`
    kind: str
    old: str
    new: str
    #: in reading order; old pieces are only in `old`, new ones only in `new`
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything that a reviewer reads."""

    case: CorrectionCase
    stored: StoredPaper
    decision: Decision
    differences: tuple[Difference, ...]
    resolutions: tuple[RecordedResolution, ...]

    @property
    def reference(self) -> str | None:
        """The journal reference or DOI that arXiv has, if it is new."""
        paper = self.stored.paper
        return (paper.journal_ref or paper.doi) if PUBLISHED & {*self.case.kinds} else None


@dataclass(frozen=True, slots=True)
class Act:
    """What a reviewer does with a case."""

    arxiv_id: str
    resolution: Resolution
    reviewer: str
    sections: tuple[str, ...] = ()
    reason: str | None = None
    note: str | None = None
    #: the case that was seen: its decision and its record; None: not compared
    seen: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A resolution that was recorded, with the decision it made, if any."""

    resolution: RecordedResolution
    decision: Decision | None = None


def case_view(store: Store, arxiv_id: str) -> CaseView | None:
    """Return the open case of a paper, or None."""
    case = store.corrections.get(arxiv_id)
    stored = store.papers.get(arxiv_id) if case else None
    both = store.corrections.records([arxiv_id]).get(arxiv_id) if case else None
    if case is None or stored is None or both is None:
        return None
    return CaseView(
        case=case,
        stored=stored,
        decision=store.decisions.get(case.decision_id),
        differences=tuple(differences(both)),
        resolutions=tuple(store.corrections.resolutions_of(arxiv_id)),
    )


def differences(both: ComparedRecords) -> Iterator[Difference]:
    """Yield the fields that differ; authors and comment too, which make no case alone."""
    texts = zip(shown_fields(both.old), shown_fields(both.new), strict=True)
    for (kind, old), (_, new) in texts:
        if not same_text(old, new):
            yield Difference(kind, old, new, word_diff(old, new))


def resolve(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    act: Act,
    *,
    reasons: Sequence[Reason] = (),
    clock: Callable[[], datetime],
    team: TeamRules = ALONE,
) -> Resolved | Stale:
    """Do something with a case, in one lease and one transaction.

    A paper that two people read is not approved here.

    Raises:
        NoCaseError: the paper has no open case.
        UsageError: the act does not fit the case, or a section or reason is wrong.
    """
    key = read_key(act.arxiv_id)
    reviewer = reviewer_name(act.reviewer)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        case = store.corrections.get(key)
        if case is None:
            return _settled(store, key, act)
        if act.seen not in {None, (case.decision_id, case.record_key)}:
            return Stale(key, f"{key} changed again, or was decided again, since you read it.")
        _check(case, act)
        decision = _decided(store, taxonomy, case, act, reasons=reasons, now=now, team=team)
        if isinstance(decision, Stale):
            return decision
        store.decisions.keep_texts([key])
        store.corrections.resolve(
            [
                NewResolution(
                    arxiv_id=key,
                    decision_id=decision.decision_id if decision else case.decision_id,
                    resolution=act.resolution,
                    kinds=case.kinds,
                    reviewer=reviewer,
                    resolved_at=now,
                    note=_note(store, key, act),
                )
            ]
        )
        return Resolved(store.corrections.resolutions_of(key)[0], decision)


def keep_all(
    open_store: OpenStore,
    kinds: Sequence[str],
    *,
    reviewer: str,
    clock: Callable[[], datetime],
) -> tuple[str, ...]:
    """Keep every paper whose case has only these kinds, as one act; return their IDs."""
    name = reviewer_name(reviewer)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        cases = store.corrections.open(kinds=kinds)
        store.decisions.keep_texts(case.arxiv_id for case in cases)
        store.corrections.resolve(
            [
                NewResolution(
                    case.arxiv_id, case.decision_id, Resolution.KEPT, case.kinds, name, now
                )
                for case in cases
            ]
        )
        return tuple(case.arxiv_id for case in cases)


def undo_resolution(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    reviewer: str,
    resolution_id: int | None = None,
    clock: Callable[[], datetime],
) -> RecordedResolution:
    """Take back a resolution, or the reviewer's last one; what it decided is undone with it.

    Raises:
        UsageError: there is none, or it was taken back before.
    """
    name = reviewer_name(reviewer)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        found = (
            store.corrections.last_of(name)
            if resolution_id is None
            else store.corrections.resolution(resolution_id)
        )
        if found is None:
            raise UsageError(
                "There is no such resolution to take back.",
                hint="`living-survey inbox` lists the open cases.",
            )
        if found.undone_by is not None:
            raise UsageError(
                f"The resolution of {found.arxiv_id} was taken back already by {found.undone_by}.",
                hint=f"`living-survey inbox {found.arxiv_id}` shows the case.",
            )
        _undo_decision(store, taxonomy, found, name, now)
        store.corrections.undo(found.resolution_id, reviewer=name, now=now)
        store.corrections.find(now, [found.arxiv_id])
        return found


def _settled(store: Store, key: str, act: Act) -> Stale:
    """Say why there is no case: another reviewer was faster, or nothing changed."""
    last = next((r for r in store.corrections.resolutions_of(key) if r.undone_by is None), None)
    if act.seen is not None and last is not None:
        return Stale(
            key,
            f"{last.reviewer} settled the case of {key} meanwhile ({last.resolution},"
            f" {last.resolved_at:%Y-%m-%d %H:%M} UTC).",
        )
    if act.seen is not None:
        return Stale(key, f"The case of {key} is settled: it was decided again meanwhile.")
    raise NoCaseError(
        f"{key} has no open case.", hint="`living-survey inbox` lists the papers that have one."
    )


def _check(case: CorrectionCase, act: Act) -> None:
    allowed = ACTS[case.verdict]
    if act.resolution not in allowed:
        raise UsageError(
            f"{case.arxiv_id} is {case.verdict} and cannot be {act.resolution}.",
            hint=f"It can be {', '.join(allowed[:-1])} or {allowed[-1]}.",
        )
    if act.resolution is Resolution.NOTED and not (PUBLISHED & {*case.kinds} or act.note):
        raise UsageError(
            f"arXiv has no new reference for {case.arxiv_id}.",
            hint="Give the reference as the note, or keep the paper.",
        )


def _note(store: Store, key: str, act: Act) -> str | None:
    if act.resolution is not Resolution.NOTED or act.note:
        return act.note
    stored = store.papers.get(key)
    assert stored is not None
    return one_line(stored.paper.journal_ref or f"doi:{stored.paper.doi}")


def _decided(
    store: Store,
    taxonomy: Taxonomy,
    case: CorrectionCase,
    act: Act,
    *,
    reasons: Sequence[Reason],
    now: datetime,
    team: TeamRules,
) -> Decision | Stale | None:
    """Record the decision that the act makes, if any."""
    reviewer = reviewer_name(act.reviewer)
    if act.resolution is Resolution.QUEUED:
        made = store.decisions.of_paper(case.arxiv_id)
        undo_in(store, made, reviewer=reviewer, now=now)
        return None
    if act.resolution not in _VERDICTS:
        return None
    note, reason = act.note, act.reason
    if act.resolution is Resolution.TAKEN_BACK and not (note or reason):
        note, reason = _why_taken_back(case, reasons)
    proposal = propose(
        taxonomy,
        arxiv_id=case.arxiv_id,
        verdict=_VERDICTS[act.resolution],
        reviewer=reviewer,
        sections=act.sections,
        note=note,
        reason=reason,
        reasons=reasons,
        unexplained=bool(note),
    )
    [outcome] = record_in(store, taxonomy, [proposal], now, team=team)
    if isinstance(outcome, LivingSurveyError):
        raise outcome
    if isinstance(outcome, Opined):  # the transaction ends without it
        raise UsageError(
            f"{case.arxiv_id} is approved only if two people say so.",
            hint="Return it to the queue, where both read it.",
        )
    if isinstance(outcome, Recorded):
        return outcome.decision
    if isinstance(outcome, Stale):
        return outcome
    raise UsageError(
        f"{case.arxiv_id} stands there already.", hint="Keep it, or name other sections."
    )


def _why_taken_back(
    case: CorrectionCase, reasons: Sequence[Reason]
) -> tuple[str | None, str | None]:
    """Return note and reason of a withdrawn paper, which was in scope; others need a person's."""
    if "withdrawn" not in case.kinds:
        raise UsageError(
            f"{case.arxiv_id} is taken back without a reason.",
            hint="Choose a reason, or write a note.",
        )
    known = any(reason.code == RELEVANT for reason in reasons)
    return "withdrawn at arXiv", RELEVANT if known else None


def _undo_decision(
    store: Store, taxonomy: Taxonomy, found: RecordedResolution, name: str, now: datetime
) -> None:
    decision = store.decisions.get(found.decision_id)
    if found.resolution in _VERDICTS:
        undo_in(store, [decision], reviewer=name, now=now)
    elif found.resolution is Resolution.QUEUED:
        again = Proposal(
            found.arxiv_id, decision.verdict, name, note=decision.note, reason=decision.reason
        )
        record_in(store, taxonomy, [replace(again, alone=True)], now)
