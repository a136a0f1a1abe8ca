"""Why a model says what it says: each term's exact share, and where it stands in the text.

Shares are not approximations: a score is a sum over terms, and these are its summands.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from classifiers.linear.model import Model
from classifiers.linear.targets import SCOPE, Output
from classifiers.text import places, readable
from classifiers.types import Document


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text as it stands: `field` is `title` or `abstract`, end is exclusive."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """One term's share of a score, for it (positive) or against it (negative)."""

    term: str
    value: float
    marks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One score taken apart: `score` = `base` + the sum of the contributions.

    For the scope the score is the log-odds of its probability; for a label or a section it is
    the margin that its probability is a function of.
    """

    output: Output
    score: float
    #: what the score is for a text without a single known term
    base: float
    #: strongest first, by size
    contributions: tuple[Contribution, ...]


class Reading:
    """A document as a model reads it: read once, taken apart as often as a page asks."""

    def __init__(self, model: Model, document: Document) -> None:
        self._model = model
        #: the values of its terms
        self.row: sparse.csr_matrix = model.matrix([document])
        [self.scores] = model.scores([document.key], self.row)
        self._terms = [model.features.terms_[column] for column in self.row.indices.tolist()]
        where = term_marks(document)
        self._marks = [where.get(term, ()) for term in self._terms]

    def explain(self, output: Output) -> Explanation:
        """Return one score of the document, taken apart."""
        model = self._model
        column = model.outputs.index(output)
        weights = model.weights[self.row.indices, column].astype(np.float64)
        base = float(model.intercepts[column])
        if output.kind == SCOPE:
            slope, intercept = model.calibration.scope
            weights, base = slope * weights, slope * base + intercept
        shares = self.row.data * weights
        order = np.argsort(-np.abs(shares), kind="stable")
        found = tuple(
            Contribution(self._terms[n], share, self._marks[n])
            for n, share in zip(order.tolist(), shares[order].tolist(), strict=True)
            if share
        )
        return Explanation(output, base + float(shares.sum()), base, found)


def explain(model: Model, document: Document, output: Output) -> Explanation:
    """Return one score of a document, taken apart."""
    return Reading(model, document).explain(output)


def term_marks(document: Document) -> dict[str, tuple[Span, ...]]:
    """Return where each word and word pair of a document stands.

    A pair across a seam (the title's end and the abstract's beginning) has a mark on each side.
    """
    title = [(t, Span("title", a, b)) for t, a, b in places(readable(document.title))]
    abstract = [(t, Span("abstract", a, b)) for t, a, b in places(readable(document.abstract))]
    words = [*title, *title, *abstract]  # as in text.document_text
    found: dict[str, dict[Span, None]] = {}
    for number, (word, mark) in enumerate(words):
        found.setdefault(word, {})[mark] = None
        if number + 1 < len(words):
            following, after = words[number + 1]
            found.setdefault(f"{word} {following}", {}).update(dict.fromkeys(_span(mark, after)))
    return {term: tuple(marks) for term, marks in found.items()}


def _span(first: Span, second: Span) -> tuple[Span, ...]:
    if first.field == second.field and first.end <= second.start:
        return (Span(first.field, first.start, second.end),)
    return (first, second)
