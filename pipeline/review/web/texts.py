"""Prepare foreign text for a page: without TeX, and cut where it is very long."""

from config.tex.text import HeldText, held_text, plain_text
from config.visible import SHOWN_OF_TITLE, shortened

#: characters of an abstract or a comment; a longer one is shown in part, and the page says so
SHOWN_OF_TEXT = 10_000


def shown_title(title: str, arxiv_id: str) -> str:
    """Return the title without TeX, cut if it is very long, or the ID if nothing is visible."""
    return shortened(plain_text(title)) or f"arXiv:{arxiv_id}"


def held_title(title: str, arxiv_id: str) -> HeldText:
    """Return the title with its formulas held back; `config.tex.markup.fill` draws them."""
    held = held_text(" ".join(title[:SHOWN_OF_TEXT].split()))
    return HeldText(shortened(held.text, SHOWN_OF_TITLE) or f"arXiv:{arxiv_id}", held.sources)


def held_abstract(text: str) -> HeldText:
    """Return what a page shows of an abstract, with its formulas held back."""
    return held_text(text, SHOWN_OF_TEXT)
