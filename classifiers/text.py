"""Tokenise documents, with positions."""

import re
from collections.abc import Iterator

from classifiers.types import Document

#: scikit-learn's default, so that both tokenise alike
TOKEN_PATTERN = r"(?u)\b\w\w+\b"  # noqa: S105 - a pattern, not a password
TOKEN = re.compile(TOKEN_PATTERN)

#: Parts of web addresses would become terms. They are blanked, so that offsets stay valid.
_ADDRESS = re.compile(r"https?://\S+")


def readable(text: str) -> str:
    """Return the text with web addresses blanked at the same length."""
    return _ADDRESS.sub(lambda found: " " * len(found.group()), text)


def document_text(document: Document) -> str:
    """Return the title twice, then the abstract (docs/study/trials.md)."""
    title = readable(document.title)
    return f"{title} . {title} . {readable(document.abstract)}"


def tokens(text: str) -> list[str]:
    """Return the lower-case tokens of a text, in order."""
    return TOKEN.findall(text.lower())


def places(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (token, start, end) with offsets into `text`.

    Tokens are found before lowering, because it can lengthen a text (the Turkish dotted I).
    """
    for found in TOKEN.finditer(text):
        for token in TOKEN.findall(found.group().lower()):
            yield token, found.start(), found.end()
