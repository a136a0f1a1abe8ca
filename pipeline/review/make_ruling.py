"""Keep a decision as precedent, at once or when a word that asked for it becomes one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from config.visible import one_line
from storage.opinion_types import Opinion
from storage.rulings import Ruling, RulingAct, RulingEvent
from storage.store import Store
from storage.types import Decision


@dataclass(frozen=True, slots=True)
class Ruled:
    """What became of a ruling."""

    ruling: Ruling
    #: made, revised, withdrawn, or unchanged
    outcome: str


def make_ruling(
    store: Store, decision: Decision, sentence: str, person: str, now: datetime
) -> Ruled:
    """Keep a decision as precedent, or revise the ruling on its paper."""
    key = decision.arxiv_id
    before = store.rulings.of([key]).get(key)
    stands = before is not None and before.stands
    said = (decision.verdict, decision.sections, sentence)
    if before is not None and stands and said == (before.verdict, before.sections, before.sentence):
        return Ruled(before, "unchanged")
    kind = RulingAct.REVISED if stands else RulingAct.MADE
    event = RulingEvent(
        kind=kind,
        arxiv_id=key,
        title=one_line(store.papers.titles([key]).get(key, "")),
        verdict=decision.verdict,
        sections=decision.sections,
        sentence=sentence,
        person=person,
        happened_at=now,
    )
    store.rulings.add([event])
    return Ruled(store.rulings.of([key])[key], kind.value)


def rule_as_asked(
    store: Store, decision: Decision, words: Iterable[Opinion], now: datetime
) -> None:
    """Make the ruling that the first of a decision's words asks for which says the same."""
    said = (decision.verdict, frozenset(decision.sections))
    for one in words:
        if one.ruling and one.note and (one.verdict, frozenset(one.sections)) == said:
            make_ruling(store, decision, one_line(one.note), one.reviewer, now)
            return
