"""What a classifier reads of a stored paper. Imports no numpy, asks no store."""

from datetime import UTC, datetime

from classifiers.types import Document
from storage.arxiv_id import id_month
from storage.types import Paper, PaperText, StoredPaper


def document_of(paper: Paper | PaperText, known_at: datetime | None = None) -> Document:
    """Return the document of a paper; its key is the arXiv id. Only training asks for a date."""
    return Document(paper.arxiv_id, paper.title, paper.abstract, paper.categories, known_at)


def known_at(arxiv_id: str, stored: StoredPaper | None) -> datetime:
    """Return when a paper was submitted, or where no source said it, by when it must have been.

    Its id was given out in the month it names, and nobody saw it before it was submitted.
    """
    if stored is not None and stored.paper.submitted_at is not None:
        return stored.paper.submitted_at
    year, month = id_month(arxiv_id)
    month_over = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return month_over if stored is None else min(stored.first_seen_at, month_over)
