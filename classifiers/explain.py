"""Why a model says what it says: each term's exact share, where it stands, and the nearest papers.

Shares are not approximations: a score is a sum over terms, and these are its summands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from classifiers.model import Model
from classifiers.targets import SCOPE, Output
from classifiers.text import places, readable
from classifiers.types import Document, Example


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text as it stands: `field` is `title` or `abstract`, end is exclusive."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """One term's share of a score, for it (positive) or against it (negative)."""

    term: str
    value: float
    marks: tuple[Mark, ...]


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


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A decided paper that speaks alike."""

    key: str
    in_scope: bool
    sections: tuple[str, ...]
    #: cosine of the two papers' term values, 0 to 1
    similarity: float
    #: (term, its share of the similarity), strongest first
    shared: tuple[tuple[str, float], ...]


def explain(model: Model, document: Document, output: Output) -> Explanation:
    """Return one score of a document, taken apart."""
    column = model.outputs.index(output)
    row = model.matrix([document])
    weights = model.weights[row.indices, column].astype(np.float64)
    base = float(model.intercepts[column])
    if output.kind == SCOPE:
        slope, intercept = model.calibration.scope
        weights, base = slope * weights, slope * base + intercept
    shares = row.data * weights
    where = term_marks(document)
    order = np.argsort(-np.abs(shares), kind="stable")
    names = model.features.terms_
    found = tuple(
        Contribution(names[row.indices[n]], float(shares[n]), where.get(names[row.indices[n]], ()))
        for n in order
        if shares[n]
    )
    return Explanation(output, base + float(shares.sum()), base, found)


def explain_suggestion(model: Model, document: Document) -> tuple[Explanation, ...]:
    """Return why it is in scope, then why each label of its first section."""
    [scores] = model.predict([document])
    columns = [0, *model.label_columns(scores.sections[0][0])]
    return tuple(explain(model, document, model.outputs[column]) for column in columns)


def term_marks(document: Document) -> dict[str, tuple[Mark, ...]]:
    """Return where each word and word pair of a document stands.

    A pair across a seam (the title's end and the abstract's beginning) has a mark on each side.
    """
    title = [(t, Mark("title", a, b)) for t, a, b in places(readable(document.title))]
    abstract = [(t, Mark("abstract", a, b)) for t, a, b in places(readable(document.abstract))]
    words = [*title, *title, *abstract]  # as in text.document_text
    found: dict[str, dict[Mark, None]] = {}
    for number, (word, mark) in enumerate(words):
        found.setdefault(word, {})[mark] = None
        if number + 1 < len(words):
            following, after = words[number + 1]
            found.setdefault(f"{word} {following}", {}).update(dict.fromkeys(_span(mark, after)))
    return {term: tuple(marks) for term, marks in found.items()}


class Nearest:
    """The decided papers of a model, ready to be compared with. Built once, asked per page."""

    def __init__(self, model: Model, examples: Sequence[Example]) -> None:
        self._model = model
        self._examples = tuple(examples)
        self._rows = model.matrix([example.document for example in self._examples])
        self._approved = np.asarray([e.in_scope for e in self._examples], dtype=bool)

    def approved(self, document: Document, count: int = 3) -> tuple[Neighbour, ...]:
        """Return the nearest approved papers, nearest first; the paper itself is left out."""
        return self._nearest(document, np.flatnonzero(self._approved), count)

    def rejected(self, document: Document, count: int = 3) -> tuple[Neighbour, ...]:
        """Return the nearest rejected papers, nearest first; the paper itself is left out."""
        return self._nearest(document, np.flatnonzero(~self._approved), count)

    def _nearest(
        self, document: Document, among: Iterable[int], count: int
    ) -> tuple[Neighbour, ...]:
        row = self._model.matrix([document])
        chosen = np.asarray([n for n in among if self._examples[n].document.key != document.key])
        if not len(chosen) or not row.nnz:
            return ()
        similarity = (self._rows @ row.T).toarray().ravel()[chosen]
        order = np.argsort(-similarity, kind="stable")[:count]
        return tuple(
            self._neighbour(row, int(chosen[n]), float(similarity[n]))
            for n in order
            if similarity[n] > 0
        )

    def _neighbour(self, row: sparse.csr_matrix, number: int, similarity: float) -> Neighbour:
        shared = row.multiply(self._rows[number]).tocsr()
        order = np.argsort(-shared.data, kind="stable")[:_SHARED]
        names = self._model.features.terms_
        example = self._examples[number]
        return Neighbour(
            key=example.document.key,
            in_scope=example.in_scope,
            sections=example.sections,
            similarity=similarity,
            shared=tuple((names[shared.indices[n]], float(shared.data[n])) for n in order),
        )


#: terms shown per neighbour
_SHARED = 5


def _span(first: Mark, second: Mark) -> tuple[Mark, ...]:
    if first.field == second.field and first.end <= second.start:
        return (Mark(first.field, first.start, second.end),)
    return (first, second)
