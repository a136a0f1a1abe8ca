"""Inputs and outputs of classifiers: documents, examples, scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Document:
    """A text to classify; the caller chooses `key`."""

    key: str
    title: str
    abstract: str
    #: arXiv's categories, the primary one first
    categories: tuple[str, ...] = ()
    #: aware; used in training to hold out later papers
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A document with its decision."""

    document: Document
    in_scope: bool
    #: IDs of approved sections; empty if unknown
    sections: tuple[str, ...] = ()
    #: (facet, label) known without a section; a facet without a label is unknown
    facets: tuple[tuple[str, str], ...] = ()
    #: papers that waited when this one was drawn from them at random; 0: it was chosen
    drawn_from: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    """A classifier's scores for one document.

    Sections and labels are conditional on scope and need not sum to one, because several may
    apply.
    """

    key: str
    in_scope: float
    #: (section ID, probability), every section, best first
    sections: tuple[tuple[str, float], ...]
    #: (facet, label, probability), in the taxonomy's order
    facets: tuple[tuple[str, str, float], ...]
    #: (term, weight) in scope and first section, strongest first
    terms: tuple[tuple[str, float], ...]
    #: facets whose best label is below the threshold, with the second close to it
    open_facets: tuple[str, ...] = ()


class Classifier(Protocol):
    """Scores documents: a trained model, or the cue words."""

    @property
    def model_id(self) -> str:
        """The ID under which predictions are stored."""

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return one `Scores` per document, in the same order."""
