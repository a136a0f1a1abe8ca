"""By what a paper is known again: its key, and its title. Text only; asks nobody.

What was trained on must not be scored, and a paper can come twice: submitted anew it gets a second
id. Of 41,000 papers of 2025, four from October on stood under an earlier id as well.
"""

import unicodedata
from collections.abc import Collection, Iterable

from classifiers.types import Document, Example


def marks(documents: Iterable[Document]) -> frozenset[str]:
    """Return the keys of papers, and their titles' letters and digits. Versions share the key."""
    return frozenset(mark for document in documents for mark in _marks(document))


def unmarked(documents: Iterable[Document], known: Collection[str]) -> list[Document]:
    """Return the documents that have none of these marks."""
    marked = frozenset(known)
    return [document for document in documents if _marks(document).isdisjoint(marked)]


def apart(train: Iterable[Example], test: Iterable[Example]) -> tuple[Example, ...]:
    """Return the examples to train on that are no paper of the test, under whatever id."""
    tested = marks(example.document for example in test)
    return tuple(example for example in train if _marks(example.document).isdisjoint(tested))


def _marks(document: Document) -> set[str]:
    title = unicodedata.normalize("NFKC", document.title).casefold()
    return {document.key, "title:" + "".join(c for c in title if c.isalnum())}
