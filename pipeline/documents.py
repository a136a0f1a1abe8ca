"""What a classifier reads of a stored paper. Imports no numpy, asks no store."""

from classifiers.types import Document
from storage.types import Paper, PaperText


def document_of(paper: Paper | PaperText) -> Document:
    """Return the document of a paper; its key is the arXiv id."""
    return Document(paper.arxiv_id, paper.title, paper.abstract, paper.categories)
