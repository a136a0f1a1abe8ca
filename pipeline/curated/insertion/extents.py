"""Find the whole lines of each entry, and in what kind of block it stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.curated.insertion.lines import line_end, line_start, normal
from pipeline.curated.types import Entry

_ROW = re.compile(r"[ \t>]*\|")
_ITEM = re.compile(r"[ \t>]*(?:[-+*\u2022]|\d{1,4}[.)])[ \t]|[ \t>]*[-+](?=\*\*|\[)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]|[^\n]+\n(?:-{3,}|={3,})[ \t]*(?:\n|$)")
_HTML = re.compile(r"[ \t>]*<(?P<tag>/?[a-zA-Z][a-zA-Z0-9]*)")
_BLOCK_TAGS = re.compile(r"<(?P<close>/?)(?P<tag>tr|li|details|table|ul|div)\b", re.IGNORECASE)
_OPENS_DETAILS = re.compile(rb"[ \t]*<details[^<>]*>[ \t]*$", re.IGNORECASE)
#: lines looked at for what closes an entry
_MOST_LINES = 40
_HTML_BLOCKS = frozenset(
    {
        *("tr", "td", "th", "li", "details", "summary", "table", "ul", "ol", "div", "p"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
    }
)


@dataclass(frozen=True, slots=True)
class Extent:
    """The lines of an entry."""

    entry: Entry
    #: among the entries of its file
    place: int
    #: bytes, without the last line's end
    start: int
    end: int
    #: every line end a newline
    text: str
    #: where the title stands in `text`, with its marks
    title: tuple[int, int] | None
    block: str
    is_html: bool
    #: no other entry shares its lines, and what it opens it closes
    is_whole: bool


def find_extents(data: bytes, entries: Sequence[Entry]) -> tuple[Extent, ...]:
    """Return the lines of a file's entries, in order."""
    ranges = [_lines(data, entry) for entry in entries]
    made = []
    for place, (entry, lines) in enumerate(zip(entries, ranges, strict=True)):
        before = ranges[place - 1][1] if place else 0
        after = ranges[place + 1][0] if place + 1 < len(ranges) else len(data)
        whole = before <= lines[0] and lines[1] <= after
        span = _balanced(data, *lines, before, after) if whole else lines
        text = normal(data[slice(*span)])
        whole = whole and _depth(text) <= 0
        made.append(_extent(data, entry, place, span, text, is_whole=whole))
    return tuple(made)


def _extent(
    data: bytes, entry: Entry, place: int, span: tuple[int, int], text: str, *, is_whole: bool
) -> Extent:
    start, end = span
    title = None
    if entry.title_span is not None and start <= entry.title_span[0] < entry.title_span[1] <= end:
        first, last = (len(normal(data[start:at])) for at in entry.title_span)
        title = (first, last)
    html = _HTML.match(text)
    is_html = html is not None and html["tag"].lower().lstrip("/") in _HTML_BLOCKS
    block = "html" if is_html else _block(text)
    if is_html and title is not None and text.lstrip().lower().startswith(("<details", "<summary")):
        is_html = "</summary" in text[title[1] :].lower()
    return Extent(entry, place, start, end, text, title, block, is_html, is_whole)


def _block(text: str) -> str:
    if _ROW.match(text):
        return "row"
    if _ITEM.match(text):
        return "item"
    if _HEADING.match(text):
        return "heading"
    bars = text.count(" | ") if "\n" not in text else 0
    return "row" if bars and not text.startswith(("**", "[")) else "text"


def _lines(data: bytes, entry: Entry) -> tuple[int, int]:
    start, end = entry.span
    return line_start(data, start), line_end(data, end)


def _depth(text: str) -> int:
    return sum(-1 if tag["close"] else 1 for tag in _BLOCK_TAGS.finditer(text))


def _balanced(data: bytes, start: int, end: int, before: int, after: int) -> tuple[int, int]:
    """Take in the line that opens `<details>` above, and those that close what is open."""
    above = data[before:start].rstrip()
    if _depth(normal(data[start:end])) < 0 or b"<summary" in data[start:end].lower():
        line = above[max(above.rfind(b"\n"), above.rfind(b"\r")) + 1 :]
        if _OPENS_DETAILS.match(line):
            start = before + len(above) - len(line)
    widened = end
    for _ in range(_MOST_LINES):
        if _depth(normal(data[start:widened])) <= 0 or widened >= after:
            break
        following = widened
        while following < after and data[following : following + 1] in b"\r\n \t":
            following += 1
        widened = line_end(data, max(following, widened + 1))
    fits = widened <= after and _depth(normal(data[start:widened])) == 0
    return (start, widened) if fits else (start, end)
