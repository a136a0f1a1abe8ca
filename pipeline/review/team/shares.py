"""Say what is whose to read: assignments that have an effect on a day, and what they leave."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from storage.absences import Absence
from storage.assignments import Assignment
from storage.queue_filter import QueueShare
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Standing:
    """The assignments that stand, and who cannot read on a day."""

    assignments: tuple[Assignment, ...]
    #: not over yet, also those to come
    absences: tuple[Absence, ...]
    #: accounts that may read; None: there are no accounts, so everybody may
    accounts: frozenset[str] | None
    day: date

    @property
    def away(self) -> frozenset[str]:
        """Who is away on the day."""
        return frozenset(one.reviewer for one in self.absences if one.covers(self.day))

    @property
    def effective(self) -> tuple[Assignment, ...]:
        """The assignments of those who can read; the others' papers are everybody's."""
        away = self.away
        return tuple(
            one
            for one in self.assignments
            if one.reviewer not in away and not self.is_closed(one.reviewer)
        )

    def is_closed(self, reviewer: str) -> bool:
        """Return whether a person's account is disabled, or there is none."""
        return self.accounts is not None and reviewer not in self.accounts

    @property
    def closed(self) -> dict[str, int]:
        """How many assignments people have who have no account in use."""
        names = (one.reviewer for one in self.assignments if self.is_closed(one.reviewer))
        return dict(sorted(Counter(names).items()))

    def absence_of(self, reviewer: str) -> Absence | None:
        """Return the absence of a person that ends first, also one to come."""
        return next((one for one in self.absences if one.reviewer == reviewer), None)


def read_standing(store: Store, day: date) -> Standing:
    """Return who is to read what on a day."""
    accounts = store.accounts.all()
    return Standing(
        store.assignments.standing(),
        store.absences.since(day),
        frozenset(one.name for one in accounts if not one.disabled) if accounts else None,
        day,
    )


def share_of(reviewer: str, effective: Sequence[Assignment]) -> QueueShare:
    """Return what is a person's: their batches, their sections, and what is assigned to no one."""
    own = [one for one in effective if one.reviewer == reviewer]
    others = [one for one in effective if one.reviewer != reviewer]
    own_papers, own_sections = papers_of(own), sections_of(own)
    return QueueShare(
        papers=own_papers,
        others_papers=_without(papers_of(others), own_papers),
        others_sections=_without(sections_of(others), own_sections),
    )


def papers_of(assignments: Iterable[Assignment]) -> tuple[str, ...]:
    """Return the papers of batches, each once."""
    return tuple(dict.fromkeys(key for one in assignments for key in one.papers))


def sections_of(assignments: Iterable[Assignment]) -> tuple[str, ...]:
    """Return the assigned sections, each once."""
    return tuple(dict.fromkeys(one.section for one in assignments if one.section is not None))


def _without(texts: Iterable[str], left_out: Collection[str]) -> tuple[str, ...]:
    gone = frozenset(left_out)
    return tuple(text for text in texts if text not in gone)
