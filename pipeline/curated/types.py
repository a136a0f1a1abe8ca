"""What the curated list says, as records: nothing here has been checked against arXiv.

Spans are byte offsets `(start, end)` into the file, so that an entry can be inserted or mended
without touching any other byte. Lines count from 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from storage.arxiv_id import ArxivId

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Heading:
    """One ATX heading (`## Text`), text as written without the marks."""

    level: int
    text: str
    span: Span
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link or a linked badge: its caption (a badge's alternative text), target and image."""

    label: str
    url: str
    #: the badge's picture, None for a plain text link
    image: str | None = None


@dataclass(frozen=True, slots=True)
class CitationBadge:
    """The citation badge as frozen in the file."""

    #: None where the badge says N/A
    count: int | None
    #: Semantic Scholar's paper hash, or whatever the badge holds in its place
    paper: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one entry by what they lead to; a second link of a kind goes to `other`."""

    paper: str | None = None
    code: str | None = None
    #: `owner/repository` whose stars the badge counts: should be the one `code` leads to
    stars: str | None = None
    project: tuple[str, ...] = ()
    citation: CitationBadge | None = None
    other: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper in the list, as its curator wrote it."""

    #: without leading bracket tags
    title: str
    #: the headings above it, outermost first, as written
    headings: tuple[str, ...]
    #: what stands in the date's parentheses
    date_text: str | None
    #: the first of the month where only the month is given; None where it cannot be read
    date: date | None
    authors: tuple[str, ...]
    #: from leading brackets of the title or the authors: `ICLR 2025 Spotlight`
    venue: str | None
    #: the other leading bracket tag of a title, mostly the method's short name: `LlamaGen`
    nickname: str | None
    links: Links
    #: free tags in back quotes, in the order written, each once
    tags: tuple[str, ...]
    arxiv_id: ArxivId | None
    span: Span
    line: int

    @property
    def full_title(self) -> str:
        """The title with the nickname in front, as people may know the paper."""
        return f"[{self.nickname}] {self.title}" if self.nickname else self.title


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """Something that stands where an entry should stand but cannot be read as one."""

    line: int
    text: str
    reason: str
    headings: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CuratedList:
    """The whole file: the bytes, and what was found in them, in file order."""

    data: bytes
    headings: tuple[Heading, ...]
    entries: tuple[Entry, ...]
    unreadable: tuple[UnreadableEntry, ...]

    def pieces(self) -> Iterator[tuple[Heading | Entry | UnreadableEntry | None, bytes]]:
        """Yield the file as consecutive pieces: what each one is (None: a gap) and its bytes."""
        found: list[Heading | Entry | UnreadableEntry] = [
            *self.headings,
            *self.entries,
            *self.unreadable,
        ]
        position = 0
        for part in sorted(found, key=lambda part: part.span):
            start, end = part.span
            if position < start:
                yield None, self.data[position:start]
            yield part, self.data[start:end]
            position = end
        if position < len(self.data):
            yield None, self.data[position:]
