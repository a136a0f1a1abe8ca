"""Define why a target is refused."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What a target must not do."""

    COUNTS = "counts"
    UNDECIDED = "undecided"
    ACTIVE = "active content"
    HIDDEN = "hidden characters"
    WITHDRAWN = "withdrawn"
    SHRINKS = "shrinks"
    GROWS = "grows"
    SECTION = "unknown section"
    SPAM = "spam"
    UNREAD = "unread week"
    EDITED = "changed by hand"
    UNAPPROVED = "not approved"
    NEWER = "newer than the database"


#: what no reason sets aside
FINAL = frozenset({Rule.COUNTS, Rule.UNDECIDED, Rule.ACTIVE, Rule.HIDDEN})


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a target is not published."""

    rule: Rule
    sentence: str
    remedy: str

    @property
    def final(self) -> bool:
        """Whether no reason sets it aside."""
        return self.rule in FINAL
