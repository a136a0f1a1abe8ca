"""Decode one file of the list, keeping the byte offset of every character.

Comments and fenced code are blanked out of the text that is read, because they hold no entries.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from pipeline.curated.types import AsideReason, CuratedListError, ListFile, Span

_BOM = b"\xef\xbb\xbf"
_OPENS = re.compile(r"<!--|^ {0,3}(?P<fence>`{3,}+|~{3,}+)[^\n`]*+\n", re.MULTILINE)
#: characters between two marks
_MARK = 512
_NOT_NEWLINE = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A comment or fenced code, by characters."""

    start: int
    end: int
    reason: AsideReason


@dataclass(frozen=True)
class Source:
    """The text of a file, every line end a newline, and its lines' places in bytes."""

    file: str
    #: as written
    text: str
    #: of the same length, without what is hidden
    shown: str
    hidden: tuple[Hidden, ...]
    #: byte offset of each line
    _line_bytes: tuple[int, ...]

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The first character of each line."""
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def line(self, place: int) -> int:
        """Return the number of a character's line, from 1."""
        return bisect_right(self.line_starts, place)

    def line_start(self, place: int) -> int:
        """Return the first character of a character's line."""
        return self.line_starts[self.line(place) - 1]

    def line_end(self, place: int) -> int:
        """Return the place behind a character's line."""
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end

    def byte(self, place: int) -> int:
        """Return the byte offset of a character."""
        number = self.line(place) - 1
        within = self._encoded(place) - self._encoded(self.line_starts[number])
        return self._line_bytes[number] + within

    @cached_property
    def _marks(self) -> tuple[int, ...]:
        """The encoded length of the text before each mark, so that long lines take linear work."""
        pieces = range(0, len(self.text), _MARK)
        lengths = (len(self.text[at : at + _MARK].encode()) for at in pieces)
        return tuple(accumulate(lengths, initial=0))

    def _encoded(self, place: int) -> int:
        mark = place // _MARK
        return self._marks[mark] + len(self.text[mark * _MARK : place].encode())

    def span(self, start: int, end: int) -> Span:
        """Return the bytes of a part of the text."""
        return self.byte(start), self.byte(end)


def read_source(file: ListFile) -> Source:
    """Decode a file.

    Raises:
        CuratedListError: it is not UTF-8.
    """
    _check_encoding(file)
    skipped = len(_BOM) if file.data.startswith(_BOM) else 0
    lines = file.data[skipped:].splitlines(keepends=True)
    starts, offset = [], skipped
    for line in lines:
        starts.append(offset)
        offset += len(line)
    text = file.data[skipped:].decode().replace("\r\n", "\n").replace("\r", "\n")
    if not lines or text.endswith("\n"):
        starts.append(offset)
    hidden = tuple(_find_hidden(text))
    return Source(file.name, text, _blank(text, hidden), hidden, tuple(starts))


def _check_encoding(file: ListFile) -> None:
    try:
        file.data.decode()
    except UnicodeDecodeError as error:
        line = len(file.data[: error.start].splitlines(keepends=True)) or 1
        raise CuratedListError(
            f"The list is not UTF-8: line {line} holds the byte 0x{file.data[error.start]:02x}"
            f" at offset {error.start}.",
            hint="Save the file as UTF-8, then try again.",
        ) from error


def _find_hidden(text: str) -> Iterator[Hidden]:
    """Yield comments and fenced code.

    An unclosed comment counts as text, because hiding the rest of a list would be worse.
    """
    place = 0
    # Searched once, because many unclosed openings would each scan the rest.
    last_close = text.rfind("-->")
    while found := _OPENS.search(text, place):
        place = found.end()
        if found["fence"] is not None:
            closed = re.compile(
                rf"^ {{0,3}}{re.escape(found['fence'])}[`~]*[ \t]*$", re.MULTILINE
            ).search(text, place)
            place = closed.end() if closed else len(text)
            yield Hidden(found.start(), place, AsideReason.CODE)
        elif place <= last_close:
            place = text.index("-->", place) + len("-->")
            yield Hidden(found.start(), place, AsideReason.COMMENT)


def _blank(text: str, hidden: tuple[Hidden, ...]) -> str:
    pieces: list[str] = []
    place = 0
    for one in hidden:
        pieces += (text[place : one.start], _NOT_NEWLINE.sub(" ", text[one.start : one.end]))
        place = one.end
    return "".join((*pieces, text[place:]))
