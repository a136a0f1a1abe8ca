"""Records of the curated list, as written and not yet checked against arXiv.

Spans are byte offsets `(start, end)`, so that an edit leaves every other byte as it is. Lines count
from 1.
"""

from dataclasses import dataclass
from datetime import date

from config.errors import LivingSurveyError
from storage.arxiv_id import ArxivId

Span = tuple[int, int]


class CuratedListError(LivingSurveyError):
    """The file cannot be read as a curated list."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading without its marks."""

    level: int
    text: str
    span: Span
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link or linked badge: caption (or alternative text), target and image."""

    label: str
    url: str
    #: a badge's picture
    image: str | None = None


@dataclass(frozen=True, slots=True)
class CitationBadge:
    """The citation badge as written in the file."""

    #: None where the badge says N/A
    count: int | None
    #: Semantic Scholar's paper hash
    paper: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one entry by kind; a second link of a kind goes to `other`."""

    paper: str | None = None
    code: str | None = None
    #: `owner/repository` of the stars badge
    stars: str | None = None
    project: tuple[str, ...] = ()
    citation: CitationBadge | None = None
    other: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper in the list, as written."""

    title: str
    #: outermost first
    headings: tuple[str, ...]
    date_text: str | None
    #: the first of the month where only the month is given
    date: date | None
    authors: tuple[str, ...]
    #: such as `ICLR 2025 Spotlight`
    venue: str | None
    #: the method's short name in leading brackets: `LlamaGen`
    nickname: str | None
    links: Links
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
    """An item that cannot be read as an entry."""

    line: int
    text: str
    reason: str
    headings: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CuratedList:
    """The bytes of a file and what was found in them, in order."""

    data: bytes
    headings: tuple[Heading, ...]
    entries: tuple[Entry, ...]
    unreadable: tuple[UnreadableEntry, ...]
