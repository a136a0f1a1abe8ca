"""End the words that wait for a second person who is no longer asked.

When double review is turned off, or the share made smaller, a first word may be left on a paper
that one person decides now. It is not made a decision by itself: an admin releases such words, or
returns them, so that the papers wait as if no one had read them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.taxonomy import Taxonomy
from pipeline.review.conflicts import waiting_words
from pipeline.review.decide import LeftOut, Recorded, record_in
from pipeline.review.double.rules import TeamRules
from pipeline.review.judge import Stale, suggested_section
from pipeline.review.make_ruling import rule_as_asked
from pipeline.review.proposal import Proposal
from pipeline.runtime.plurals import counted
from storage.opinion_types import Opinion
from storage.store import OpenStore, Store


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of lone words."""

    released: tuple[Recorded, ...] = ()
    returned: tuple[Opinion, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def lone_words(store: Store, taxonomy: Taxonomy, rules: TeamRules) -> list[Opinion]:
    """Return the first words on papers that need no second one any more, the oldest first."""
    single = {key: words[0] for key, words in waiting_words(store).items() if len(words) == 1}
    suggested = _suggested(store, taxonomy, single) if rules.sections else {}
    return [
        word
        for key, word in single.items()
        if not rules.needs_two(key, suggested.get(key), word.sections)
    ]


def release(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    rules: TeamRules,
    actor: str,
    clock: Callable[[], datetime],
) -> Ended:
    """Make lone words decisions of those who gave them; what cannot be recorded is left."""
    with open_store() as store, store.transaction():
        now = clock()
        words = lone_words(store, taxonomy, rules)
        proposals = [_proposal(word) for word in words]
        outcomes = record_in(store, taxonomy, proposals, now, team=rules) if words else []
        made = [
            (word, outcome)
            for word, outcome in zip(words, outcomes, strict=True)
            if isinstance(outcome, Recorded)
        ]
        store.opinions.release(
            [(word, outcome.decision.decision_id) for word, outcome in made],
            reviewer=actor,
            at=now,
        )
        for word, outcome in made:
            rule_as_asked(store, outcome.decision, [word], now)
        _note(store, "words.released", len(made), actor, now)
    left = [
        LeftOut(word.arxiv_id, outcome.cause if isinstance(outcome, Stale) else str(outcome))
        for word, outcome in zip(words, outcomes, strict=True)
        if not isinstance(outcome, Recorded)
    ]
    return Ended(released=tuple(outcome for _, outcome in made), left_out=tuple(left))


def give_back(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    rules: TeamRules,
    actor: str,
    clock: Callable[[], datetime],
) -> Ended:
    """Take lone words back, so that their papers wait as if no one had read them."""
    with open_store() as store, store.transaction():
        now = clock()
        words = lone_words(store, taxonomy, rules)
        store.opinions.take_back(words, reviewer=actor, at=now)
        _note(store, "words.returned", len(words), actor, now)
    return Ended(returned=tuple(words))


def _note(store: Store, act: str, words: int, actor: str, now: datetime) -> None:
    if words:
        store.trail.add(
            at=now, actor=actor, act=act, subject="double review", detail=counted(words, "word")
        )


def _proposal(word: Opinion) -> Proposal:
    return Proposal(
        arxiv_id=word.arxiv_id,
        verdict=word.verdict,
        reviewer=word.reviewer,
        sections=word.sections,
        note=word.note,
        reason=word.reason,
        return_on=word.return_on,
        until_new_version=word.return_after_version is not None,
        alone=True,
    )


def _suggested(
    store: Store, taxonomy: Taxonomy, keys: Mapping[str, Opinion]
) -> dict[str, str | None]:
    predictions = store.predictions.latest(keys)
    scores = {key: suggested_section(one, taxonomy) for key, one in predictions.items()}
    return {key: score.section if score else None for key, score in scores.items()}
