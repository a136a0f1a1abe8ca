"""What is inserted into a list, and what an entry of it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Any

from storage.paper_key import key_address


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper as it is to stand in the list; texts are plain, in one line."""

    arxiv_id: str
    title: str
    authors: tuple[str, ...]
    #: when its first version was submitted
    day: date
    abstract: str = ""
    code: str | None = None
    project: str | None = None
    #: where it is accepted or published, such as `CVPR 2026`; may be empty
    venue: str = ""

    @property
    def url(self) -> str:
        """The page of its abstract, or where its DOI leads."""
        return key_address(self.arxiv_id)

    @property
    def short_name(self) -> str:
        """The name before the title's colon, or nothing."""
        name, colon, _ = self.title.partition(": ")
        return name if colon and len(name.split()) <= 2 and len(name) <= 30 else ""


class Kind(Enum):
    """What a piece of an entry says."""

    #: the same in other entries: marks, captions, separators
    TEXT = auto()
    TITLE = auto()
    NAME = auto()
    AUTHORS = auto()
    DATE = auto()
    ID = auto()
    NUMBER = auto()
    #: a conference or journal, with its year
    VENUE = auto()
    ABSTRACT = auto()
    #: a link or badge
    PAPER = auto()
    CODE = auto()
    PROJECT = auto()
    #: the address in a link around the title
    URL = auto()
    #: of that paper alone: a tag, a note, a count of citations
    OWN = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an entry, as written."""

    kind: Kind
    text: str
    #: how the value is written, by kind
    form: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """An entry of the list by its pieces, in order."""

    pieces: tuple[Piece, ...]
    #: its form without links and what is its own
    shape: str
    #: how it begins: `item`, `row`, `heading`, `html` or `text`
    block: str
    #: whether its marks are HTML alone
    is_html: bool
    #: of the entry among those of its file
    place: int
    file: str

    def has(self, kind: Kind) -> bool:
        """Say whether a piece is of that kind."""
        return any(piece.kind is kind for piece in self.pieces)
