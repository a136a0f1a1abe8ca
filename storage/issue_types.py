"""Define what an editor writes into an issue of the digest."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IssueEdits:
    """What the editor of one week's issue wrote; empty where the issue is as it was built."""

    #: such as `2026-W12`
    week: str
    #: by language
    lead: Mapping[str, str] = field(default_factory=dict)
    #: arXiv IDs in order; None: as reviewers flagged them
    highlights: tuple[str, ...] | None = None
    #: by arXiv ID
    notes: Mapping[str, str] = field(default_factory=dict)
