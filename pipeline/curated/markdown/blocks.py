"""Find the blocks of a Markdown file: what a paper can be written in, with its place.

markdown-it-py (CommonMark 0.31.2, https://spec.commonmark.org/0.31.2/) gives paragraphs, bullets,
headings, HTML and indented code. What real lists write differently is read within these: tables
without bars at their ends (https://github.github.com/gfm/#tables-extension-), bullets glued to
their text, lists inside HTML, and links in text that is indented too far.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.curated.markdown.html_blocks import HtmlPart, PartKind, split_html
from pipeline.curated.markdown.source import Source
from pipeline.curated.markdown.tables import cells, is_rule_of_table
from storage.arxiv_id import find_arxiv_ids

#: deeper nesting is read as text
_DEEPEST = 40
_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?:(?:[-+*\u2022]|\d{1,4}[.)])[ \t]+(?=\S)|[-+](?=\*\*|\[|<a)"
    r"|\d{1,3}\.(?=\*\*|\[))"
)
_DEFINITION = re.compile(
    r"[ \t]*\[(?P<label>[^\[\]\n]{1,300}+)\]:[ \t]*+<?(?P<url>[^\s<>]++)>?(?P<rest>[^\n]*+)$"
)
_GLUED_HEADING = re.compile(r" {0,3}(?P<marks>#{2,6})(?=[^\s#])[^\n]+$")
_URL = re.compile(r"https?://[^\s<>()]++")
_QUOTE = re.compile(r"[ \t]*>")


class Kind(Enum):
    """What a block is by its form."""

    HEADING = auto()
    PARAGRAPH = auto()
    #: a bullet or numbered point
    ITEM = auto()
    ROW = auto()
    #: text of `<summary>`
    SUMMARY = auto()
    #: end of `<details>`
    END = auto()
    RULE = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that no other block interrupts."""

    kind: Kind
    #: characters
    start: int
    end: int
    #: of a heading; 0: below the one above
    level: int = 0
    #: places of the bullets around it among the blocks, outermost first
    parents: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    #: whether the heading is written with `#` or underlined
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a file in order, and its reference links."""

    text: str
    blocks: tuple[Block, ...]
    #: label in lower case to URL
    definitions: dict[str, str]


def find_blocks(source: Source) -> Blocks:
    """Find the blocks of a file."""
    return _Reader(source).read()


@cache
def _parser() -> MarkdownIt:
    """Return one parser for all files, because making it takes as long as reading a short one."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    # Links are read later, with what real lists write; tables by their lines.
    parser.disable(["inline", "reference", "text_join"])
    parser.parse("a")  # puts its rules in order, which two threads at once would confuse
    return parser


_LEAVES = {"paragraph_open", "heading_open", "hr", "fence", "html_block", "code_block"}
_HTML_KINDS = {
    PartKind.HEADING: Kind.HEADING, PartKind.SUMMARY: Kind.SUMMARY, PartKind.END: Kind.END,
    PartKind.ITEM: Kind.ITEM, PartKind.ROW: Kind.ROW,
}  # fmt: skip


