"""Split HTML in a Markdown file into headings, summaries, points of lists, rows and text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>h[1-6]|summary|details|li|tr|table|ul|ol|p|div|dt|dd)\b[^<>]{0,2000}+>",
    re.IGNORECASE,
)
_CELL = re.compile(r"<t[dh]\b[^<>]{0,2000}+>", re.IGNORECASE)
_ANY = re.compile(r"<[^<>]{0,2000}+>")
_HEADER = re.compile(r"<th\b", re.IGNORECASE)
_LEVEL = re.compile(r"<h(?P<level>[1-6])\b", re.IGNORECASE)


class PartKind(Enum):
    """What a part of HTML is."""

    TEXT = auto()
    HEADING = auto()
    SUMMARY = auto()
    #: of `<details>`
    END = auto()
    ITEM = auto()
    ROW = auto()


@dataclass(frozen=True, slots=True)
class HtmlPart:
    """A part of HTML by characters, with its tags."""

    kind: PartKind
    start: int
    end: int
    level: int = 0
    columns: tuple[str, ...] = ()


_OPENS = {"summary": PartKind.SUMMARY, "li": PartKind.ITEM, "dt": PartKind.ITEM,
          "tr": PartKind.ROW}  # fmt: skip


def split_html(text: str, start: int, end: int) -> Iterator[HtmlPart]:
    """Yield the parts of HTML between two places, in order."""
    open_ = HtmlPart(PartKind.TEXT, start, start)
    columns: tuple[str, ...] = ()
    for tag in _TAG.finditer(text, start, end):
        name, closes = tag["name"].lower(), bool(tag["close"])
        level = int(name[1]) if name[0] == "h" else 0
        within = open_.kind is not PartKind.TEXT
        if within and (name in {"p", "div"} or (level and open_.kind is PartKind.SUMMARY)):
            continue
        if within and open_.kind is PartKind.ROW and name in {"li", "ul", "ol", "dt", "dd"}:
            continue
        cut = tag.end() if closes and within else tag.start()
        for part in _finished(text, open_, cut, columns):
            if part.kind is PartKind.ROW and _HEADER.search(text, part.start, part.end):
                columns = html_cells(text[part.start : part.end])
            else:
                yield part
        if name == "table":
            columns = ()
        if closes:
            if name == "details":
                yield HtmlPart(PartKind.END, tag.start(), tag.end())
            open_ = HtmlPart(PartKind.TEXT, tag.end(), tag.end())
        else:
            kind = PartKind.HEADING if level else _OPENS.get(name, PartKind.TEXT)
            begin = tag.end() if kind is PartKind.TEXT else tag.start()
            open_ = HtmlPart(kind, begin, begin, level)
    yield from _finished(text, open_, end, columns)


def html_cells(row: str) -> tuple[str, ...]:
    """Return the cells of an HTML row."""
    return tuple(_trim(cell) for cell in _CELL.split(row)[1:])


def _trim(cell: str) -> str:
    return re.sub(r"</?t[rdh]\s*+>", " ", cell, flags=re.IGNORECASE).strip()


def _finished(text: str, part: HtmlPart, end: int, columns: tuple[str, ...]) -> Iterator[HtmlPart]:
    inside = _ANY.sub("", text[part.start : end]) if part.kind is PartKind.TEXT else "x"
    raw = text[part.start : end]
    if not raw.strip() or (not inside.strip() and "href" not in raw and "src" not in raw):
        return
    level = part.level
    if part.kind is PartKind.SUMMARY and (found := _LEVEL.search(raw)):
        level = int(found["level"])
    kept = columns if part.kind is PartKind.ROW else ()
    yield HtmlPart(part.kind, part.start, end, level, kept)
