"""Read what the gate compares a build with: decisions, papers, the last publication, the ledger."""

from dataclasses import dataclass
from datetime import date, datetime

from config.schema import ArxivSettings
from config.taxonomy import Taxonomy, parse_taxonomy
from pipeline.ingest.coverage import coverage_now
from pipeline.publish.digest.week import Week
from pipeline.publish.publication import Build
from storage.calendar import announcement_days
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
    #: whether a publisher approved these bytes of an issue
    issue_approved: bool = False
    #: files that were made whole, and are no longer as they were published
    edited: tuple[str, ...] = ()


def read_standing(
    store: Store,
    build: Build,
    taxonomy: Taxonomy,
    *,
    week: Week | None,
    arxiv: ArxivSettings,
    now: datetime,
) -> Standing:
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
        unread=() if week is None or build.entries else unread_days(store, arxiv, week, now),
    )


def unread_days(store: Store, arxiv: ArxivSettings, week: Week, now: datetime) -> tuple[date, ...]:
    """Return the announcement days of a week for which some query failed or none was made.

    A day counts as read if its feeds were read whole, a person accepted it or a backfill covers it.
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
    watched = min(store.ledger.first_days().values(), default=None)
    whole_since = coverage_now(store, arxiv, now).whole_since
    covered_without_feeds = {
        day
        for day in announcement_days(week.first_day, week.last_day)
        if whole_since is not None and whole_since <= day and (watched is None or day < watched)
    }
    expected = {*announcement_days(week.first_day, week.last_day)}
    return tuple(sorted(failed | (expected - known - covered_without_feeds)))


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
