"""What goes in and out: documents, examples, scores. Strings and numbers only; never a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be classified; `key` is whatever the caller knows it by."""

    key: str
    title: str
    abstract: str
    #: arXiv's categories, the primary one first; kept for other text representations
    categories: tuple[str, ...] = ()
    #: since when it can have been known, aware; only training asks, to hold out later papers
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A document with the human's word on it."""

    document: Document
    in_scope: bool
    #: ids of the sections it was approved for; may be empty where nobody chose one
    sections: tuple[str, ...] = ()
    #: (facet, label) pairs known apart from any section, e.g. from another list that states the
    #: task and not the technique; a facet that neither these nor a section names is unknown
    facets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """What a classifier says about one document.

    `in_scope` is the probability that the document belongs in the survey at all. The
    probabilities of sections and of facet labels are those *given that it does*: a document may
    belong in several sections, so they need not sum to one.
    """

    key: str
    in_scope: float
    #: (section id, probability), best first, every section of the taxonomy
    sections: tuple[tuple[str, float], ...]
    #: (facet, label, probability), in the taxonomy's order
    facets: tuple[tuple[str, str, float], ...]
    #: (term, contribution) that decided scope and first section, strongest first
    terms: tuple[tuple[str, float], ...]
    #: facets whose best label stays under the threshold: the reviewer is asked just that
    open_facets: tuple[str, ...] = ()


class Classifier(Protocol):
    """Anything that scores documents: a trained model, or the cue words alone."""

    @property
    def model_id(self) -> str:
        """The name under which predictions are stored."""

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return one `Scores` per document, in the same order."""
