"""Read one block: what it says, where it links to, and which texts may be titles."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.curated.markdown.blocks import Block, Kind
from pipeline.curated.markdown.candidates import Candidate, clean_title, find_candidates
from pipeline.curated.markdown.inline import Inline, Mark, read_inline
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.links import (
    caption_words,
    find_occurrences,
    is_contents_url,
    is_elsewhere,
    is_paper_caption,
    is_paper_url,
    mark_id,
    url_doi,
)
from pipeline.curated.markdown.style import in_column
from pipeline.curated.markdown.tables import Cell, Columns, read_columns, row_cells
from storage.arxiv_id import ArxivId

#: text that may name a paper without a link; searched first, because finding IDs takes longer
_MAY_NAME = re.compile(r"://|[Aa][Rr][Xx][Ii][Vv]|10\.\d{4}|abs/|\.(?:org|co|com|cool)/")

#: `2.1 Title`
_SECTION = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Reference:
    """A link to a paper, by characters of its block."""

    start: int
    end: int
    url: str
    arxiv_id: ArxivId | None
    #: the words of a link whose text is no caption, else empty
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A block with its links and possible titles."""

    block: Block
    text: str
    inline: Inline
    candidates: tuple[Candidate, ...]
    references: tuple[Reference, ...]
    columns: Columns | None = None
    #: cells of a row
    cells: tuple[str, ...] = ()

    @property
    def leads_elsewhere(self) -> bool:
        """Say whether the block has a link that leaves the list."""
        return any(is_elsewhere(m.url) and not is_contents_url(m.url) for m in self.inline.links)

    @property
    def is_contents(self) -> bool:
        """Say whether the block only links to places in the list."""
        links = [mark for mark in self.inline.links if mark.url]
        return bool(links) and all(is_contents_url(mark.url) for mark in links)


def read_block(block: Block, text: str, definitions: Mapping[str, str]) -> Reading:
    """Read a block of the file's text."""
    own = text[block.start : block.end]
    if block.plain and not own.lstrip().startswith("#"):
        title = own.partition("\n")[0]  # above its line
        own = title.ljust(len(own))
    if block.kind is Kind.CODE:
        return Reading(block, own, Inline("", (), ()), (), ())
    if block.kind is Kind.ROW:
        return _read_row(block, own, definitions)
    inline = read_inline(own, definitions)
    found = find_candidates(own, inline)
    if block.kind is Kind.HEADING:
        found = tuple(_in_heading(one) for one in found)
    return Reading(block, own, inline, found, _references(own, inline))


def _read_row(block: Block, own: str, definitions: Mapping[str, str]) -> Reading:
    """Read a row by its cells, because no emphasis or quotation goes over a bar."""
    columns = read_columns(block.columns)
    cells = row_cells(own)
    inlines = [read_inline(cell.text, definitions) for cell in cells]
    candidates: list[Candidate] = []
    if columns.title is not None and columns.title < len(cells):
        candidates += in_column(_of_cell(cells[columns.title], inlines[columns.title]))
    if not any(one.likeness for one in candidates):
        others = {columns.date, columns.venue, columns.authors, columns.title}
        for number, cell in enumerate(cells):
            if number not in others:
                candidates += _of_cell(cell, inlines[number])
    inline = _joined(own, cells, inlines)
    texts = tuple(cell.text for cell in cells)
    references = _references(own, inline)
    return Reading(block, own, inline, tuple(candidates), references, columns, texts)


def _joined(own: str, cells: Sequence[Cell], inlines: Sequence[Inline]) -> Inline:
    """Return what the cells of a row say as one text; the bars between them are plain text."""
    words: list[str] = []
    marks: list[Mark] = []
    unclosed: list[int] = []
    place = 0
    is_html = own.lstrip()[:1] == "<"
    for cell, inline in zip(cells, inlines, strict=True):
        between = " " if is_html else own[place : cell.start]
        words += (between, inline.words)
        if between.strip():
            marks.append(Mark(Style.PLAIN, between.strip(), place, cell.start))
        marks += (
            Mark(m.style, m.text, m.start + cell.start, m.end + cell.start, m.url, m.image)
            for m in inline.marks
        )
        unclosed += (at + cell.start for at in inline.unclosed)
        place = cell.end
    return Inline("".join((*words, "" if is_html else own[place:])), tuple(marks), tuple(unclosed))


def _in_heading(one: Candidate) -> Candidate:
    """Return a heading's candidate without the number of its section."""
    return replace(one, key=f"{one.key} in heading", text=_SECTION.sub("", one.text))


def _of_cell(cell: Cell, inline: Inline) -> list[Candidate]:
    found = find_candidates(cell.text, inline)
    return [replace(one, start=one.start + cell.start, end=one.end + cell.start) for one in found]


def _references(text: str, inline: Inline) -> tuple[Reference, ...]:
    found = [made for mark in inline.links if (made := _reference(mark))]
    covered = [(mark.start, mark.end) for mark in inline.links]
    if not _MAY_NAME.search(_rest(text, covered)):
        return tuple(found)
    found += [
        Reference(one.start, one.end, one.text, one.arxiv_id, "")
        for one in find_occurrences(text)
        if not _is_covered(one.start, covered)
    ]
    return tuple(sorted(found, key=lambda one: one.start))


def _is_covered(place: int, covered: Sequence[tuple[int, int]]) -> bool:
    """Say whether a place is in one of the ranges, which are in order."""
    number = bisect_right(covered, place, key=lambda one: one[0]) - 1
    return any(place < end for _, end in covered[max(number - 1, 0) : number + 1])


def _rest(text: str, covered: Sequence[tuple[int, int]]) -> str:
    pieces, place = [], 0
    for start, end in covered:
        pieces.append(text[place:start])
        place = max(place, end)
    return " ".join((*pieces, text[place:]))


def _reference(mark: Mark) -> Reference | None:
    arxiv_id = mark_id(mark) or url_doi(mark.url)
    if arxiv_id is None and not is_paper_url(mark.url) and not _is_by_name(mark):
        return None
    is_caption = mark.style is not Style.LINK or not mark.text or is_paper_caption(mark.text)
    text = "" if is_caption else clean_title(mark.text)
    return Reference(mark.start, mark.end, mark.url, arxiv_id, text)


def _is_by_name(mark: Mark) -> bool:
    """Say whether a link's caption alone says that it leads to a paper."""
    captioned = mark.style is not Style.URL and is_paper_caption(mark.text)
    return captioned and is_elsewhere(mark.url) and bool(caption_words(mark.text))
