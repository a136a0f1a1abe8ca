"""The records of a change to the taxonomy. Sections are ids here; nothing knows their meaning."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.types import Verdict


class MoveKind(StrEnum):
    """What happened to one section."""

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
    """One section's part in a change."""

    kind: MoveKind
    #: None for a section that is new
    old: str | None
    #: where its papers can go; none for a section that was dissolved
    new: tuple[str, ...]

    @property
    def changes_ids(self) -> bool:
        """Whether a word said about the old section means something else now."""
        return self.old is not None and self.new != (self.old,)


@dataclass(frozen=True, slots=True)
class PlacedDecision:
    """A decision as it reads today, with the text it was made on."""

    decision_id: str
    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    #: it is the paper's decision today; others stand again when a later one is taken back
    standing: bool
    #: an earlier change left it without a section
    unplaced: bool
    title: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a change puts one decision that was made before it."""

    decision_id: str
    sections: tuple[str, ...]
    #: an approval whose section is gone, or was split, and nothing says where it goes
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
    """A change as it was recorded."""

    change_id: str
    from_fingerprint: str
    to_fingerprint: str
    applied_at: datetime
    applied_by: str
    moves: tuple[SectionMove, ...]
    #: the models whose predictions speak of the old sections
    models: frozenset[str]
