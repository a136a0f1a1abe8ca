"""Identify the same paper across submissions by arXiv ID and normalised title."""

import unicodedata
from collections.abc import Collection, Iterable

from classifiers.types import Document, Example


def marks(documents: Iterable[Document]) -> frozenset[str]:
    """Return the keys of papers and the letters and digits of their titles."""
    return frozenset(mark for document in documents for mark in _marks(document))


def unmarked(documents: Iterable[Document], known: Collection[str]) -> list[Document]:
    """Return the documents without any of these marks."""
    marked = frozenset(known)
    return [document for document in documents if _marks(document).isdisjoint(marked)]


def apart(train: Iterable[Example], test: Iterable[Example]) -> tuple[Example, ...]:
    """Return the training examples that are not in the test set under any ID."""
    tested = marks(example.document for example in test)
    return tuple(example for example in train if _marks(example.document).isdisjoint(tested))


def _marks(document: Document) -> set[str]:
    title = unicodedata.normalize("NFKC", document.title).casefold()
    return {document.key, "title:" + "".join(c for c in title if c.isalnum())}
