"""Import the curated list as approved decisions by reviewer `list`, without overruling a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from config.errors import ConfigError
from config.visible import one_line, shortened
from pipeline.curated.find import Search, find_papers
from pipeline.curated.findings import Note, Refusal, Remark, note
from pipeline.curated.formats.read import ScannedList, read_scanned
from pipeline.curated.knowledge import (
    Knowledge,
    find_holders,
    held_knowledge,
    ids_to_compare,
    joined,
    knowledge_of,
)
from pipeline.curated.plan import BootstrapPlan, plan_bootstrap
from pipeline.curated.removed import Removal, Removed, decide_removed, named_ids, removed_papers
from pipeline.curated.tally import Tally, tally
from pipeline.curated.types import CuratedList, Entry
from pipeline.curated.verdict import find_by_title, needs_title, titles_of
from pipeline.runtime.plurals import counted
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.batches import BatchKind, NewBatch
from storage.store import Store
from storage.types import (
    LIST_REVIEWER,
    Decision,
    NewDecision,
    Paper,
    QuarantinedRecord,
    UpsertCounts,
)

#: IDs asked for in one step of progress
_STEP = 100
#: characters of an act's source
_LONGEST_SOURCE = 200


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

    @property
    def unheld(self) -> Sequence[str]:
        """IDs that a hub does not hold."""


class LookUp(Search, Protocol):
    """What arXiv's query source provides."""

    def look_up(self, arxiv_ids: Sequence[str], /) -> LookUpResult:
        """Return what arXiv has under these IDs."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The list is read whole: papers that it approved and that are not in it were removed."""

    #: what the person who runs this decides on them; None: nothing
    removal: Removal | None = None
    reviewer: str = ""


@dataclass(frozen=True, slots=True)
class BootstrapReport:
    """Outcome of the import."""

    files: tuple[str, ...]
    #: where every ID and link to a paper ended
    account: Tally
    #: unreadable ones included
    entries: int
    #: entries that agree with arXiv
    agreed: int
    #: papers approved by this run, and those decided before
    approved: int
    already: int
    #: IDs looked up at arXiv
    asked: int
    papers: UpsertCounts
    #: entries whose ID is missing or wrong and whose paper is not held
    to_find: int
    #: titles that arXiv was asked for; None: it was not to be asked
    titles_asked: int | None
    #: in file order
    refused: tuple[Refusal, ...]
    notes: tuple[Note, ...]
    #: approved by the list before, and in it no longer; decided now where `removal` says so
    removed: tuple[Removed, ...]
    removal: Removal | None

    @property
    def totals(self) -> dict[str, int]:
        """Counts for `runs`."""
        return {"approved": self.approved, "refused": len(self.refused)}

    @property
    def is_idle(self) -> bool:
        """Whether no paper is approved, neither now nor before."""
        return not self.approved and not self.already


