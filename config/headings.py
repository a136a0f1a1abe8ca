"""Compares headings the way people write them: emoji, case and spaces do not matter. Pure text."""

import unicodedata

#: symbols (emoji), modifiers, joiners, variation selectors and unassigned code points (new emoji)
_DECORATION = frozenset({"So", "Sk", "Cf", "Cn", "Me", "Mn"})


def clean_heading(heading: str) -> str:
    """Return the heading without emoji and with single spaces: "📍  Agents" gives "Agents"."""
    kept = (c for c in heading if unicodedata.category(c) not in _DECORATION)
    return " ".join("".join(kept).split())


def heading_key(heading: str) -> str:
    """Return what is equal for two headings that differ in decoration, case or width only."""
    # NFKC first: it composes accents, so that dropping loose marks keeps "é".
    return clean_heading(unicodedata.normalize("NFKC", heading)).casefold()
