"""Limit the size of a record's fields; a larger one is quarantined.

Of 40,717 papers of 2025 and the recorded responses, the longest title has 226 characters, the
longest abstract 3,488, comment 431 and name 512; at most 3,303 authors, 8 categories, 25 versions.
"""

from collections.abc import Sequence

from pipeline.ingest.sources.errors import MalformedRecordError
from storage.types import Paper

#: characters
TITLE, ABSTRACT, COMMENT, NAME, OTHER = 2_000, 20_000, 10_000, 2_000, 2_000
#: entries
AUTHORS, CATEGORIES, VERSIONS = 10_000, 100, 1_000


def size_fault(texts: Sequence[tuple[str, str | None, int]]) -> str | None:
    """Return which of (name, text, most characters) is too long, or None."""
    for name, text, most in texts:
        if text is not None and len(text) > most:
            return f"the {name} has {len(text):,} characters; at most {most:,} are read"
    return None


def limited(paper: Paper) -> Paper:
    """Return the paper, or raise MalformedRecordError if a field is too large."""
    fault = size_fault(
        (
            ("title", paper.title, TITLE),
            ("abstract", paper.abstract, ABSTRACT),
            ("comment", paper.comment, COMMENT),
            ("doi", paper.doi, OTHER),
            ("journal reference", paper.journal_ref, OTHER),
            ("license", paper.license, OTHER),
            ("longest name", max(paper.authors, key=len, default=""), NAME),
            ("longest category", max(paper.categories, key=len, default=""), OTHER),
        )
    )
    for name, count, most in (
        ("authors", len(paper.authors), AUTHORS),
        ("categories", len(paper.categories), CATEGORIES),
        ("versions", len(paper.versions), VERSIONS),
    ):
        if count > most:
            fault = fault or f"it has {count:,} {name}; at most {most:,} are read"
    if fault:
        raise MalformedRecordError(fault)
    return paper
