"""Compare a proposal with the state of its paper."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.errors import UsageError
from config.taxonomy import Taxonomy
from pipeline.learn.explain.certainty import percent
from pipeline.review.proposal import NOT_DECIDED, Proposal
from storage.opinion_types import Opinion
from storage.typed_ids import not_held
from storage.types import (
    Decision,
    NewDecision,
    PaperMark,
    Prediction,
    SectionScore,
    Verdict,
)

#: more than clocks and time zones differ by
_FUTURE_TOLERANCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Not recorded, because this decision says the same or counts instead."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class Stale:
    """Not recorded, because the paper changed since the reviewer saw it."""

    arxiv_id: str
    #: what changed, as a sentence
    cause: str
    #: the same proposal is refused again, because others decide
    closed: bool = False


class MissingSectionError(UsageError):
    """An approval names no section; `suggestion` is the model's."""

    def __init__(self, arxiv_id: str, suggestion: SectionScore | None) -> None:
        self.arxiv_id = arxiv_id
        self.suggestion = suggestion
        known = (
            f"The model suggests {suggestion.section} ({percent(suggestion.probability)})."
            if suggestion
            else "The model has not suggested one yet."
        )
        super().__init__(
            f"{arxiv_id} is approved without a section. {known}", hint="Name at least one section."
        )


class DoubleError(UsageError):
    """An approval of a paper with the exact title and an author of approved ones, `others`."""

    def __init__(self, arxiv_id: str, others: tuple[str, ...]) -> None:
        self.arxiv_id = arxiv_id
        self.others = others
        stand = "stand" if len(others) > 1 else "stands"
        super().__init__(
            f"{arxiv_id} has the exact title and an author of {' and '.join(others)}, which"
            f" {stand} approved.",
            hint=f"If it is another work, approve it with `--also {others[0]}`, or call them"
            f" different: `living-survey doubles {arxiv_id} {others[0]} --different`.",
        )


@dataclass(frozen=True, slots=True)
class PaperState:
    """The part of the database that a proposal is compared with."""

    #: its current version and text; None: the paper is unknown
    mark: PaperMark | None
    standing: Decision | None = None
    #: every decision on the paper; only for dated proposals
    history: tuple[Decision, ...] = ()
    #: read only for approvals without a section
    suggestion: SectionScore | None = None
    #: approved papers with its exact title and an author; read only for approvals
    doubles: tuple[str, ...] = ()
    #: words that wait for another person's, oldest first
    words: tuple[Opinion, ...] = ()
    #: when the last word on it was given or taken back
    last_word: datetime | None = None
    #: the section that the model suggests first; read only where two must agree on a section
    suggested: str | None = None


def judge(proposal: Proposal, state: PaperState, now: datetime) -> NewDecision | Unchanged | Stale:
    """Return the decision to record, or why none is.

    An undated proposal is compared with the standing decision, a dated one with the decisions of
    its date, so that a file can be read twice.

    Raises:
        PaperNotFoundError: the paper is unknown.
        InvalidIdError: it is unknown, and of a month that has not begun.
        MissingSectionError: an approval names no section.
        DoubleError: the same work is approved already, and the proposal does not name it.
        UsageError: the date is in the future, or the day of return is not.
    """
    key = proposal.arxiv_id
    if state.mark is None:
        raise not_held(key, now.date())
    dated = proposal.decided_at
    if dated is not None and dated > now + _FUTURE_TOLERANCE:
        raise UsageError(
            f"{key} is dated {dated.isoformat()}, which is in the future.",
            hint="Correct `decided_at`, or leave it out to use the present time.",
        )
    sections = proposal.sections or ((proposal.accepted,) if proposal.accepted else ())
    if proposal.verdict is Verdict.APPROVED and not sections:
        raise MissingSectionError(key, state.suggestion)
    decided_at = dated or now
    returns = proposal.return_on
    if returns is not None and returns <= decided_at.date():
        raise UsageError(
            f"{key} is deferred until {returns.isoformat()}, which is not in the future.",
            hint="Name a later day.",
        )
    decision = NewDecision(
        arxiv_id=key,
        verdict=proposal.verdict,
        sections=sections,
        reviewer=proposal.reviewer,
        decided_at=decided_at,
        note=proposal.note,
        reason=proposal.reason,
        return_on=returns,
        return_after_version=state.mark.version if proposal.until_new_version else None,
    )
    if dated is not None:
        # The version may be a later one when a file is read again.
        same = [
            one
            for one in state.history
            if one.decided_at == dated
            and (one.return_after_version is not None) == proposal.until_new_version
            and _equal(one, replace(decision, return_after_version=one.return_after_version))
        ]
    else:
        # a third word answers two others, also if it says what stands
        standing = None if proposal.repeats or proposal.third else state.standing
        same = (
            [standing] if standing and not standing.unplaced and _equal(standing, decision) else []
        )
    if same:
        return Unchanged(same[0])
    if proposal.repeats:
        return decision
    stale = _stale(proposal, state)
    if stale is None:
        _check_doubles(proposal, state)
    return stale or decision


def suggested_section(prediction: Prediction | None, taxonomy: Taxonomy) -> SectionScore | None:
    """Return the first predicted section that is in the taxonomy."""
    known = {section.id for section in taxonomy.sections}
    scores = prediction.sections if prediction else ()
    return next((score for score in scores if score.section in known), None)


def _check_doubles(proposal: Proposal, state: PaperState) -> None:
    standing = state.standing
    if proposal.verdict is not Verdict.APPROVED:
        return
    if standing is not None and standing.verdict is Verdict.APPROVED:
        return
    if others := tuple(other for other in state.doubles if other not in proposal.also):
        raise DoubleError(proposal.arxiv_id, others)


def _equal(before: Decision, new: NewDecision) -> bool:
    return _said(before) == _said(new)


def _said(one: Decision | NewDecision) -> tuple[object, ...]:
    sections = frozenset(one.sections)
    returns = (one.return_on, one.return_after_version)
    return (one.verdict, sections, one.reviewer, one.note, one.reason, *returns)


def _stale(proposal: Proposal, state: PaperState) -> Stale | None:
    key, expected, standing = proposal.arxiv_id, proposal.expected, state.standing
    present = standing.decision_id if standing else NOT_DECIDED
    if expected.standing not in {None, present}:
        if standing is None:
            return Stale(key, f"The decision you saw on {key} was taken back meanwhile.")
        return Stale(
            key,
            f"{standing.reviewer} decided {key} meanwhile"
            f" ({standing.verdict}, {standing.decided_at:%Y-%m-%d %H:%M} UTC,"
            f" decision {standing.decision_id}).",
        )
    mark = state.mark
    if mark is not None and expected.content_hash not in {None, mark.content_hash}:
        return Stale(key, f"The text of {key} changed meanwhile (now version {mark.version}).")
    suggested = state.suggestion.section if state.suggestion else None
    if proposal.accepted not in {None, suggested}:
        now = f"now {suggested}" if suggested else "now none"
        return Stale(key, f"The model's suggestion for {key} changed meanwhile ({now}).")
    return None
