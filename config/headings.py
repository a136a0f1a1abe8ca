"""Compare headings without emoji, Markdown, HTML, case and spaces."""

import re
import unicodedata

from config.visible import visible

#: symbols, modifiers, joiners, variation selectors and unassigned code points (new emoji)
_DECORATION = frozenset({"So", "Sk", "Cf", "Cn", "Me", "Mn"})

# Every repeat is bounded, so that matching takes linear time.
_PICTURE = re.compile(r"!\[[^\[\]]{0,300}+\]\([^()\s]{0,2000}+\)")
_LINK = re.compile(r"\[([^\[\]]{0,300}+)\]\([^()\s]{0,2000}+\)")
_HTML = re.compile(r"</?[A-Za-z][^<>]{0,2000}+>")
_SHORT_NAME = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]{1,40}+:(?![\w:])")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|`)(?=\S)([^*_`]{1,300}+)(?<=\S)\1(?!\w)")

#: levels of nested markup that are removed
_NESTED = 5


def clean_heading(heading: str) -> str:
    """Return the plain text: "📍  **Agents** :rocket:" gives "Agents"."""
    heading = visible(heading)
    for _ in range(_NESTED):
        bare = _HTML.sub("", _LINK.sub(r"\1", _PICTURE.sub("", heading)))
        bare = _EMPHASIS.sub(r"\2", _SHORT_NAME.sub("", bare))
        kept = (c for c in bare if unicodedata.category(c) not in _DECORATION)
        before, heading = heading, " ".join("".join(kept).split())
        if heading == before:
            break
    return heading


def heading_key(heading: str) -> str:
    """Return a key that ignores decoration, case and width."""
    # NFKC first, because it composes accents, so that "é" is kept.
    return clean_heading(unicodedata.normalize("NFKC", heading)).casefold()
