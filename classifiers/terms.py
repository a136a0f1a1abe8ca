"""Terms of a score and their positions in a text. Imports no numpy, so commands start fast."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.text import tokens


@dataclass(frozen=True, slots=True)
class Span:
    """A position in a paper's text: `field` is `title` or `abstract`, `end` is exclusive."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TermShare:
    """One term's exact share of a score, for it (positive) or against it (negative)."""

    term: str
    #: the term as first written in the text: "Text-to-Image" for "text to image"
    words: str
    value: float
    places: tuple[Span, ...]


def as_written(term: str, places: Sequence[Span], title: str, abstract: str) -> str:
    """Return a term as first written in a paper's text.

    A pair that spans the title's end and the abstract's beginning is returned as given.
    """
    fields = {"title": title, "abstract": abstract}
    size = len(tokens(term))
    texts = (fields[place.field][place.start : place.end] for place in places)
    return next((" ".join(text.split()) for text in texts if len(tokens(text)) == size), term)
