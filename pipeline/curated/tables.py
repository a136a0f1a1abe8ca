"""Split the rows of a Markdown table into cells by the meaning of their columns.

Columns are recognised by their English or Chinese names. Format:
https://github.github.com/gfm/#tables-extension-
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RULE = re.compile(r"\s*+\|?+(?:\s*+:?+-++:?+\s*+\|)++(?:\s*+:?+-++:?+)?+\s*+$")
_CELL = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_WORD = re.compile(r"\w+")

#: the most specific name first
_TITLE = ("title", "paper", "papers", "论文", "标题", "题目", "文章")
_DATE = ("date", "year", "time", "published", "日期", "时间", "年份", "发表时间")
_VENUE = ("venue", "publication", "conference", "journal", "pub", "会议", "期刊", "来源")
_AUTHORS = ("authors", "author", "作者")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by meaning; empty without such a column."""

    text: str
    title: str
    date: str
    venue: str
    authors: str
    #: whether the table has a title column
    of_papers: bool


def cells(line: str) -> tuple[str, ...]:
    """Return the cells of a line, with or without bars at its ends."""
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL.split(inner))


def is_rule_of_table(line: str, above: str) -> bool:
    """Recognise the line of dashes below a table's header."""
    return "|" in above and _RULE.match(line) is not None and len(cells(line)) == len(cells(above))


def read_row(line: str, columns: Sequence[str]) -> Row:
    """Return a row's cells by the meaning of their columns.

    Without a title column, the first cell with a link or in bold is the title.
    """
    found = cells(line)
    named = [" ".join(_WORD.findall(name.casefold())) for name in columns]

    def under(words: Sequence[str]) -> str | None:
        exact = [named.index(word) for word in words if word in named]
        among = [n for word in words for n, name in enumerate(named) if word in name.split()]
        place = next(iter((*exact, *among)), len(found))
        return found[place] if place < len(found) else None

    title = under(_TITLE)
    marked = next((cell for cell in found if cell.startswith(("[", "**", "__"))), "")
    return Row(
        text=" | ".join(found),
        title=_BREAK.split(marked if title is None else title)[0].strip(),
        date=under(_DATE) or "",
        venue=under(_VENUE) or "",
        authors=under(_AUTHORS) or "",
        of_papers=title is not None,
    )
