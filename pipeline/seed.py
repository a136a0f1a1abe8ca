"""What `bootstrap --list` does: the curated list becomes approved decisions by reviewer `list`.

Runs once in a survey's life, and again whenever its curator edited the list by hand. Never writes
to the list, and never overrules a person.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.taxonomy import Taxonomy
from pipeline.curated.faults import entries_by_id
from pipeline.curated.plan import Reason, Refusal, plan_seed
from pipeline.curated.types import CuratedList
from storage.store import OpenStore, Store
from storage.types import (
    LIST_REVIEWER,
    Decision,
    NewDecision,
    Paper,
    QuarantinedRecord,
    UpsertCounts,
)

_REASONS = {
    Reason.UNREADABLE: "unreadable entries",
    Reason.NO_ID: "without an arXiv id",
    Reason.UNKNOWN_HEADING: "under a heading the taxonomy does not know",
    Reason.UNKNOWN_ID: "unknown at arXiv",
    Reason.UNREADABLE_AT_ARXIV: "unreadable at arXiv",
    Reason.WRONG_ID: "whose id is another paper",
    Reason.SHARED_ID: "whose id the list uses for different papers",
}


class LookUpAnswer(Protocol):
    """What arXiv has under the ids it was asked for."""

    @property
    def papers(self) -> Sequence[Paper]:
        """The papers found."""

    @property
    def unknown(self) -> Sequence[str]:
        """The ids arXiv says it does not have."""

    @property
    def refused(self) -> Sequence[str]:
        """The ids arXiv says are none."""

    @property
    def malformed(self) -> Sequence[QuarantinedRecord]:
        """The records that could not be read."""


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What became of the list."""

    #: entries in the file, unreadable ones included
    entries: int
    #: entries whose id and title agree at arXiv; one paper may have several
    agreed: int
    #: papers approved by this run, and those the list or a person decided before
    approved: int
    already: int
    #: ids arXiv was asked for; papers we hold are not asked for again
    asked: int
    papers: UpsertCounts
    #: in the order of the file
    refused: tuple[Refusal, ...]


def seed_from_list(
    curated: CuratedList,
    look_up: Callable[[Sequence[str]], LookUpAnswer],
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    now: datetime,
    progress: Callable[[str], None] | None = None,
) -> SeedReport:
    """Approve the entries whose id and title agree at arXiv; report every other one.

    May be run again at any time: what is stored stays as it is, what is missing is added, an
    entry that moved to another section is decided anew, and an approval that a reviewer took
    back is not repeated. `look_up` is called once, with every id we do not hold.
    """
    ids = list(entries_by_id(curated))
    with open_store() as store:
        held = store.papers.get_many(ids)
    titles = {arxiv_id: stored.paper.title for arxiv_id, stored in held.items()}
    missing = [arxiv_id for arxiv_id in ids if arxiv_id not in held]
    found: Sequence[Paper] = ()
    unknown: Sequence[str] = ()
    malformed: Sequence[QuarantinedRecord] = ()
    if missing:
        _tell(progress, f"asking arXiv for {_count(missing, 'paper')}")
        answer = look_up(missing)
        found, malformed = answer.papers, answer.malformed
        unknown = (*answer.unknown, *answer.refused)
        titles |= {paper.arxiv_id: paper.title for paper in found}
    plan = plan_seed(curated, titles, unknown, taxonomy, now=now)
    _tell(progress, f"storing {_count(found, 'paper')} and {_count(plan.decisions, 'decision')}")
    with open_store() as store, store.transaction():
        counts = store.papers.upsert(found, seen_at=now) if found else UpsertCounts()
        if malformed:
            store.quarantine.add(malformed)
        new = _undecided(store, plan.decisions)
        store.decisions.add(new)
    return SeedReport(
        entries=len(curated.entries) + len(curated.unreadable),
        agreed=plan.agreed,
        approved=len(new),
        already=len(plan.decisions) - len(new),
        asked=len(missing),
        papers=counts,
        refused=plan.refused,
    )


def render_report(report: SeedReport) -> str:
    """Return the report for a terminal: the sums, then every refusal with its line."""
    approved = "1 paper" if report.approved == 1 else f"{report.approved} papers"
    agreed = f"{report.agreed} agree with arXiv and {len(report.refused)} were refused"
    lines = [
        f"Entries: {report.entries}, of which {agreed}.",
        f"{approved} approved, {report.already} were decided before.",
    ]
    if not report.entries:
        lines.append("An entry is a bullet that begins with a title in bold or as a link.")
    counts = Counter(refusal.reason for refusal in report.refused)
    for reason in Reason:
        if counts[reason]:
            lines += ["", f"{counts[reason]} {_REASONS[reason]}"]
            lines += [
                f"  line {item.line}: {_shown(item)}"
                for item in report.refused
                if item.reason == reason
            ]
    return "\n".join(lines)


def _shown(item: Refusal) -> str:
    text = f"{item.arxiv_id} {item.title}" if item.arxiv_id else item.title
    # Titles come from arXiv and from the list: neither may steer a terminal.
    return "".join(char if char.isprintable() else " " for char in f"{text}: {item.detail}")


def _undecided(store: Store, decisions: Sequence[NewDecision]) -> list[NewDecision]:
    """Leave out what the list has said before, even if a reviewer took it back since.

    What would overrule a person's standing decision is left out too.
    """
    ids = [decision.arxiv_id for decision in decisions]
    standing, histories = store.decisions.standing(ids), store.decisions.histories(ids)
    new = []
    for decision in decisions:
        last = standing.get(decision.arxiv_id)
        if last is None or last.reviewer != LIST_REVIEWER:
            if last is not None and last.decided_at <= decision.decided_at:
                continue
            last = _last_of_list(histories.get(decision.arxiv_id, ()))
        if last is None or set(last.sections) != set(decision.sections):
            new.append(decision)
    return new


def _last_of_list(history: Sequence[Decision]) -> Decision | None:
    return next((one for one in reversed(history) if one.reviewer == LIST_REVIEWER), None)


def _count(things: Sequence[object], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _tell(progress: Callable[[str], None] | None, what: str) -> None:
    if progress is not None:
        progress(what)
