"""Compare a person's word with those that others gave on the paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.review.double.rules import TeamRules
from pipeline.review.judge import PaperState, Stale
from storage.opinion_types import NewOpinion, Opinion, OpinionKind
from storage.types import Decision, NewDecision, Verdict


@dataclass(frozen=True, slots=True)
class Kept:
    """A word that decides nothing yet."""

    word: NewOpinion
    #: the same person's word before, which it replaces
    instead_of: Opinion | None = None
    #: another person said otherwise, so a third word is asked
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """A decision that two words agree on, and the second of them."""

    decision: NewDecision
    word: NewOpinion


def counts_alone(new: NewDecision, standing: Decision | None) -> bool:
    """Return whether a decision on a decided paper needs no second person.

    It does if nothing gets into a section by it: a rejection, a note. What waits again, deferred or
    without a section, counts as undecided.
    """
    if standing is None or waits_again(standing):
        return False
    same = standing.verdict is Verdict.APPROVED and set(standing.sections) == set(new.sections)
    return new.verdict is not Verdict.APPROVED or same


def waits_again(standing: Decision) -> bool:
    """Return whether a decided paper is in the queue all the same."""
    return standing.unplaced or standing.verdict is Verdict.DEFERRED


def open_words(words: Sequence[Opinion], standing: Decision | None) -> tuple[Opinion, ...]:
    """Return the words that were not overtaken by a decision made on another way."""
    if standing is None:
        return tuple(words)
    return tuple(one for one in words if one.given_at > standing.decided_at)


def weigh(
    new: NewDecision, words: Sequence[Opinion], rules: TeamRules, state: PaperState
) -> Kept | Agreed | Opinion | Stale:
    """Return what becomes of a word on a paper that two people read.

    Args:
        new: what the person would decide alone.
        words: open words on the paper, oldest first.
        rules: of the team.
        state: of the paper.

    Returns:
        The same person's earlier word if it says the same. `Stale` if two others were faster and
        differ.
    """
    text = state.mark.content_hash if state.mark else None
    own = next((one for one in words if one.reviewer == new.reviewer), None)
    others = [one for one in words if one.reviewer != new.reviewer]
    if own is not None and (_same(own, new) or others):
        return own if _same(own, new) else _closed(new.arxiv_id)
    if len(others) > 1:
        return _closed(new.arxiv_id)
    if not others:
        return Kept(_word(new, OpinionKind.FIRST, text), own)
    [first] = others
    word = _word(new, OpinionKind.SECOND, text, (first.opinion_id,))
    sections = _agreed_sections(first, new, rules)
    if sections is None:
        return Kept(word, differs=True)
    return Agreed(replace(new, sections=sections), word)


def _closed(key: str) -> Stale:
    return Stale(
        key,
        f"Two people have read {key} and do not agree, so it waits for a third word on the page of"
        " conflicts.",
        closed=True,
    )


def _agreed_sections(first: Opinion, new: NewDecision, rules: TeamRules) -> tuple[str, ...] | None:
    """Return the sections that both name, or None if the two do not agree."""
    if first.verdict is not new.verdict:
        return None
    common = tuple(one for one in new.sections if one in first.sections)
    if set(first.sections) == set(new.sections) or (rules.overlapping and common):
        return common
    return None


def _same(own: Opinion, new: NewDecision) -> bool:
    return (own.verdict, set(own.sections), own.note, own.reason) == (
        new.verdict,
        set(new.sections),
        new.note,
        new.reason,
    ) and (own.return_on, own.return_after_version) == (new.return_on, new.return_after_version)


def _word(
    new: NewDecision, kind: OpinionKind, text: str | None, beside: tuple[str, ...] = ()
) -> NewOpinion:
    return NewOpinion(
        arxiv_id=new.arxiv_id,
        kind=kind,
        verdict=new.verdict,
        sections=new.sections,
        reviewer=new.reviewer,
        given_at=new.decided_at,
        note=new.note,
        reason=new.reason,
        return_on=new.return_on,
        return_after_version=new.return_after_version,
        content_hash=text,
        beside=beside,
    )


def third_word(new: NewDecision, words: Sequence[Opinion], state: PaperState) -> Agreed:
    """Return the decision of a third person, with the words that it answers."""
    text = state.mark.content_hash if state.mark else None
    beside = tuple(one.opinion_id for one in words)
    return Agreed(new, _word(new, OpinionKind.THIRD, text, beside))


def repeated(new: NewDecision, before: Decision, state: PaperState) -> Kept:
    """Return a word on a paper that the same person decided before; it changes nothing."""
    text = state.mark.content_hash if state.mark else None
    word = _word(new, OpinionKind.REPEAT, text)
    return Kept(replace(word, repeats=before.decision_id))
