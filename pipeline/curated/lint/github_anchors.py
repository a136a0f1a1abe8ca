"""The anchors that GitHub gives to the headings of a page.

Format: https://github.com/gjtorikian/html-pipeline, `TableOfContentsFilter`: the visible text in
lower case, without all but letters, marks, digits, `_`, `-` and blanks, blanks as `-`. The second
heading of the same text gets `-1`, the third `-2`.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

#: categories of Unicode that Ruby's `\p{Word}` holds
_WORD = frozenset({"Ll", "Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})
_SIMPLE = re.compile(r"[a-z0-9_\- ]*")


def slug(text: str) -> str:
    """Return a heading's anchor before it is numbered; a blank behind a picture counts."""
    lower = text.lower()
    if _SIMPLE.fullmatch(lower):
        return lower.replace(" ", "-")
    kept = (sign for sign in lower if sign in "- " or unicodedata.category(sign) in _WORD)
    return "".join(kept).replace(" ", "-")


def anchors(texts: Iterable[str]) -> Sequence[str]:
    """Return the anchor of each heading, in order."""
    seen: defaultdict[str, int] = defaultdict(int)
    made = []
    for text in texts:
        base = slug(text)
        made.append(f"{base}-{seen[base]}" if seen[base] else base)
        seen[base] += 1
    return made
