"""Define a feed and its entries, whatever the format. Texts are clean and not escaped."""

from dataclasses import dataclass
from datetime import UTC, datetime

#: of a survey without approved papers, whose feeds must have a time too
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Category:
    """A section of the survey or a category of arXiv."""

    term: str
    label: str
    #: the IRI of what the term belongs to
    scheme: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper or an issue."""

    id: str
    title: str
    #: the page it leads to; of an issue relative to the feed where the settings name no address
    url: str
    published: datetime
    #: when it last really changed
    updated: datetime
    authors: tuple[str, ...]
    #: HTML, in which every text is escaped
    content: str
    categories: tuple[Category, ...] = ()
    #: addresses of further pages: code, project
    related: tuple[str, ...] = ()
    #: of a paper; empty: an issue
    arxiv_id: str = ""
    sections: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a feed: the one that readers subscribe to, or an archive page (RFC 5005)."""

    #: below the public directory, without suffix, such as `feeds/all` and `feeds/all-1`
    path: str
    #: newest first
    entries: tuple[Entry, ...]
    #: path of the page with the next older entries; empty: there are none
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed with all of its files; each entry is in exactly one."""

    #: of the survey's identity
    id: str
    title: str
    subtitle: str
    #: path of the page about the same; empty: none
    page: str
    #: the one that readers subscribe to
    current: Document
    #: oldest first
    archives: tuple[Document, ...] = ()
    #: the path to subscribe to, if it is not that of `current` because the section was renamed
    moved_to: str = ""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Its files: archive pages first, because a file must not lead to one that is not there."""
        return (*self.archives, self.current)


@dataclass(frozen=True, slots=True)
class About:
    """What every feed says of the survey."""

    #: of the survey
    id: str
    title: str
    editor: str
    #: BCP 47
    language: str
    #: public address of the directory; empty: addresses are relative
    base_url: str
    #: path or address of the survey's page; empty: none
    home: str
    #: address of the WebSub hub; empty: none
    hub: str
    #: the first approval that stands: the time of a feed without entries
    began: datetime = NEVER
    #: of a survey that ended: the last entry of every feed
    ended: Entry | None = None

    def shown(self, feed: Feed, document: Document) -> tuple[Entry, ...]:
        """Return the entries of a file; that of the end is in what readers subscribe to."""
        last = () if self.ended is None or document is not feed.current else (self.ended,)
        return (*last, *document.entries)
