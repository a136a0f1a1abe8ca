"""Make text from arXiv fit for XML and HTML."""

import re
from collections.abc import Iterable

from markupsafe import escape

from config.tex.text import plain_paragraphs, plain_text
from config.visible import one_line, shortened, visible

#: everything but the characters of XML 1.0 (https://www.w3.org/TR/xml/#charsets)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: characters of a name, and of an abstract or a sentence
_NAME, _LONGEST = 200, 20_000


def line(text: str) -> str:
    """Return a text of the program or a person on one line."""
    return one_line(_NOT_XML.sub("", text))


def title(text: str) -> str:
    """Return a title in Unicode on one line."""
    return shortened(line(plain_text(text)))


def name(text: str) -> str:
    """Return a person's name in Unicode on one line."""
    return shortened(line(plain_text(text[:_LONGEST])), _NAME)


def paragraphs(text: str) -> str:
    """Return an abstract as HTML."""
    lines = visible(_NOT_XML.sub("", plain_paragraphs(text[:_LONGEST]))).split("\n")
    return "".join(element("p", one) for one in map(one_line, lines) if one)


def element(tag: str, text: str) -> str:
    """Return an element of HTML that holds a text."""
    return f"<{tag}>{escape(text)}</{tag}>"


def link(url: str, text: str) -> str:
    """Return a link of HTML."""
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def joined(parts: Iterable[str], *, between: str = " · ") -> str:
    """Return a paragraph of parts that are HTML already."""
    return f"<p>{between.join(parts)}</p>"
