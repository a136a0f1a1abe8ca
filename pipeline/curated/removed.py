"""Papers that the list approved and that stand in it no longer.

They stay approved until a person says otherwise. Either answer is a decision of that person, so the
database says by itself which papers are still open.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.curated.types import CuratedList, Entry, UnreadableEntry
from storage.decision_rows import moment_after
from storage.types import Decision, NewDecision, Verdict


class Removal(StrEnum):
    """What a person decides on papers that stand in the list no longer."""

    REJECT = "reject"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Removed:
    """A paper approved by the list that stands in it no longer."""

    arxiv_id: str
    title: str
    sections: tuple[str, ...]


def named_ids(curated: CuratedList) -> set[str]:
    """Return the IDs that stand in the list as an entry, also as one that cannot be read."""
    items: tuple[Entry | UnreadableEntry, ...] = (*curated.entries, *curated.unreadable)
    return {one.base for item in items for one in item.arxiv_ids}


def removed_papers(
    approved: Sequence[Decision], listed: Container[str], titles: Mapping[str, str]
) -> tuple[Removed, ...]:
    """Return the papers of the list's approvals that are not listed."""
    return tuple(
        Removed(one.arxiv_id, titles.get(one.arxiv_id, ""), one.sections)
        for one in approved
        if one.arxiv_id not in listed
    )


def decide_removed(
    approved: Sequence[Decision],
    removed: Sequence[Removed],
    removal: Removal,
    *,
    reviewer: str,
    now: datetime,
) -> list[NewDecision]:
    """Return the decisions of the person who answers.

    A paper that is kept is approved as of the list's own decision, so that it does not appear in
    this week's digest.
    """
    gone = {one.arxiv_id for one in removed}
    decisions = []
    for before in approved:
        if before.arxiv_id not in gone:
            continue
        if removal is Removal.KEEP:
            at = moment_after(before.decided_at, [before.decided_at])
            kept = NewDecision(
                before.arxiv_id, Verdict.APPROVED, before.sections, reviewer, at, _KEPT
            )
            decisions.append(kept)
        else:
            at = moment_after(now, [before.decided_at])
            rejected = NewDecision(before.arxiv_id, Verdict.REJECTED, (), reviewer, at, _GONE)
            decisions.append(rejected)
    return decisions


_KEPT = "Kept, although the list has it no longer."
_GONE = "The list has it no longer."
