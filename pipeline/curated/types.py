"""Records of the curated list, as written and not yet checked against arXiv.

Spans are byte offsets `(start, end)` into the file, so that an entry can be inserted or corrected
without touching any other byte. Lines count from 1.
"""

from dataclasses import dataclass
from datetime import date

from config.errors import LivingSurveyError
from storage.arxiv_id import ArxivId

Span = tuple[int, int]


class CuratedListError(LivingSurveyError):
    """The file cannot be read as a curated list; faults of single entries are data."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading, its text without the marks."""

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
    """The citation badge as written in the file."""

    #: None where the badge says N/A
    count: int | None
    #: Semantic Scholar's paper hash, or whatever the badge holds instead
    paper: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one entry by kind; a second link of a kind goes to `other`."""

    paper: str | None = None
    code: str | None = None
    #: `owner/repository` whose stars the badge counts; should match `code`
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
    #: the text in the date's parentheses
    date_text: str | None
    #: the first of the month where only the month is given; None where it cannot be read
    date: date | None
    authors: tuple[str, ...]
    #: from leading brackets of the title or the authors: `ICLR 2025 Spotlight`
    venue: str | None
    #: the other leading bracket tag of a title, mostly the method's short name: `LlamaGen`
    nickname: str | None
    links: Links
    #: tags in back quotes, in the order written, each once
    tags: tuple[str, ...]
    arxiv_id: ArxivId | None
    span: Span
    line: int

    @property
    def full_title(self) -> str:
        """The title with the nickname in front."""
        return f"[{self.nickname}] {self.title}" if self.nickname else self.title


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An item in the place of an entry that cannot be read as one."""

    line: int
    text: str
    reason: str
    headings: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CuratedList:
    """The bytes of the file and what was found in them, in file order."""

    data: bytes
    headings: tuple[Heading, ...]
    entries: tuple[Entry, ...]
    unreadable: tuple[UnreadableEntry, ...]
