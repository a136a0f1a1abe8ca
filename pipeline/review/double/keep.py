"""Record the words that decide nothing alone, and those that a decision is recorded with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.review.double.hear import Hearing
from pipeline.review.double.weigh import Kept
from storage.batches import NewBatch, batch_id_of
from storage.opinion_rows import as_recorded
from storage.opinion_types import Opinion
from storage.store import Store
from storage.types import Decision


@dataclass(frozen=True, slots=True)
class Opined:
    """A word that was kept and decides nothing yet."""

    word: Opinion
    #: another person said otherwise, so a third word is asked
    differs: bool = False
    #: the same word was kept before
    already: bool = False


def keep_words(
    store: Store, hearing: Hearing, made: Mapping[int, Decision], act: NewBatch | None
) -> dict[int, Opined]:
    """Record words in the transaction of their decisions; return those that decide nothing.

    Args:
        store: in the caller's transaction.
        hearing: what becomes of the proposals.
        made: the recorded decisions, by number of their proposal.
        act: of a batch; words have the ID of its decisions, or one of their own.
    """
    alone = {number: one for number, one in enumerate(hearing.heard) if isinstance(one, Kept)}
    words = {number: one.word for number, one in alone.items()} | {
        number: replace(word, decision_id=made[number].decision_id)
        for number, word in hearing.words.items()
    }
    before = {
        number: Opined(one, already=True)
        for number, one in enumerate(hearing.heard)
        if isinstance(one, Opinion)
    }
    if not words:
        return before
    batch_id = next((one.batch_id for one in made.values() if one.batch_id), None)
    if act and batch_id is None:
        batch_id = batch_id_of(as_recorded(word).opinion_id for word in words.values())
        store.batches.add(batch_id, act)
    given = store.opinions.add([*words.values()], batch_id=batch_id)
    recorded = dict(zip(words, given, strict=True))
    for one in alone.values():
        if one.instead_of is not None:
            word = one.word
            store.opinions.take_back([one.instead_of], reviewer=word.reviewer, at=word.given_at)
    return before | {number: Opined(recorded[number], one.differs) for number, one in alone.items()}
