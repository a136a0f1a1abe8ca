"""Find active content and hidden characters in what is published.

Markdown is rendered first, because that is where a link or a tag takes effect.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from pipeline.publish.gate.inserted import inserted_text

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
#: changed lines of Markdown without one of these show nothing active, and open or end no comment,
#: block of code or address that the text around them uses
_SUSPECT = re.compile(
    r"<[a-z!/?]|(?<!http)(?<!https)(?<!http\\)(?<!https\\)(?<!mailto):[^\s]|&[#a-z]|```|~~~|-->"
    r"|\]:|^(?: {4}|\t)",
    re.IGNORECASE | re.MULTILINE,
)
#: a whole Markdown text without one of these shows nothing active. An address begins after `](`,
#: where blanks may stand, or after a definition's `]:`; a reference to a character ends with `;`.
_SUSPECT_WHOLE = re.compile(
    r"<[a-z!/?]"
    r"|\]\(\s*+(?:<|(?!https?:|mailto:)[^\s:]{0,64}+:)"
    r"|&(?:\#|[a-z][a-z0-9]{0,40}+;)|```|~~~|-->|\]:|^(?: {4}|\t)",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(r"<(/?)([a-z][^\s/<>]*+)(?:[^<>]*+>)?", re.IGNORECASE)
#: elements that browsers nest at most; the parser nests all, and looks at those around each block
_DEEPEST = 512
_TOO_DEEP = f"elements inside more than {_DEEPEST} others, which are not read"
#: they have no content, or end where the next one begins
_NEVER_DEEP = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
        *("track", "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot"),
        *("caption", "colgroup", "option", "optgroup", "rb", "rp", "rt", "rtc"),
        *("a", "button", "nobr"),
    }
)
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
    """Return what would act in a reader's program, in order; of Markdown and HTML."""
    suffix = name.suffix.lower()
    if suffix in _MARKDOWN:
        text = _rendered(text)
    elif suffix not in _HTML:
        return ()
    return tuple(_active(text))


def gained_content(before: bytes | None, after: bytes, name: PurePath) -> tuple[str, ...]:
    """Return what would act in a reader's program since a file was changed, each once.

    Both contents are read whole, because what stands around a line decides whether it acts.
    """
    before = before or b""
    if name.suffix.lower() in _MARKDOWN and not (
        _SUSPECT.search(inserted_text(before, after) + inserted_text(after, before))
        if before
        else _SUSPECT_WHOLE.search(after.decode("utf-8", "replace"))
    ):
        return ()
    now = active_content(after.decode("utf-8", "replace"), name)
    if now == (_TOO_DEEP,):
        return now
    held = Counter(active_content(before.decode("utf-8", "replace"), name) if before else ())
    return tuple(Counter(now) - held)


def _rendered(text: str) -> str:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    # Links that this renderer would refuse are judged here.
    reader.validateLink = lambda _: True  # type: ignore[method-assign, assignment]
    return str(reader.render(text))


def _is_deep(markup: str) -> bool:
    """Say whether elements nest deeper than browsers show them, by their tags alone."""
    depth, opened = 0, Counter[str]()
    for tag in _TAG.finditer(markup):
        name = tag[2].lower()
        if name in _NEVER_DEEP:
            continue
        if tag[0].endswith("/>") and (opened["svg"] or opened["math"]):
            continue
        if not tag[1]:
            opened[name] += 1
            depth += 1
            if depth > _DEEPEST:
                return True
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return False


def _active(markup: str) -> Iterator[str]:
    if _is_deep(markup):
        yield _TOO_DEEP
        return
    page = LexborHTMLParser(markup.encode("utf-8", "replace"))
    for element in page.root.traverse() if page.root else ():
        tag = (element.tag or "").lower().rpartition(":")[2]
        if tag in _ELEMENTS:
            yield f"<{tag}>"
        if tag == "style" and _STYLE.search(element.text() or ""):
            yield "a style that acts"
        if tag == "meta" and (element.attributes.get("http-equiv") or "").strip().lower() == (
            "refresh"
        ):
            yield "<meta http-equiv=refresh>"
        for name, value in element.attributes.items():
            known = name.lower()
            if known in _ADDRESSES or known == "style" or known.startswith("on"):
                yield from _of_attribute(known, value or "")


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
