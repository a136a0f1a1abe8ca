"""Import the curated list as approved decisions by reviewer `list`, without overruling a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.curated.plan import Refusal, entries_by_id, plan_bootstrap
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


class LookUpResult(Protocol):
    """arXiv's response to a look-up of IDs."""

    @property
    def papers(self) -> Sequence[Paper]:
        """Papers found."""

    @property
    def unknown(self) -> Sequence[str]:
        """IDs that arXiv does not have."""

    @property
    def refused(self) -> Sequence[str]:
        """Texts that arXiv does not accept as IDs."""

    @property
    def malformed(self) -> Sequence[QuarantinedRecord]:
        """Records that cannot be read."""


class LookUp(Protocol):
    """What arXiv's query source provides."""

    def look_up(self, arxiv_ids: Sequence[str], /) -> LookUpResult:
        """Return what arXiv has under these IDs."""


@dataclass(frozen=True, slots=True)
class BootstrapReport:
    """Outcome of the import."""

    #: unreadable ones included
    entries: int
    #: entries with matching ID and title at arXiv
    agreed: int
    #: papers approved by this run, and those decided before
    approved: int
    already: int
    #: IDs looked up at arXiv
    asked: int
    papers: UpsertCounts
    #: in file order
    refused: tuple[Refusal, ...]

    @property
    def totals(self) -> dict[str, int]:
        """Counts for `runs`."""
        return {"approved": self.approved, "refused": len(self.refused)}


def bootstrap(
    services: Services, query: LookUp, run: Run, *, curated: CuratedList
) -> BootstrapReport:
    """Approve the entries whose ID and title agree at arXiv; report every other one.

    A rerun adds what is missing and decides again on entries that moved to another section.
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
        response = query.look_up(missing)
        found, malformed = response.papers, response.malformed
        unknown = (*response.unknown, *response.refused)
        titles |= {paper.arxiv_id: paper.title for paper in found}
    plan = plan_bootstrap(curated, titles, unknown, services.taxonomy, now=now)
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
    """Return the new decisions that overrule no person.

    A decision of the list that a reviewer undid is not repeated.
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
