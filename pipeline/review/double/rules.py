"""State which papers two people read, and what is repeated."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from config.section_names import find_section
from config.taxonomy import Taxonomy
from config.team_schema import TeamSettings

_PLACES = 2**64


@dataclass(frozen=True, slots=True)
class TeamRules:
    """What one person alone may not decide."""

    #: percent of papers that two people read
    percent: int = 0
    #: IDs of sections whose papers two people read
    sections: frozenset[str] = frozenset()
    #: whether approvals agree that share a section
    overlapping: bool = False
    #: whether one of two who differ may give the third word
    together: bool = False
    #: percent of what a person reads that he decided before
    repeats: int = 0
    repeat_after: timedelta = timedelta(weeks=8)

    @property
    def double(self) -> bool:
        """Whether any paper is read twice."""
        return self.percent > 0 or bool(self.sections)

    def is_drawn(self, arxiv_id: str) -> bool:
        """Return whether the share includes a paper.

        The place is a hash of the ID, as that of the audit sample but another one, so that a larger
        share includes the papers of a smaller one and no one can choose.
        """
        return place_of("double", arxiv_id) * 100 < self.percent

    def needs_two(self, arxiv_id: str, suggested: str | None, named: Iterable[str] = ()) -> bool:
        """Return whether two people must agree on a paper.

        Args:
            arxiv_id: the paper.
            suggested: the section that the model suggests first.
            named: sections that a person approves it into.
        """
        sections = self.sections
        return self.is_drawn(arxiv_id) or suggested in sections or not sections.isdisjoint(named)


#: every person decides alone
ALONE = TeamRules()


def rules_of(settings: TeamSettings, taxonomy: Taxonomy) -> TeamRules:
    """Return the rules of the settings; raise UnknownSectionError."""
    return TeamRules(
        percent=settings.double_review,
        sections=frozenset(find_section(taxonomy, name).id for name in settings.double_sections),
        overlapping=settings.double_agreement == "overlapping",
        together=settings.third_word == "together",
        repeats=settings.repeat_percent,
        repeat_after=timedelta(weeks=settings.repeat_after_weeks),
    )


def place_of(*texts: str) -> float:
    """Return a number in [0, 1) that only these texts decide on."""
    digest = hashlib.sha256("\0".join(texts).encode()).digest()
    return int.from_bytes(digest[:8], "big") / _PLACES
