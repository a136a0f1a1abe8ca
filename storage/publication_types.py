"""Define the records of what was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Entries = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file as it was published."""

    #: relative to the directory of the settings where it lies below it
    path: str
    sha256: str
    #: bytes
    size: int


@dataclass(frozen=True, slots=True)
class NewPublication:
    """A publication about to be written."""

    target: str
    person: str
    begun_at: datetime
    #: every (arXiv ID, section ID) that the target carries
    entries: Entries
    counts: Mapping[str, int]
    files: tuple[PublishedFile, ...]
    run_id: str | None = None
    #: why refusals of the gate were set aside, and which
    override_reason: str | None = None
    overridden: tuple[str, ...] = ()
    #: JSON by `section.key`: the settings that it was built with. None: not recorded
    settings: Mapping[str, Any] | None = None
    #: the program's version; None: not recorded
    program: str | None = None
    #: with the settings of the publication before, it would have the same bytes
    settings_only: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """A recorded publication."""

    act_id: str
    target: str
    person: str
    begun_at: datetime
    #: None: its process was killed before all files were in place
    finished_at: datetime | None
    entries: Entries
    counts: Mapping[str, int]
    files: tuple[PublishedFile, ...]
    run_id: str | None
    override_reason: str | None
    overridden: tuple[str, ...]
    #: as in `NewPublication`
    settings: Mapping[str, Any] | None = None
    program: str | None = None
    settings_only: bool = False
    #: when a restored database took it over from the notes; None: recorded when it was made
    adopted_at: datetime | None = None

    @property
    def papers(self) -> frozenset[str]:
        """The arXiv IDs of the published papers."""
        return frozenset(arxiv_id for arxiv_id, _ in self.entries)


@dataclass(frozen=True, slots=True)
class StandingRefusal:
    """Why a target cannot be published at present."""

    target: str
    reasons: tuple[str, ...]
    refused_at: datetime