@dataclass(frozen=True, slots=True)
class _Asked:
    """What arXiv answered."""

    ids: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()
    unknown: frozenset[str] = frozenset()
    malformed: tuple[QuarantinedRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the plan means for the decisions that are there."""

    new: tuple[NewDecision, ...]
    #: standing decisions of another verdict, by paper
    otherwise: Mapping[str, Decision]


def bootstrap(
    services: Services,
    query: LookUp,
    run: Run,
    *,
    scanned: ScannedList,
    whole: Whole | None = None,
    find: bool = False,
) -> BootstrapReport:
    """Approve the entries that agree with arXiv; report every other one.

    arXiv's titles tell where the title of an entry is, so the list is read with those that are
    held, and again once arXiv was asked for others. A rerun adds what is missing and decides again
    on entries that moved to another section.

    Args:
        services: of the run.
        query: looks up IDs.
        run: of this command.
        scanned: the list's files.
        whole: None: only a part of the list is read, so nothing in it was removed.
        find: ask arXiv by title for entries whose ID is missing or wrong.
    """
    now = services.clock()
    with services.open_store() as store:
        held = held_knowledge(store, scanned.arxiv_ids)
    curated = read_scanned(scanned, held.known)
    asked = _ask(query, run, [id_ for id_ in ids_to_compare(curated) if id_ not in held.known])
    knowledge = replace(joined(held, knowledge_of(asked.papers)), unknown=asked.unknown)
    if asked.papers:
        curated = read_scanned(scanned, knowledge.known)
    open_entries = [entry for entry in curated.entries if needs_title(entry, knowledge)]
    knowledge = _with_holders(services, asked.papers, open_entries, knowledge)
    missing = [entry for entry in open_entries if not find_by_title(entry, knowledge)]
    titles_asked = find_papers(services, query, run, missing) if find else None
    if titles_asked:
        knowledge = _with_holders(services, asked.papers, missing, knowledge)
    plan = plan_bootstrap(curated, knowledge, services.taxonomy, now=now)
    run.stage(
        f"storing {counted(len(asked.papers), 'paper')}"
        f" and {counted(len(plan.decisions), 'decision')}"
    )
    with services.open_store() as store, store.transaction():
        counts = store.papers.upsert(asked.papers, seen_at=now)
        store.quarantine.add(asked.malformed)
        outcome = _outcome(store, plan)
        store.decisions.add(outcome.new, _act(curated, LIST_REVIEWER, now))
        removed = _removed(store, plan, curated, whole, now) if whole else ()
    report = BootstrapReport(
        files=tuple(file.name for file in curated.files),
        account=tally(curated),
        entries=len(curated.entries) + len(curated.unreadable),
        agreed=plan.agreed,
        approved=len(outcome.new),
        already=len(plan.decisions) - len(outcome.new),
        asked=len(asked.ids),
        papers=counts,
        to_find=sum(not find_by_title(entry, knowledge) for entry in missing),
        titles_asked=titles_asked,
        refused=plan.refused,
        notes=_with_persons(plan, outcome.otherwise),
        removed=removed,
        removal=whole.removal if whole else None,
    )
    run.count(**report.totals)
    if report.is_idle:
        run.error = "no paper was approved"
    return report


def _with_holders(
    services: Services, papers: Sequence[Paper], entries: Sequence[Entry], knowledge: Knowledge
) -> Knowledge:
    """Return what is known, with the papers that have the titles of these entries."""
    titles = [title for entry in entries for title in titles_of(entry)]
    with services.open_store() as store:
        return joined(find_holders(store, papers, titles), knowledge)


def _ask(query: LookUp, run: Run, ids: Sequence[str]) -> _Asked:
    if not ids:
        return _Asked()
    advance = run.progress(f"asking arXiv for {counted(len(ids), 'paper')}", len(ids))
    answers = []
    for part in (ids[start : start + _STEP] for start in range(0, len(ids), _STEP)):
        answer = query.look_up(part)
        if answer.unheld:
            raise ConfigError(
                f"The hub does not hold {answer.unheld[0]} of the list, so it cannot say what is"
                " wrong with it.",
                hint='Set query_url = "https://export.arxiv.org/api/query" under [arxiv] in'
                " living-survey.toml: look-ups then go to arXiv itself.",
            )
        answers.append(answer)
        advance(len(part))
    return _Asked(
        ids=tuple(ids),
        papers=tuple(paper for answer in answers for paper in answer.papers),
        unknown=frozenset(one for answer in answers for one in (*answer.unknown, *answer.refused)),
        malformed=tuple(record for answer in answers for record in answer.malformed),
    )


def _outcome(store: Store, plan: BootstrapPlan) -> _Outcome:
    """Return the decisions that are new and overrule no person, and those of persons that differ.

    Where a person decided, none is added, not even an earlier one: the list has the paper because
    that person approved it, and issues that were published count whose decision came first. A
    decision of the list that a reviewer undid is not repeated.
    """
    ids = [decision.arxiv_id for decision in plan.decisions]
    standing, histories = store.decisions.standing(ids), store.decisions.histories(ids)
    new, otherwise = [], {}
    for decision in plan.decisions:
        last = standing.get(decision.arxiv_id)
        if last is not None and last.verdict is not decision.verdict:
            otherwise[decision.arxiv_id] = last
        if last is not None and last.reviewer != LIST_REVIEWER:
            continue
        if last is None:
            last = _last_of_list(histories.get(decision.arxiv_id, ()))
        if last is None or set(last.sections) != set(decision.sections):
            new.append(decision)
    return _Outcome(tuple(new), otherwise)


def _last_of_list(history: Sequence[Decision]) -> Decision | None:
    return next((one for one in reversed(history) if one.reviewer == LIST_REVIEWER), None)


def _with_persons(plan: BootstrapPlan, otherwise: Mapping[str, Decision]) -> tuple[Note, ...]:
    """Return the notes, with those on papers that a person decided otherwise."""
    return (
        *plan.notes,
        *(
            note(entry, arxiv_id, Remark.DECIDED_OTHERWISE, f"{last.reviewer} {last.verdict} it")
            for arxiv_id, entry in plan.first_entries.items()
            if (last := otherwise.get(arxiv_id))
        ),
    )


def _act(curated: CuratedList, reviewer: str, now: datetime) -> NewBatch:
    """Return the act of an import, so that it is named and undone as one."""
    files = ", ".join(Path(file.name).name for file in curated.files)
    return NewBatch(BatchKind.LIST, reviewer, now, shortened(one_line(files), _LONGEST_SOURCE))


def _removed(
    store: Store, plan: BootstrapPlan, curated: CuratedList, whole: Whole, now: datetime
) -> tuple[Removed, ...]:
    """Return the papers that the list approved and has no longer; store what is decided on them."""
    approved = store.decisions.approved_by(LIST_REVIEWER)
    listed = named_ids(curated) | {decision.arxiv_id for decision in plan.decisions}
    titles = store.papers.titles(one.arxiv_id for one in approved if one.arxiv_id not in listed)
    removed = removed_papers(approved, listed, titles)
    if whole.removal is not None and plan.decisions:
        store.decisions.add(
            decide_removed(approved, removed, whole.removal, reviewer=whole.reviewer, now=now),
            _act(curated, whole.reviewer, now),
        )
    return removed
