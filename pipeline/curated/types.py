"""Records of the curated list, as written and not yet checked against arXiv.

`file` is the name of a file as given. Spans are byte offsets `(start, end)` in that file, so that
an edit leaves every other byte as it is. Lines count from 1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from config.errors import LivingSurveyError
from storage.arxiv_id import ArxivId

Span = tuple[int, int]


class CuratedListError(LivingSurveyError):
    """The file cannot be read as a curated list."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """One file of the list."""

    #: as given
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading without its marks."""

    file: str
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

    file: str
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
    #: all that the entry names as its own, the paper link's first
    arxiv_ids: tuple[ArxivId, ...]
    #: other possible titles, the likeliest first
    readings: tuple[str, ...]
    #: visible text of the block that carries the entry, without markup
    words: str
    span: Span
    line: int
    #: the title with the marks around it; None where it has no place of its own
    title_span: Span | None = None

    @property
    def arxiv_id(self) -> ArxivId | None:
        """The first ID."""
        return self.arxiv_ids[0] if self.arxiv_ids else None

    @property
    def full_title(self) -> str:
        """The title with the nickname in front."""
        return f"[{self.nickname}] {self.title}" if self.nickname else self.title


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An item that cannot be read as an entry."""

    file: str
    line: int
    text: str
    reason: str
    headings: tuple[str, ...]
    arxiv_ids: tuple[ArxivId, ...]
    span: Span


class AsideReason(StrEnum):
    """Why a block that names papers is no entry."""

    CONTENTS = "contents"
    NEWS = "news"
    CONTRIBUTING = "contributing"
    #: another work, named inside an entry
    MENTION = "mention"
    BADGE = "badge"
    COMMENT = "comment"
    CODE = "code"
    CITATION = "citation"
    PROSE = "prose"
    #: a tool, blog, video or course
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Aside:
    """A block that names IDs or papers and is no entry."""

    file: str
    line: int
    text: str
    reason: AsideReason
    arxiv_ids: tuple[ArxivId, ...]
    #: paper-like links without an arXiv ID
    links: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Place:
    """An arXiv ID or a paper-like link of a file, whatever stands around it."""

    file: str
    line: int
    span: Span
    #: as written
    text: str
    #: None: a link to a paper elsewhere
    arxiv_id: ArxivId | None
    #: it is defined for use elsewhere: `[1]: https://...`
    is_definition: bool = False


@dataclass(frozen=True, slots=True)
class CuratedList:
    """The files of a list and what was found in them, in order."""

    files: tuple[ListFile, ...]
    headings: tuple[Heading, ...]
    entries: tuple[Entry, ...]
    unreadable: tuple[UnreadableEntry, ...]
    asides: tuple[Aside, ...]
    #: all that names a paper, found without the parser; `account` says what became of each
    places: tuple[Place, ...]


def joined(parts: Iterable[CuratedList]) -> CuratedList:
    """Return the parts of a list as one, in their order."""
    several = list(parts)
    return CuratedList(
        tuple(one for part in several for one in part.files),
        tuple(one for part in several for one in part.headings),
        tuple(one for part in several for one in part.entries),
        tuple(one for part in several for one in part.unreadable),
        tuple(one for part in several for one in part.asides),
        tuple(one for part in several for one in part.places),
    )
