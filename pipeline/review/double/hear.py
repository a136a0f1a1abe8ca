"""Decide for each proposal whether it counts, or is kept until another person has spoken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from config.errors import UsageError
from pipeline.review.double.rules import TeamRules
from pipeline.review.double.weigh import (
    Agreed,
    Kept,
    counts_alone,
    open_words,
    repeated,
    third_word,
    waits_again,
    weigh,
)
from pipeline.review.judge import PaperState, Stale, Unchanged
from pipeline.review.proposal import Proposal
from storage.opinion_rows import as_recorded
from storage.opinion_types import NewOpinion, Opinion
from storage.types import Decision, NewDecision

Judged = NewDecision | Unchanged | Stale | UsageError
Heard = Judged | Kept | Opinion


@dataclass(frozen=True, slots=True)
class Hearing:
    """What becomes of proposals."""

    #: in their order; an `Opinion` says the same as the person's earlier word
    heard: tuple[Heard, ...]
    #: the words that decisions are recorded with, by number
    words: Mapping[int, NewOpinion]


def hear(
    proposals: Sequence[Proposal],
    judged: Sequence[Judged],
    states: Mapping[str, PaperState],
    rules: TeamRules,
) -> Hearing:
    """Hold back what one person alone may not decide; of one batch, earlier words count."""
    heard: list[Heard] = []
    with_decisions: dict[int, NewOpinion] = {}
    words = {
        key: open_words(state.words, state.standing) for key, state in states.items() if state.words
    }
    settled: set[str] = set()
    for number, (proposal, one) in enumerate(zip(proposals, judged, strict=True)):
        key = proposal.arxiv_id
        state = states[key]
        found = (
            _hear(proposal, one, words.get(key, ()), rules, state)
            if isinstance(one, NewDecision)
            else one
        )
        if key in settled and isinstance(found, Agreed | Kept | NewDecision):
            found = Stale(key, f"Two words of the same file decide {key}.")
        if isinstance(found, Agreed):
            settled.add(key)
            with_decisions[number] = found.word
            heard.append(found.decision)
            continue
        if isinstance(found, Kept) and not found.word.repeats:
            found = replace(found, word=replace(found.word, ruling=proposal.ruling))
            before = tuple(one for one in words.get(key, ()) if one != found.instead_of)
            words[key] = (*before, as_recorded(found.word))
        heard.append(found)
    return Hearing(tuple(heard), with_decisions)


def _hear(
    proposal: Proposal,
    new: NewDecision,
    words: Sequence[Opinion],
    rules: TeamRules,
    state: PaperState,
) -> NewDecision | Kept | Agreed | Opinion | Stale:
    decision, new = new, _after_all(new, state)
    if proposal.repeats:
        before = state.standing
        if before is None or before.decision_id != proposal.repeats:
            return Stale(new.arxiv_id, f"{new.arxiv_id} was decided again meanwhile.")
        return repeated(new, before, state)
    if proposal.third:
        if not _asks_third(words, state.standing):
            return Stale(new.arxiv_id, f"No third word is asked on {new.arxiv_id} any more.")
        return third_word(new, words, state)
    if proposal.alone or counts_alone(new, state.standing):
        return decision
    left = state.standing.sections if state.standing else ()
    if not words and not rules.needs_two(new.arxiv_id, state.suggested, (*new.sections, *left)):
        return decision
    return weigh(new, words, rules, state)


def _asks_third(words: Sequence[Opinion], standing: Decision | None) -> bool:
    """Return whether two words differ, or one would change what stands and is in no queue."""
    stands = standing is not None and not waits_again(standing)
    return len(words) > 1 or (bool(words) and stands)


def _after_all(new: NewDecision, state: PaperState) -> NewDecision:
    """Return a word dated after every event of its paper, which may be ahead of the clock."""
    before = [state.standing.decided_at] if state.standing else []
    before += [state.last_word] if state.last_word else []
    latest = max([new.decided_at, *(moment + timedelta(microseconds=1) for moment in before)])
    return replace(new, decided_at=latest)
