"""Parse arXiv IDs as sources send them, with bounds on length and version."""

from storage.arxiv_id import ArxivId, parse_arxiv_id

_LONGEST = 100
_HIGHEST_VERSION = 9_999


def read_identifier(text: str | None) -> ArxivId | None:
    """Parse the ID a source sent; return None if it is not plausible."""
    if not text or len(text) > _LONGEST:
        return None
    identifier = parse_arxiv_id(text)
    if identifier is not None and (identifier.version or 1) > _HIGHEST_VERSION:
        return None
    return identifier
