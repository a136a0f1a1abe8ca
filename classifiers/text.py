"""One text per document and its tokens with their places. Never looks at labels."""

import re
from collections.abc import Iterator

from classifiers.types import Document

#: scikit-learn's own default token pattern, so that its vectorizer and ours read alike
TOKEN_PATTERN = r"(?u)\b\w\w+\b"  # noqa: S105 - a pattern, not a password
TOKEN = re.compile(TOKEN_PATTERN)

#: An address is not prose: its pieces ("github", "io", a user's name) would become terms.
#: Blanked rather than cut, so that every offset still points into the text as it stands.
_ADDRESS = re.compile(r"https?://\S+")


def readable(text: str) -> str:
    """Return the text with web addresses blanked; same length, same offsets."""
    return _ADDRESS.sub(lambda found: " " * len(found.group()), text)


def document_text(document: Document) -> str:
    """Return what is counted: the title twice, then the abstract.

    A word of the title counts as two (docs/study/classifier.md, table "fields").
    """
    title = readable(document.title)
    return f"{title} . {title} . {readable(document.abstract)}"


def tokens(text: str) -> list[str]:
    """Return the lower-case tokens of a text, in order."""
    return TOKEN.findall(text.lower())


def places(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (token, start, end) with offsets into `text` itself.

    Lower-casing can lengthen a text (the Turkish dotted I becomes two characters), so tokens
    are found in the original and lowered one by one; where lowering splits a token in two,
    its parts share the place.
    """
    for found in TOKEN.finditer(text):
        for token in TOKEN.findall(found.group().lower()):
            yield token, found.start(), found.end()
