"""Decode a file of records, keeping the line and byte of every character."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.curated.markdown.links import find_occurrences
from pipeline.curated.types import (
    CuratedList,
    CuratedListError,
    Entry,
    ListFile,
    Place,
    UnreadableEntry,
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file of records and its text."""

    file: ListFile
    text: str
    encoding: str
    #: bytes of the byte order mark
    skipped: int


class LinePlaces:
    """Turns characters of a text into lines and bytes, going forward only."""

    def __init__(self, file: RecordFile) -> None:
        self._text = file.text
        self._encoding = file.encoding
        self._at, self._line, self._byte = 0, 1, file.skipped

    def of(self, at: int) -> tuple[int, int]:
        """Return (line, byte) of a character at or after the last one asked for."""
        passed = self._text[self._at : at]
        self._line += passed.count("\n")
        self._byte += len(passed.encode(self._encoding))
        self._at = at
        return self._line, self._byte


def decoded(file: ListFile) -> RecordFile:
    """Return the text of a file in UTF-8 or, with a byte order mark, UTF-16.

    Raises:
        CuratedListError: it is neither.
    """
    mark, encoding = next(
        ((mark, name) for mark, name in _BOMS if file.data.startswith(mark)), (b"", "utf-8")
    )
    try:
        return RecordFile(file, file.data[len(mark) :].decode(encoding), encoding, len(mark))
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        raise CuratedListError(
            f"{file.name}, line {line} is not UTF-8 text (byte {error.start}).",
            hint="Save it as UTF-8.",
        ) from error


def list_of(file: RecordFile, items: Iterable[Entry | UnreadableEntry]) -> CuratedList:
    """Return the list that a file's items make."""
    made = list(items)
    return CuratedList(
        (file.file,),
        (),
        tuple(one for one in made if isinstance(one, Entry)),
        tuple(one for one in made if isinstance(one, UnreadableEntry)),
        (),
        tuple(_named(file)),
    )


def _named(file: RecordFile) -> Iterator[Place]:
    places = LinePlaces(file)
    for one in find_occurrences(file.text):
        line, start = places.of(one.start)
        span = start, start + len(file.text[one.start : one.end].encode(file.encoding))
        yield Place(file.file.name, line, span, one.text, one.arxiv_id)
