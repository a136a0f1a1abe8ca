"""What the rules look at: the list as read, its text, and what is known of its papers."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from pipeline.curated.formats.read import ScannedList
from pipeline.curated.knowledge import Knowledge
from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Edit, Finding, found
from pipeline.curated.markdown.inline import Inline, read_inline
from pipeline.curated.markdown.source import Source
from pipeline.curated.parse import ScannedFile
from pipeline.curated.types import CuratedList, Entry, Span

_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the record of a paper says that an entry may lack."""

    withdrawn: bool
    #: addresses of code that abstract or comment name
    code: tuple[str, ...] = ()
    #: where it was published, as arXiv's record says; empty: nothing is said
    published: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What the database holds of the listed papers."""

    knowledge: Knowledge
    facts: Mapping[str, PaperFacts]


@dataclass(frozen=True)
class FileText:
    """A Markdown file without its comments and code, byte for byte in its places."""

    source: Source
    data: bytes
    #: blanked where it holds comments and code
    shown: bytes

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(end.end() for end in _LINE_END.finditer(self.data)))

    def line(self, place: int) -> int:
        """Return the number of a byte's line, from 1."""
        return bisect_right(self._line_starts, place)


@dataclass(frozen=True)
class EntryText:
    """An entry's Markdown."""

    text: str
    start: int

    @cached_property
    def inline(self) -> Inline:
        """The links, bold parts and so on."""
        return read_inline(self.text, {})

    def span(self, start: int, end: int) -> Span:
        """Return the bytes of some characters."""
        before = self.start + len(self.text[:start].encode())
        return before, before + len(self.text[start:end].encode())


@dataclass(frozen=True)
class Subject:
    """The list that is looked at."""

    curated: CuratedList
    texts: Mapping[str, FileText]
    #: None: there is no database
    held: Held | None
    today: date
    _entry_texts: dict[int, EntryText | None] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries of each ID that is the first of one."""
        made: dict[str, list[Entry]] = {}
        for entry in self.curated.entries:
            if entry.arxiv_id:
                made.setdefault(entry.arxiv_id.base, []).append(entry)
        return {key: tuple(entries) for key, entries in made.items()}

    @cached_property
    def by_file(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries of each file."""
        made: dict[str, list[Entry]] = {file.name: [] for file in self.curated.files}
        for entry in self.curated.entries:
            made[entry.file].append(entry)
        return {name: tuple(entries) for name, entries in made.items()}

    def text_of(self, entry: Entry) -> EntryText | None:
        """Return an entry's Markdown; None: the file has another format."""
        key = id(entry)
        if key not in self._entry_texts:
            self._entry_texts[key] = self._read(entry)
        return self._entry_texts[key]

    def _read(self, entry: Entry) -> EntryText | None:
        file = self.texts.get(entry.file)
        if file is None:
            return None
        start, end = entry.span
        text = file.shown[start:end].decode()
        return EntryText(text, start)

    def on(
        self,
        entry: Entry,
        code: Code,
        message: str,
        remedy: str,
        *,
        line: int | None = None,
        edits: tuple[Edit, ...] = (),
    ) -> Finding:
        """Return a finding on an entry."""
        return found(
            code,
            entry.file,
            line or entry.line,
            message,
            remedy,
            title=entry.full_title,
            arxiv_id=entry.arxiv_id.base if entry.arxiv_id else None,
            lines=self.lines_of(entry),
            edits=edits,
        )

    def entry_at(self, file: str, line: int) -> Entry | None:
        """Return the entry that stands on a line."""
        entries = self.by_file.get(file, ())
        place = bisect_right(entries, line, key=lambda entry: entry.line) - 1
        if place < 0 or line > self.lines_of(entries[place])[1]:
            return None
        return entries[place]

    def lines_of(self, entry: Entry) -> tuple[int, int]:
        """Return the first and the last line of an entry."""
        file = self.texts.get(entry.file)
        if file is None:
            return entry.line, entry.line
        return entry.line, entry.line + len(_LINE_END.findall(file.data[slice(*entry.span)]))


def texts_of(scanned: ScannedList) -> Mapping[str, FileText]:
    """Return the Markdown files by name."""
    parts = [part for part in scanned.parts if isinstance(part, ScannedFile)]
    return {part.file.name: _file_text(part) for part in parts}


def _file_text(part: ScannedFile) -> FileText:
    pieces: list[bytes] = []
    place = 0
    for start, end in _hidden(part.source):
        hidden = part.file.data[start:end]
        pieces += (part.file.data[place:start], re.sub(rb"[^\r\n]", b" ", hidden))
        place = end
    return FileText(part.source, part.file.data, b"".join((*pieces, part.file.data[place:])))


def _hidden(source: Source) -> Iterator[Span]:
    return (source.span(one.start, one.end) for one in source.hidden)


def where(entry: Entry, other: Entry) -> str:
    """Return where another entry stands, as seen from this one."""
    return f"line {other.line}" if other.file == entry.file else f"{other.file}:{other.line}"
