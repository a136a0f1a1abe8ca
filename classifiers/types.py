"""Inputs and outputs of classifiers: documents, examples, scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Document:
    """A text to classify; `key` is chosen by the caller."""

    key: str
    title: str
    abstract: str
    #: arXiv's categories, the primary one first
    categories: tuple[str, ...] = ()
    #: when it became known, aware; used in training to hold out later papers
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A document with its decision."""

    document: Document
    in_scope: bool
    #: IDs of the sections it was approved for; empty if unknown
    sections: tuple[str, ...] = ()
    #: (facet, label) pairs known without a section, for example from a list that states only the
    #: task; a facet without a label here or in a section is unknown
    facets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """A classifier's scores for one document.

    `in_scope` is the probability that the document belongs in the survey. The probabilities of
    sections and labels are conditional on that; they need not sum to one, because a document may
    belong in several sections.
    """

    key: str
    in_scope: float
    #: (section id, probability), best first, every section of the taxonomy
    sections: tuple[tuple[str, float], ...]
    #: (facet, label, probability), in the taxonomy's order
    facets: tuple[tuple[str, str, float], ...]
    #: (term, weight) in scope and first section, strongest first
    terms: tuple[tuple[str, float], ...]
    #: facets whose best label is below the threshold, to be decided by the reviewer
    open_facets: tuple[str, ...] = ()


class Classifier(Protocol):
    """Scores documents: a trained model, or the cue words."""

    @property
    def model_id(self) -> str:
        """The ID under which predictions are stored."""

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return one `Scores` per document, in the same order."""