class _Reader:
    """Turns markdown-it's tokens into blocks."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._starts = source.line_starts
        self._text = source.shown
        self._blocks: list[Block] = []
        self._definitions: dict[str, str] = {}
        #: place of each open bullet's first block, None until it has one; with the bullet's line
        self._items: list[tuple[int, int | None]] = []
        self._done = 0
        self._open: Block | None = None

    def read(self) -> Blocks:
        tokens = _parser().parse(self._text)
        quoted = [t.map for t in tokens if t.type == "blockquote_open" and t.map]
        if quoted:
            self._text = self._without_quotes(quoted)
        for place, token in enumerate(tokens):
            self._take(token, tokens, place)
        self._take_rest(len(self._starts))
        return Blocks(self._text, tuple(self._blocks), self._definitions)

    def _without_quotes(self, quoted: list[list[int]]) -> str:
        lines = self._text.split("\n")
        for first, last in quoted:
            for number in range(first, min(last, len(lines))):
                if match := _QUOTE.match(lines[number]):
                    lines[number] = " " * match.end() + lines[number][match.end() :]
        return "\n".join(lines)

    def _take(self, token: Token, tokens: list[Token], place: int) -> None:
        if token.type == "list_item_open" and token.map:
            self._items.append((token.map[0], None))
        elif token.type == "list_item_close":
            self._items.pop()
        elif token.map and token.type in _LEAVES:
            first, last = token.map
            self._take_rest(first)
            self._done = max(self._done, last)
            self._leaf(token, tokens, place, first, last)

    def _take_rest(self, until: int) -> None:
        """Read lines that the parser gave up on as text."""
        first = self._done
        while first < until and not self._line(first).strip():
            first += 1
        if first < until and self._line(first).strip(" \t\n>-+*0123456789.)#"):
            self._lines(first, until)
        self._done = max(self._done, until)

    def _leaf(self, token: Token, tokens: list[Token], place: int, first: int, last: int) -> None:
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
                content = tokens[place + 1].content
                if token.markup in {"=", "-"} and ("\n" in content or self._items):
                    self._lines(first, last - 1)  # prose above a rule
                    self._add(Kind.RULE, self._starts[last - 1], self._end(last - 1))
                elif self._items:
                    self._lines(first, last)
                else:
                    self._add(
                        Kind.HEADING, self._starts[first], self._end(last - 1), level, plain=True
                    )
            case "hr":
                self._add(Kind.RULE, self._starts[first], self._end(last - 1))
            case "fence":
                self._add(Kind.CODE, self._starts[first], self._end(last - 1))
            case "html_block":
                self._html(self._starts[first], self._end(last - 1))
            case _:
                self._lines(first, last)

    def _html(self, start: int, end: int) -> None:
        if self._items:  # the authors of an entry, for example
            self._add(Kind.PARAGRAPH, start, end)
            return
        for part in split_html(self._text, start, end):
            if part.kind is PartKind.TEXT:
                first = self._source.line(part.start) - 1
                last = self._source.line(max(part.end - 1, part.start))
                self._lines(first, last, within=(part.start, part.end))
            else:
                self._html_part(part)

    def _html_part(self, part: HtmlPart) -> None:
        kind = _HTML_KINDS[part.kind]
        self._add(kind, part.start, part.end, part.level, columns=part.columns)

    def _lines(self, first: int, last: int, within: tuple[int, int] | None = None) -> None:
        """Read lines as paragraphs, tables and bullets."""
        low, high = within or (0, len(self._text))
        columns: tuple[str, ...] = ()
        inner: list[tuple[int, int]] = []  # indentation and block of bullets found here
        for number in range(first, last):
            start, end = max(self._starts[number], low), min(self._end(number), high)
            line = self._text[start:end]
            if columns and "|" not in line:
                columns = ()
            if not line.strip() or self._takes_definition(line):
                self._close()
            elif columns:
                self._add(Kind.ROW, start, end, columns=columns)
            elif heading := _GLUED_HEADING.match(line):
                self._close()
                self._add(Kind.HEADING, start, end, len(heading["marks"]), plain=True)
            elif "-" in line and (header := self._table_header(line)):
                columns = header
            elif (item := _ITEM.match(line)) and self._is_new(item, number):
                self._close()
                self._open = self._item(item, (start, end), inner, number)
            elif self._open is not None:
                self._open = replace(self._open, end=end)
            else:
                kind = Kind.ITEM if self._is_first_line(number) else Kind.PARAGRAPH
                parents = (*self._parents(), *(place for _, place in inner))
                self._open = Block(kind, start, end, parents=parents)
        self._close()

    def _item(
        self, item: re.Match[str], place: tuple[int, int], inner: list[tuple[int, int]], number: int
    ) -> Block:
        """Begin a bullet, below those of `inner` that are indented less."""
        indent = len(item["indent"].expandtabs(4))
        while inner and inner[-1][0] >= indent:
            inner.pop()
        parents = (*self._parents(), *(above for _, above in inner))
        if not self._is_first_line(number):
            inner.append((indent, len(self._blocks)))
        return Block(Kind.ITEM, *place, parents=parents)

    def _takes_definition(self, line: str) -> bool:
        """Note a reference link, except a comment written as one (`[//]: #`)."""
        found = _DEFINITION.match(line)
        if found is None or not found["label"].strip("/"):
            return found is not None
        url = found["url"]
        if found["label"].startswith("^") and "://" not in url:
            url = _footnote_url(f"{url} {found['rest']}") or url
        self._definitions.setdefault(reference_label(found["label"]), url)
        return True

    def _table_header(self, rule: str) -> tuple[str, ...]:
        """Return the columns of the table that a line of dashes begins, and end what is above."""
        above = self._open
        if above is None:
            return ()
        header = self._text[above.start : above.end].rpartition("\n")[2]
        if not is_rule_of_table(rule, header):
            return ()
        end = above.end - len(header) - 1
        self._open = replace(above, end=end) if end > above.start else None
        self._close()
        return cells(header)

    def _is_first_line(self, number: int) -> bool:
        return bool(self._items) and self._items[-1] == (number, None)

    def _is_new(self, item: re.Match[str], number: int) -> bool:
        """Say whether a line that looks like a bullet begins one."""
        above = self._open
        if self._is_first_line(number) or above is None or above.kind is Kind.ITEM:
            return True
        # A wrapped line of prose may begin with a number.
        return not item[0].strip()[0].isdigit()

    def _close(self) -> None:
        if self._open is not None:
            self._append(self._open)
        self._open = None

    def _add(
        self,
        kind: Kind,
        start: int,
        end: int,
        level: int = 0,
        columns: tuple[str, ...] = (),
        *,
        plain: bool = False,
    ) -> None:
        self._append(Block(kind, start, end, level, self._parents(), columns, plain))

    def _append(self, block: Block) -> None:
        while block.end > block.start and self._text[block.end - 1].isspace():
            block = replace(block, end=block.end - 1)
        if self._items and self._items[-1][1] is None:
            line, _ = self._items[-1]
            self._items[-1] = (line, len(self._blocks))
        if block.kind is Kind.PARAGRAPH and not block.parents:
            block = replace(block, parents=self._indented_below(block))
        self._blocks.append(block)

    def _indented_below(self, block: Block) -> tuple[int, ...]:
        """Return the bullets that an indented paragraph belongs to.

        CommonMark wants four columns below `10. Title`; writers indent by three everywhere.
        """
        if not self._blocks or not self._text.startswith("  ", block.start):
            return ()
        above = self._blocks[-1]
        return (*above.parents, len(self._blocks) - 1) if above.kind is Kind.ITEM else above.parents

    def _parents(self) -> tuple[int, ...]:
        return tuple(place for _, place in self._items if place is not None)

    def _line(self, number: int) -> str:
        return self._text[self._starts[number] : self._end(number)]

    def _end(self, number: int) -> int:
        following = number + 1
        return self._starts[following] - 1 if following < len(self._starts) else len(self._text)


def _footnote_url(text: str) -> str:
    """Return the link to the paper of a footnote that is a whole reference, or its first link."""
    ids = find_arxiv_ids(text)
    if ids:
        return f"https://arxiv.org/abs/{ids[0].id}"
    found = _URL.search(text)
    return found[0].rstrip(".,;") if found else ""


def is_definition(line: str) -> bool:
    """Recognise the definition of a reference link."""
    quote = _QUOTE.match(line)
    return _DEFINITION.match(line[quote.end() :] if quote else line) is not None


def reference_label(text: str) -> str:
    """Return a label as definitions are found by."""
    return " ".join(text.casefold().split())
