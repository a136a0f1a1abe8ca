"""Split the rows of a Markdown or HTML table into cells by the meaning of their columns.

Columns are recognised by their English or Chinese names. Format:
https://github.github.com/gfm/#tables-extension-
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_RULE = re.compile(r"\s*+\|?+(?:\s*+:?+-++:?+\s*+\|)++(?:\s*+:?+-++:?+)?+\s*+$")
_BAR = re.compile(r"(?<!\\)\|")
_HTML_CELL = re.compile(r"<t[dh]\b[^<>]{0,2000}+>", re.IGNORECASE)
_HTML_END = re.compile(r"(?:</t[rdh]\s*+>\s*+)++$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_COMMENT = "[//]:"

#: the most specific name first
_TITLE = ("title", "paper", "papers", "publication title", "论文", "标题", "题目", "文章")
_DATE = ("date", "year", "time", "published", "publish date", "日期", "时间", "年份", "发表时间")
_VENUE = ("venue", "publication", "conference", "journal", "pub", "会议", "期刊", "来源")
_AUTHORS = ("authors", "author", "作者")


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of a table's columns by meaning; None without such a column."""

    title: int | None
    date: int | None
    venue: int | None
    authors: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell by characters of its row."""

    start: int
    end: int
    text: str


def cells(line: str) -> tuple[str, ...]:
    """Return the cells of a line, with or without bars at its ends."""
    return tuple(cell.text.replace("\\|", "|") for cell in row_cells(line))


def row_cells(line: str) -> tuple[Cell, ...]:
    """Return the cells of a row with their places, without a comment behind its last bar."""
    if line.lstrip()[:3].lower() == "<tr":
        starts = list(_HTML_CELL.finditer(line))
        ends = [*(found.start() for found in starts[1:]), *([len(line)] if starts else [])]
        return tuple(_cell(line, found.end(), end) for found, end in zip(starts, ends, strict=True))
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    if line[start : start + 1] == "|":
        start += 1
    if end > start and line[end - 1] == "|" and line[end - 2 : end] != "\\|":
        end -= 1
    found_cells = []
    for bar in _BAR.finditer(line, start, end):
        found_cells.append(_cell(line, start, bar.start()))
        start = bar.end()
    last = _cell(line, start, end)
    return (*found_cells, last) if not last.text.startswith(_COMMENT) else tuple(found_cells)


def _cell(line: str, start: int, end: int) -> Cell:
    if line[:1] == "<":
        ending = _HTML_END.search(line, start, end)
        end = ending.start() if ending else end
    text = line[start:end]
    start += len(text) - len(text.lstrip())
    return Cell(start, max(start, start + len(text.strip())), text.strip())


def is_rule_of_table(line: str, above: str) -> bool:
    """Recognise the line of dashes below a table's header."""
    return "|" in above and _RULE.match(line) is not None and len(cells(line)) == len(cells(above))


@lru_cache(maxsize=256)
def read_columns(columns: tuple[str, ...]) -> Columns:
    """Return which column means what."""
    named = [" ".join(_WORD.findall(name.casefold())) for name in columns]

    def place(words: Sequence[str]) -> int | None:
        exact = [named.index(word) for word in words if word in named]
        among = [n for word in words for n, name in enumerate(named) if word in name.split()]
        return next(iter((*exact, *among)), None)

    title, authors = place(_TITLE), place(_AUTHORS)
    # `Title & Authors` is the title's.
    return Columns(title, place(_DATE), place(_VENUE), None if authors == title else authors)
