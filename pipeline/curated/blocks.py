"""Find headings and bulleted blocks of a Markdown list, with exact byte spans.

Follows CommonMark (https://spec.commonmark.org/0.31.2/) and GFM tables
(https://github.github.com/gfm/) as far as lists need it. Fenced code and comments are ignored.
"""

import re
from dataclasses import dataclass

from pipeline.curated.tables import cells, is_rule_of_table
from pipeline.curated.types import CuratedListError, Heading, Span

_BOM = b"\xef\xbb\xbf"
_OPENS = re.compile(rb"<!--|^ {0,3}(?P<fence>`{3,}+|~{3,}+)[^\n`]*+\n", re.MULTILINE)
_NOT_NEWLINE = re.compile(rb"[^\r\n]")
_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?P<text>[ \t].*)?$")
_UNDERLINE = re.compile(r" {0,3}(?P<mark>={3,}|-{3,})$")
_BULLET = re.compile(r"(?P<indent>[ \t]*)(?:[-+*]|\d{1,9}[.)])(?P<gap>[ \t]+)\S")
_GLUED = re.compile(r"[-+](?:\*\*|\[)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)$")
_CONTINUES = ("[", "`")


@dataclass(frozen=True, slots=True)
class Block:
    """One bullet with everything that belongs to it."""

    file: str
    #: comments blanked out
    text: str
    headings: tuple[str, ...]
    span: Span
    line: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of prose that the next line may turn into a heading or a table."""

    text: str
    span: Span
    number: int
    #: in its paragraph
    first: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """The headings and blocks of a file, in order."""

    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]


def check_encoding(data: bytes) -> None:
    """Refuse bytes that are not UTF-8, naming the line.

    Raises:
        CuratedListError: the file is in another encoding or damaged.
    """
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = len(data[: error.start].splitlines(keepends=True)) or 1
        raise CuratedListError(
            f"The list is not UTF-8: line {line} holds the byte 0x{data[error.start]:02x}"
            f" at offset {error.start}.",
            hint="Save the file as UTF-8, then try again.",
        ) from error


def outline(file: str, data: bytes) -> Outline:
    """Find the headings and bulleted blocks of a UTF-8 file."""
    check_encoding(data)
    shown = _without_hidden(data)
    walk = _Walk(file, shown)
    start = 0
    for number, raw in enumerate(shown.splitlines(keepends=True), start=1):
        skip = len(_BOM) if number == 1 and raw.startswith(_BOM) else 0
        walk.take(raw[skip:].decode(), (start + skip, start + len(raw)), number)
        start += len(raw)
    walk.close()
    return Outline(tuple(walk.headings), tuple(walk.blocks))


def _without_hidden(data: bytes) -> bytes:
    """Blank out comments and fenced code, keeping offsets and lines.

    An unclosed comment counts as text, because hiding the rest of a list would be worse.
    """
    pieces: list[bytes] = []
    shown = place = 0
    # Searched once, because many unclosed openings would each scan the rest.
    last_close = data.rfind(b"-->")
    while found := _OPENS.search(data, place):
        place = found.end()
        if found["fence"] is not None:
            closed = re.compile(
                rb"^ {0,3}" + re.escape(found["fence"]) + rb"[`~]*[ \t]*\r?$", re.MULTILINE
            ).search(data, place)
            end = closed.end() if closed else len(data)
        elif place <= last_close:
            end = data.index(b"-->", place) + len(b"-->")
        else:
            continue
        pieces += (data[shown : found.start()], _NOT_NEWLINE.sub(b" ", data[found.start() : end]))
        shown = place = end
    return b"".join((*pieces, data[shown:]))


class _Walk:
    """Reads line after line and tracks the open block."""

    def __init__(self, file: str, shown: bytes) -> None:
        self._file = file
        self.headings: list[Heading] = []
        self.blocks: list[Block] = []
        self._shown = shown
        self._path: list[Heading] = []
        self._open: tuple[int, int, int] | None = None  # start, line number, indentation
        self._end = 0
        #: a link or HTML occurred in the open block
        self._linked = False
        self._above: _Line | None = None
        self._columns: tuple[str, ...] = ()
        self._blank_before = False

    def take(self, line: str, span: Span, number: int) -> None:
        """Read one line."""
        text = line.rstrip()
        above, self._above = self._above, None
        if not text:
            self._blank_before = True
            self._columns = ()
            return
        here = (span[0], span[0] + len(text.encode()))
        if heading := _HEADING.match(text):
            self._add_heading(len(heading["marks"]), _heading_text(heading["text"]), here, number)
        elif above and above.first and (underline := _UNDERLINE.match(text)):
            level = 1 if underline["mark"][0] == "=" else 2
            self._add_heading(level, above.text.strip(), (above.span[0], here[1]), above.number)
        elif self._columns and "|" in text:
            self._add_row(text, here, number)
        elif above and is_rule_of_table(text, above.text):
            self._columns = cells(above.text)
        else:
            self._columns = ()
            self._take_item(text, here, number, above)
        self._blank_before = False

    def _take_item(self, text: str, span: Span, number: int, above: _Line | None) -> None:
        if self._starts_block(text):
            self.close()
            self._open = (span[0], number, _indent(text))
            self._extend(text, span[1], linked=False)
        elif self._open is not None:
            if self._leaves_block(text):
                self.close()
            else:
                self._extend(text, span[1], linked=self._linked)
        if self._open is None and not _RULE.match(text):
            self._above = _Line(text, span, number, first=above is None)

    def _extend(self, text: str, end: int, *, linked: bool) -> None:
        self._end = end
        self._linked = linked or "](" in text or "<" in text

    def close(self) -> None:
        """End the open block, if any."""
        if self._open is not None:
            start, number, _ = self._open
            text = self._shown[start : self._end].decode()
            path = tuple(heading.text for heading in self._path)
            self.blocks.append(Block(self._file, text, path, (start, self._end), number))
        self._open = None

    def _add_heading(self, level: int, text: str, span: Span, number: int) -> None:
        self.close()
        self._columns = ()
        heading = Heading(self._file, level, text, span, number)
        self._path = [above for above in self._path if above.level < heading.level]
        self._path.append(heading)
        self.headings.append(heading)

    def _add_row(self, text: str, span: Span, number: int) -> None:
        path = tuple(heading.text for heading in self._path)
        self.blocks.append(Block(self._file, text, path, span, number, self._columns))

    def _starts_block(self, text: str) -> bool:
        if _RULE.match(text):
            return False
        if _GLUED.match(text):
            return True
        if not _BULLET.match(text):
            return False
        if self._open is None or _indent(text) <= self._open[2] + 1:
            return True
        # Deeper bullets below a category's name, which has no link, are blocks.
        return not self._linked

    def _leaves_block(self, text: str) -> bool:
        if _RULE.match(text):
            return True
        # Badges and tags after a blank line stay, because curators put them there.
        return self._blank_before and not text.startswith((" ", "\t", *_CONTINUES))


def _heading_text(rest: str | None) -> str:
    text = (rest or "").strip(" \t")
    bare = text.rstrip("#")
    return (bare if not bare or bare.endswith((" ", "\t")) else text).strip()


def _indent(text: str) -> int:
    """Return the width of the leading white space, tab stops at 4."""
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))
