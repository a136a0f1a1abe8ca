"""Break a score down into each term's share and its positions."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from classifiers.linear.model import Model
from classifiers.linear.targets import SCOPE, Output
from classifiers.terms import Span, TermShare, as_written
from classifiers.text import places, readable
from classifiers.types import Document


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score: `base` plus the shares, plus what other representations than terms add.

    For the scope it is the log-odds; for a label or section, the margin.
    """

    output: Output
    score: float
    #: the score of a text without any known term
    base: float
    #: largest absolute value first
    shares: tuple[TermShare, ...]
    #: added by the representations beside the terms, which have no words
    wordless: float = 0.0


class Reading:
    """A document vectorised once, for several explanations."""

    def __init__(self, model: Model, document: Document) -> None:
        self._model = model
        #: the document's term values
        self.row: sparse.csr_matrix = model.matrix([document])
        self._added = model.added([document])
        [self.scores] = model.scores([document.key], self.row, self._added)
        found = term_places(document)
        self._terms: list[tuple[str, str, tuple[Span, ...]]] = []
        for term in (model.features.terms_[column] for column in self.row.indices.tolist()):
            spans = found.get(term, ())
            words = as_written(term, spans, document.title, document.abstract)
            self._terms.append((term, words, spans))

    def explain(self, output: Output) -> Explanation:
        """Return one score of the document, term by term."""
        model = self._model
        column = model.outputs.index(output)
        weights = model.weights[self.row.indices, column].astype(np.float64)
        base = float(model.intercepts[column])
        wordless = 0.0 if self._added is None else float(self._added[0, column])
        if output.kind == SCOPE:
            slope, intercept = model.calibration.scope
            weights, base = slope * weights, slope * base + intercept
            wordless *= slope
        values = self.row.data * weights
        order = np.argsort(-np.abs(values), kind="stable")
        shares = []
        for number, value in zip(order.tolist(), values[order].tolist(), strict=True):
            if value:
                term, words, spans = self._terms[number]
                shares.append(TermShare(term, words, value, spans))
        score = base + float(values.sum()) + wordless
        return Explanation(output, score, base, tuple(shares), wordless)


def term_places(document: Document) -> dict[str, tuple[Span, ...]]:
    """Return the positions of each word and word pair; a pair across fields has a span in each."""
    title = [(t, Span("title", a, b)) for t, a, b in places(readable(document.title))]
    abstract = [(t, Span("abstract", a, b)) for t, a, b in places(readable(document.abstract))]
    words = [*title, *title, *abstract]  # as in text.document_text
    found: dict[str, dict[Span, None]] = {}
    for number, (word, span) in enumerate(words):
        found.setdefault(word, {})[span] = None
        if number + 1 < len(words):
            following, after = words[number + 1]
            found.setdefault(f"{word} {following}", {}).update(dict.fromkeys(_joined(span, after)))
    return {term: tuple(spans) for term, spans in found.items()}


def _joined(first: Span, second: Span) -> tuple[Span, ...]:
    if first.field == second.field and first.end <= second.start:
        return (Span(first.field, first.start, second.end),)
    return (first, second)
