"""Read the terms stored with a prediction as phrases; without the model."""

from collections.abc import Sequence

from classifiers.terms import TermShare
from pipeline.learn.explain.breakdown import strongest
from pipeline.learn.explain.phrases import Phrase, phrases
from storage.types import TermWeight


def stored_phrases(terms: Sequence[TermWeight]) -> tuple[Phrase, ...]:
    """Return the strongest phrases of a prediction, which are named and marked."""
    found, _ = phrases(TermShare(each.term, each.term, each.weight, ()) for each in terms)
    return strongest(found)
