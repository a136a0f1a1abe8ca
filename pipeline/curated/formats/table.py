"""Read a list from a table: CSV in any column order, with the separator of any spreadsheet.

Columns are found by their names in the first row.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.visible import one_line
from pipeline.curated.formats.entry import Record, entry_of
from pipeline.curated.formats.record_file import LinePlaces, RecordFile, list_of
from pipeline.curated.types import CuratedList, CuratedListError
from storage.arxiv_id import parse_arxiv_id

_SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(rf"sep=([{_SEPARATORS}])\r?\n", re.IGNORECASE)
_PEOPLE = re.compile(r"\s*(?:;|,|\band\b|&|\u3001|\uff0c)\s*")
_WORD = re.compile(r"[^\W_]+")
#: characters of a cell; longer ones are an error in the quotes
_LONGEST_CELL = 1_000_000

#: names of columns in lower case, without punctuation
_COLUMNS: Mapping[str, frozenset[str]] = {
    "title": frozenset(
        {"title", "paper", "paper title", "paper name", "name", "publication", "work", "article",
         "article title", "标题", "题目", "论文", "论文标题", "论文名称", "名称"}
    ),
    "id": frozenset(
        {"arxiv", "arxiv id", "arxivid", "arxiv number", "arxiv no", "eprint", "id", "paper id",
         "identifier"}
    ),
    "link": frozenset(
        {"url", "urls", "link", "links", "paper url", "paper link", "paper links", "pdf", "pdf url",
         "pdf link", "abs", "abs url", "arxiv url", "arxiv link", "doi", "address", "website",
         "href", "链接", "论文链接", "地址"}
    ),
    "authors": frozenset({"author", "authors", "author s", "by", "作者"}),
    "section": frozenset(
        {"section", "sections", "section id", "category", "categories", "topic", "topics", "area",
         "heading", "headings", "group", "field", "subfield", "class", "theme", "subject",
         "taxonomy", "task", "分类", "类别", "章节", "主题", "方向", "领域"}
    ),
    "subsection": frozenset(
        {"subsection", "sub section", "subcategory", "sub category", "subtopic", "sub topic",
         "subgroup", "子类", "子分类", "小节"}
    ),
    "keywords": frozenset(
        {"keyword", "keywords", "tag", "tags", "label", "labels", "关键词", "标签"}
    ),
    "date": frozenset(
        {"date", "published", "publication date", "published at", "submitted", "release date",
         "month", "日期", "时间"}
    ),
    "year": frozenset({"year", "publication year", "年份", "年"}),
    "venue": frozenset(
        {"venue", "conference", "journal", "published in", "source", "publisher", "会议", "期刊"}
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    span: tuple[int, int]
    cells: tuple[str, ...]


def read_table(file: RecordFile) -> CuratedList:
    """Return the entries of a table.

    Raises:
        CuratedListError: no column holds titles, or a cell does not end.
    """
    name = file.file.name
    rows = _rows(name, file.text, LinePlaces(file))
    header = next(rows, None)
    columns = _columns(header.cells) if header else {}
    if header is None or "title" not in columns:
        named = ", ".join(cell.strip() for cell in header.cells if cell.strip()) if header else ""
        raise CuratedListError(
            f"No column of {name} holds titles; its first row is: {named[:200]}.",
            hint="Name the columns in the first row: title, arxiv_id, section.",
        )
    filled = (row for row in rows if any(cell.strip() for cell in row.cells))
    return list_of(file, (entry_of(_record(name, row, columns)) for row in filled))


def _rows(name: str, text: str, places: LinePlaces) -> Iterator[_Row]:
    named = _SEPARATOR_LINE.match(text)
    start = named.end() if named else 0
    separator = named[1] if named else _likeliest_separator(text)
    ends: list[int] = []
    # With line ends, because cells may contain them. The reader asks for a line when it needs it.
    lines = _lines(text, start, ends)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(lines, delimiter=separator)
    line, byte = places.of(start)
    while True:
        began = ends[-1] if ends else start
        try:
            cells = next(reader, None)
            if cells and ends[-1] == len(text):
                _check_closed(text[began:], separator)
        except csv.Error as error:
            raise CuratedListError(
                f"{name}, line {line}: the row cannot be read as CSV: {error}.",
                hint="Check its quotation marks.",
            ) from error
        if cells is None:
            return
        next_line, next_byte = places.of(ends[-1])
        yield _Row(line, (byte, next_byte), tuple(cells))
        line, byte = next_line, next_byte


def _check_closed(row: str, separator: str) -> None:
    """Raise csv.Error if quotation marks at the end of the file do not close: rows were lost."""
    if "\n" in row.rstrip():
        for _ in csv.reader(io.StringIO(row, newline=""), delimiter=separator, strict=True):
            pass


def _lines(text: str, start: int, ends: list[int]) -> Iterator[str]:
    """Yield lines and note in `ends` where the last one ended."""
    source = io.StringIO(text, newline="")
    source.seek(start)
    at = start
    for line in source:
        at += len(line)
        ends[:] = [at]
        yield line


def _likeliest_separator(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(_SEPARATORS, key=lambda mark: (first.count(mark), -_SEPARATORS.index(mark)))


def _columns(names: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    """Return the places of the columns by what they hold."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        words = " ".join(_WORD.findall(name.casefold()))
        for meaning, spellings in _COLUMNS.items():
            if words in spellings:
                found.setdefault(meaning, []).append(place)
    return {meaning: tuple(places) for meaning, places in found.items()}


def _record(file: str, row: _Row, columns: Mapping[str, tuple[int, ...]]) -> Record:
    def cells(meaning: str) -> list[str]:
        wanted = columns.get(meaning, ())
        texts = (row.cells[place].strip() for place in wanted if place < len(row.cells))
        return [text for text in texts if text]

    def cell(meaning: str) -> str:
        return next(iter(cells(meaning)), "")

    # Last the cells of other columns that are nothing but an ID or a link to one.
    other = [text for text in row.cells if parse_arxiv_id(text.strip())]
    return Record(
        file=file,
        line=row.line,
        span=row.span,
        title=one_line(cell("title")),
        authors=tuple(name for name in _PEOPLE.split(cell("authors")) if name),
        ids=(*cells("id"), *cells("link"), *other),
        link=cell("link") or cell("id") or None,
        date=cell("date") or cell("year"),
        venue=cell("venue") or None,
        sections=tuple(cells("section")[:1] + cells("subsection")[:1]),
        keywords=tuple(
            part.strip()
            for text in (*cells("section")[1:], *cells("keywords"))
            for part in re.split("[;,|]", text)
            if part.strip()
        ),
        words=" ".join(row.cells),
    )
