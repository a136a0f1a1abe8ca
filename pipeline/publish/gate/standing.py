"""Read what the gate compares a build with: decisions, papers, the last publication, the ledger."""

from dataclasses import dataclass
from datetime import date

from config.taxonomy import Taxonomy, parse_taxonomy
from pipeline.publish.digest.week import Week
from pipeline.publish.publication import Build, digest_of
from storage.calendar import announcement_days
from storage.issue_types import IssueState
from storage.publication_types import Publication
from storage.store import Store
from storage.types import LedgerStatus, Verdict

_WHOLE = frozenset({LedgerStatus.COMPLETE, LedgerStatus.QUIET})


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds when a target is about to be published."""

    #: of the papers that the target carries or carried: those with a standing approval
    approved: frozenset[str]
    #: of the same: those that arXiv has as withdrawn
    withdrawn: frozenset[str]
    #: the papers that the target carries since its last publication
    published: frozenset[str]
    #: the number of papers that growth is measured from; None: there is nothing to compare with
    papers_before: int | None
    #: section IDs
    sections: frozenset[str]
    #: announcement days of an issue of which no feed was read whole
    unread: tuple[date, ...] = ()
    #: False: an issue of which no publisher approved these bytes
    issue_approved: bool = True
    #: files that were made whole, and are no longer as they were published
    edited: tuple[str, ...] = ()
    #: files that would be written over and that the target never wrote
    foreign: tuple[str, ...] = ()
    #: of the published papers: those on which the database has no decision, not even an undone one
    never_decided: frozenset[str] = frozenset()
    #: an issue that an older database took over, and does not build as it was published
    newer: bool = False


def read_standing(store: Store, build: Build, taxonomy: Taxonomy, week: Week | None) -> Standing:
    """Return what holds for a build; `week` if it is an issue."""
    published = store.publications.papers(build.target)
    papers = build.papers | published
    decisions = store.decisions.standing(papers)
    return Standing(
        approved=frozenset(
            arxiv_id
            for arxiv_id, one in decisions.items()
            if one.verdict is Verdict.APPROVED and not one.unplaced
        ),
        withdrawn=frozenset(store.papers.withdrawn(papers)),
        published=published,
        papers_before=_papers_before(store, build.target, published),
        sections=_sections(store, taxonomy, week),
        unread=() if week is None or build.entries else unread_days(store, week),
        never_decided=published - store.decisions.histories(published).keys(),
        issue_approved=week is None or _issue_approved(store, build, week),
    )


def unread_days(store: Store, week: Week) -> tuple[date, ...]:
    """Return the announcement days of a week for which some query failed or none was made.

    A day counts as read if its feeds were read whole, a person accepted it or a backfill read it
    since. Days before the survey watched any feed are left out.
    """
    accepted = {(one.day, one.category) for one in store.acceptances.standing(week.first_day)}
    rows = [row for row in store.ledger.days(week.first_day) if row.day <= week.last_day]
    known = {row.day for row in rows}
    failed = {
        row.day
        for row in rows
        if row.status not in _WHOLE
        and row.backfilled_at is None
        and (row.day, row.category) not in accepted
    }
    watched_from = min(store.ledger.first_days().values(), default=date.max)
    expected = announcement_days(week.first_day, week.last_day)
    never_read = {day for day in expected if day >= watched_from} - known
    return tuple(sorted(failed | never_read))


def _issue_approved(store: Store, build: Build, week: Week) -> bool:
    issue = store.issues.get(str(week))
    return issue.digest == digest_of(build.files) and issue.state in {
        IssueState.APPROVED,
        IssueState.PUBLISHED,
    }


def _papers_before(store: Store, target: str, published: frozenset[str]) -> int | None:
    """Return the papers of the last publication; of a new issue, those of the issue before it."""
    if published:
        return len(published)
    kind, _, own = target.partition(":")
    earlier = [one for one in store.publications.latest() if _is_before(one, kind, own)]
    return len(max(earlier, key=lambda one: one.target).papers) if earlier else None


def _is_before(one: Publication, kind: str, own: str) -> bool:
    its_kind, _, its_own = one.target.partition(":")
    return bool(own) and its_kind == kind and its_own < own and bool(one.entries)


def _sections(store: Store, taxonomy: Taxonomy, week: Week | None) -> frozenset[str]:
    """Return the sections of the taxonomy; of an old issue also those of its time."""
    named = {section.id for section in taxonomy.sections}
    replaced = store.taxonomy.in_force_at(week.end) if week else None
    if replaced is not None:
        named |= {section.id for section in parse_taxonomy(replaced, "the taxonomy then").sections}
    return frozenset(named)
