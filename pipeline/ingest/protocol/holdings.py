"""Define what the answers are made from, so that papers of a file and of a database answer alike.

Each method reads what one answer needs and returns it whole, so that nothing is held open while an
answer is written or sent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from pipeline.ingest.protocol.record import Record


class Action(StrEnum):
    """Why a paper is in a day's announcement, independent of the requested categories."""

    NEW = "new"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Item:
    """One paper in one day's announcement."""

    record: Record
    version: int
    action: Action
    #: the item's categories
    categories: tuple[str, ...]
    #: empty: none that can be requested here
    primary: str


@dataclass(frozen=True, slots=True)
class FeedDay:
    """The announcements of one day."""

    #: in America/New_York
    day: date
    items: tuple[Item, ...]
    #: category of each announced item that could not be read
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """What a list asks for: datestamps from `first` to `last`, inclusive, and a set."""

    first: date
    last: date
    set_name: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a list goes on: on a day, past a place within it."""

    day: date
    place: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list, in order of datestamp and ID."""

    records: tuple[Record, ...]
    #: None: the list ends here
    following: Mark | None
    #: up to when the list is complete; None: up to the moment of the answer
    as_of: datetime | None = None
    #: records that could not be read, as they came
    unread: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers."""

    name: str
    base_url: str
    request_url: str
    admin: str
    earliest: date
    #: `persistent`, `transient` or `no`
    deleted: str
    #: XML
    description: str
    #: said of a list that begins before `earliest`
    too_early: str = "start date too early"
    #: what is listed with the sets in them; empty: all
    sets: tuple[str, ...] = ()


#: begins the answer to a look-up of papers that the holdings lack and arXiv may have
NOT_HELD = "This hub does not hold"


class RefusedError(Exception):
    """What was asked for cannot be answered from these holdings; the text says why."""


class Records(Protocol):
    """What OAI-PMH answers from."""

    @property
    def mark(self) -> str:
        """Name of the argument of a token that holds a mark's place."""

    def identity(self) -> Identity:
        """Return who answers."""

    def is_place(self, text: str) -> bool:
        """Return whether a token's argument can be a place."""

    def listed(self, window: Window, mark: Mark | None, limit: int) -> Listed:
        """Return a page; raise RefusedError if the window is not held."""

    def record(self, arxiv_id: str) -> Record | None:
        """Return one record."""


class Feeds(Protocol):
    """What feeds answer from."""

    def feed_of(self, names: Sequence[str], categories: frozenset[str]) -> FeedDay:
        """Return the day that is announced; raise RefusedError if a category is not held.

        Args:
            names: as requested: archives and categories.
            categories: the same as categories, their aliases included.
        """


class LookUps(Protocol):
    """What the query API answers from."""

    def found(self, arxiv_ids: Iterable[str]) -> Mapping[str, Record]:
        """Return the records with these IDs; raise RefusedError if one cannot be told."""

    def everything(self) -> Sequence[Record]:
        """Return all records, to be searched; raise RefusedError if searches are not served."""


#: of a text that the query API shows in Unicode
AsText = Callable[[str], str]
