"""Identifiers as sources send them: read, or None. Never trusts their length."""

from storage.arxiv_id import ArxivId, parse_arxiv_id

#: no identifier with prefix, archive and version is longer; no paper has a version beyond this
_LONGEST = 100
_HIGHEST_VERSION = 9_999


def read_identifier(text: str | None) -> ArxivId | None:
    """Return the identifier in what a source sent, or None if there is none to be believed."""
    if not text or len(text) > _LONGEST:
        return None
    identifier = parse_arxiv_id(text)
    if identifier is not None and (identifier.version or 1) > _HIGHEST_VERSION:
        return None
    return identifier
