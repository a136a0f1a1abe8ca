"""Make the document that a classifier reads from a stored paper."""

from datetime import UTC, datetime

from classifiers.types import Document
from storage.arxiv_id import id_month
from storage.paper_key import is_doi_key
from storage.types import Paper, PaperText, StoredPaper

#: characters that are classified: the longest that sources accept, because older versions stored
#: texts of any length
_LONGEST_TITLE, _LONGEST_ABSTRACT = 2_000, 20_000
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def document_of(paper: Paper | PaperText, known_at: datetime | None = None) -> Document:
    """Return the document of a paper; its key is the arXiv id. Training needs the date."""
    return Document(
        paper.arxiv_id,
        paper.title[:_LONGEST_TITLE],
        paper.abstract[:_LONGEST_ABSTRACT],
        paper.categories,
        known_at,
    )


def known_at(arxiv_id: str, stored: StoredPaper | None) -> datetime:
    """Return when a paper was submitted, else the latest possible date.

    That is when it was first seen or the end of the month that its id names, whichever is earlier,
    because an id is assigned in the month it names. A DOI names none.
    """
    if stored is not None and stored.paper.submitted_at is not None:
        return stored.paper.submitted_at
    if is_doi_key(arxiv_id):
        return _NEVER if stored is None else stored.first_seen_at
    year, month = id_month(arxiv_id)
    month_over = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return month_over if stored is None else min(stored.first_seen_at, month_over)
