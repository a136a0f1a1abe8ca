"""What `bootstrap --list` does: the curated list becomes approved decisions by reviewer `list`.

Runs once in a survey's life, and again whenever its curator edited the list by hand. Never writes
to the list, and never overrules a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.curated.faults import entries_by_id
from pipeline.curated.plan import Refusal, plan_seed
from pipeline.curated.types import CuratedList
from pipeline.runtime.plurals import counted
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import Store
from storage.types import (
    LIST_REVIEWER,
    Decision,
    NewDecision,
    Paper,
    QuarantinedRecord,
    UpsertCounts,
)


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


class LookUp(Protocol):
    """What looks papers up; arXiv's query source fits."""

    def look_up(self, arxiv_ids: Sequence[str], /) -> LookUpAnswer:
        """Return what arXiv has under these IDs."""


@dataclass(frozen=True, slots=True)
class BootstrapReport:
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

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {"approved": self.approved, "refused": len(self.refused)}


def bootstrap(
    services: Services, query: LookUp, run: Run, *, curated: CuratedList
) -> BootstrapReport:
    """Approve the entries whose ID and title agree at arXiv; report every other one.

    May be run again at any time: what is stored stays as it is, what is missing is added, an
    entry that moved to another section is decided anew, and an approval that a reviewer took
    back is not repeated. Papers that are not stored are looked up in one call.
    """
    now = services.clock()
    ids = list(entries_by_id(curated))
    with services.open_store() as store:
        held = store.papers.get_many(ids)
    titles = {arxiv_id: stored.paper.title for arxiv_id, stored in held.items()}
    missing = [arxiv_id for arxiv_id in ids if arxiv_id not in held]
    found: Sequence[Paper] = ()
    unknown: Sequence[str] = ()
    malformed: Sequence[QuarantinedRecord] = ()
    if missing:
        run.stage(f"asking arXiv for {counted(len(missing), 'paper')}")
        answer = query.look_up(missing)
        found, malformed = answer.papers, answer.malformed
        unknown = (*answer.unknown, *answer.refused)
        titles |= {paper.arxiv_id: paper.title for paper in found}
    plan = plan_seed(curated, titles, unknown, services.taxonomy, now=now)
    run.stage(
        f"storing {counted(len(found), 'paper')} and {counted(len(plan.decisions), 'decision')}"
    )
    with services.open_store() as store, store.transaction():
        counts = store.papers.upsert(found, seen_at=now) if found else UpsertCounts()
        if malformed:
            store.quarantine.add(malformed)
        new = _undecided(store, plan.decisions)
        store.decisions.add(new)
    report = BootstrapReport(
        entries=len(curated.entries) + len(curated.unreadable),
        agreed=plan.agreed,
        approved=len(new),
        already=len(plan.decisions) - len(new),
        asked=len(missing),
        papers=counts,
        refused=plan.refused,
    )
    run.count(**report.totals)
    return report


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
