"""Compares headings the way people write them: emoji, marks, case and spaces do not matter.

Pure text. Marks are Markdown's and HTML's: emphasis, links, pictures, anchors, `:emoji:`.
"""

import re
import unicodedata

#: symbols (emoji), modifiers, joiners, variation selectors and unassigned code points (new emoji)
_DECORATION = frozenset({"So", "Sk", "Cf", "Cn", "Me", "Mn"})


# Each repeat ends somewhere, so that no heading takes longer than its length asks.
_PICTURE = re.compile(r"!\[[^\[\]]{0,300}+\]\([^()\s]{0,2000}+\)")
_LINK = re.compile(r"\[([^\[\]]{0,300}+)\]\([^()\s]{0,2000}+\)")
_HTML = re.compile(r"</?[A-Za-z][^<>]{0,2000}+>")
_SHORT_NAME = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]{1,40}+:(?![\w:])")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|`)(?=\S)([^*_`]{1,300}+)(?<=\S)\1(?!\w)")

#: marks within marks that are looked for
_NESTED = 5


def clean_heading(heading: str) -> str:
    """Return the words alone with single spaces: "📍  **Agents** :rocket:" gives "Agents"."""
    for _ in range(_NESTED):
        bare = _HTML.sub("", _LINK.sub(r"\1", _PICTURE.sub("", heading)))
        bare = _EMPHASIS.sub(r"\2", _SHORT_NAME.sub("", bare))
        kept = (c for c in bare if unicodedata.category(c) not in _DECORATION)
        before, heading = heading, " ".join("".join(kept).split())
        if heading == before:
            break
    return heading


def heading_key(heading: str) -> str:
    """Return what is equal for two headings that differ in decoration, case or width only."""
    # NFKC first: it composes accents, so that dropping loose marks keeps "é".
    return clean_heading(unicodedata.normalize("NFKC", heading)).casefold()
