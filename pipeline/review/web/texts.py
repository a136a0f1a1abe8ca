"""Prepare foreign text for a page: without TeX, and cut where it is very long."""

from config.tex.text import plain_paragraphs, plain_text
from config.visible import shortened

#: characters of an abstract or a comment; a longer one is shown in part, and the page says so
SHOWN_OF_TEXT = 10_000


def shown_title(title: str, arxiv_id: str) -> str:
    """Return the title without TeX, cut if it is very long, or the ID if nothing is visible."""
    return shortened(plain_text(title)) or f"arXiv:{arxiv_id}"


def shown_text(text: str) -> str:
    """Return what a page shows of an abstract: its paragraphs without TeX."""
    return plain_paragraphs(text[:SHOWN_OF_TEXT])
