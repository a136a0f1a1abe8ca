"""Terms of a score and their positions; without numpy, so that commands start fast."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.text import tokens


@dataclass(frozen=True, slots=True)
class Span:
    """A position in `title` or `abstract`; `end` is exclusive."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TermShare:
    """A term's exact share of a score, positive or negative."""

    term: str
    #: as first written: "Text-to-Image" for "text to image"
    words: str
    value: float
    places: tuple[Span, ...]


def as_written(term: str, places: Sequence[Span], title: str, abstract: str) -> str:
    """Return a term as first written; a pair across fields as given."""
    fields = {"title": title, "abstract": abstract}
    size = len(tokens(term))
    texts = (fields[place.field][place.start : place.end] for place in places)
    return next((" ".join(text.split()) for text in texts if len(tokens(text)) == size), term)
