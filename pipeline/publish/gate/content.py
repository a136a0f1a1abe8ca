"""Find active content and hidden characters in what is published.

Markdown is rendered first, because that is where a link or a tag takes effect.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath

from lxml import etree, html
from markdown_it import MarkdownIt

#: controls other than tab and line ends, bidirectional and zero-width characters, tags, and bytes
#: that are no UTF-8
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_ELEMENTS = frozenset(
    {
        *("script", "iframe", "frame", "frameset", "object", "embed", "applet", "portal", "base"),
        *("form", "input", "button", "textarea", "select", "foreignobject", "animate", "set"),
        *("audio", "video", "source", "track", "link", "template", "noscript"),
    }
)
_ADDRESSES = frozenset(
    {
        *("href", "src", "action", "formaction", "data", "srcdoc", "poster", "background", "cite"),
        *("longdesc", "manifest", "ping", "xlink:href", "lowsrc", "dynsrc", "codebase"),
    }
)
_PLAIN = frozenset({"", "http", "https", "mailto"})
_PICTURE = re.compile(r"data:image/(png|gif|jpeg|webp|svg\+xml)[;,]", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
#: browsers skip these in an address
_SKIPPED = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2060\ufeff]+")
_STYLE = re.compile(
    r"expression\s*\(|javascript:|@import|behaviou?r\s*:|-moz-binding", re.IGNORECASE
)
#: without one of these, a block cannot show anything active; other schemes than these are rare
_SUSPECT = re.compile(r"<[a-z!/?]|(?<!http)(?<!https)(?<!mailto):[^\s]|&[#a-z]", re.IGNORECASE)
_MARKDOWN = frozenset({".md", ".markdown"})
_HTML = frozenset({".html", ".htm", ".svg"})
_LONGEST = 60


def hidden_characters(text: str) -> tuple[str, ...]:
    """Return the hidden characters of a text as code points, each once, in order."""
    found = dict.fromkeys(match[0] for match in _HIDDEN.finditer(text))
    return tuple(
        f"byte {ord(one) - 0xDC00:#04x}" if "\udc80" <= one <= "\udcff" else f"U+{ord(one):04X}"
        for one in found
    )


def active_content(text: str, name: PurePath) -> tuple[str, ...]:
    """Return what would act in a reader's program, each once, in order; of Markdown and HTML."""
    suffix = name.suffix.lower()
    if suffix in _MARKDOWN:
        text = _rendered(_suspect_blocks(text))
    elif suffix not in _HTML:
        return ()
    return tuple(dict.fromkeys(_active(text)))


def _suspect_blocks(text: str) -> str:
    """Return the blocks that may show something active, because rendering all takes a second."""
    blocks = re.split(r"\n[ \t\r]*\n", text)
    suspect = [block for block in blocks if _SUSPECT.search(block)]
    # An address that is defined here may be used in any block.
    return text if any("]:" in block for block in suspect) else "\n\n".join(suspect)


def _rendered(text: str) -> str:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    # Links that this renderer would refuse are judged here.
    reader.validateLink = lambda _: True  # type: ignore[method-assign, assignment]
    return str(reader.render(text))


def _active(markup: str) -> Iterator[str]:
    try:
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
        page = html.document_fromstring(
            f"<div>{markup}</div>".encode("utf-8", "replace"), parser=parser
        )
    except (etree.ParserError, etree.ParseError):  # nothing but blanks or comments
        return
    for element in page.iter(etree.Element):
        tag = str(element.tag).lower()
        if tag in _ELEMENTS:
            yield f"<{tag}>"
        if tag == "style" and _STYLE.search(element.text or ""):
            yield "a style that acts"
        if tag == "meta" and (element.get("http-equiv") or "").strip().lower() == "refresh":
            yield "<meta http-equiv=refresh>"
        for name, value in element.attrib.items():
            yield from _of_attribute(str(name).lower(), str(value))


def _of_attribute(name: str, value: str) -> Iterator[str]:
    if name.startswith("on"):
        yield f"the attribute {name}"
    if name == "style" and _STYLE.search(value):
        yield "a style that acts"
    if name in _ADDRESSES:
        address = _SKIPPED.sub("", value)
        scheme = _SCHEME.match(address)
        if scheme and scheme[1].lower() not in _PLAIN and not _PICTURE.match(address):
            yield f"the address {address[:_LONGEST]}"
