"""Records of taxonomy changes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.types import Verdict


class MoveKind(StrEnum):
    """Kind of change to a section."""

    RENAME = "rename"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    DISSOLVE = "dissolve"
    ADD = "add"
    RELABEL = "relabel"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class SectionMove:
    """The change of one section."""

    kind: MoveKind
    #: None for a new section
    old: str | None
    #: empty for a dissolved section
    new: tuple[str, ...]

    @property
    def changes_ids(self) -> bool:
        """Whether the old ID has a new meaning."""
        return self.old is not None and self.new != (self.old,)


@dataclass(frozen=True, slots=True)
class PlacedDecision:
    """A decision with current section IDs and the text it was made on."""

    decision_id: str
    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    #: others can stand again after an undo
    standing: bool
    #: an earlier change removed its section
    unplaced: bool
    title: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Placement:
    """The sections a change gives to an earlier decision."""

    decision_id: str
    sections: tuple[str, ...]
    #: the section was removed or split without a known successor
    unplaced: bool = False


@dataclass(frozen=True, slots=True)
class NewTaxonomyChange:
    """A change about to be recorded."""

    change_id: str
    from_fingerprint: str
    from_text: str
    to_fingerprint: str
    to_text: str
    applied_at: datetime
    applied_by: str
    moves: tuple[SectionMove, ...]
    placements: tuple[Placement, ...]


@dataclass(frozen=True, slots=True)
class TaxonomyChange:
    """A recorded change."""

    change_id: str
    from_fingerprint: str
    to_fingerprint: str
    applied_at: datetime
    applied_by: str
    moves: tuple[SectionMove, ...]
    #: models whose predictions have the old section IDs
    models: frozenset[str]
