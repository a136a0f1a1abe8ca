"""Read the approved papers for publishing: from decisions and papers, never predictions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.enrich.links import Link, LinkKind, find_links
from pipeline.enrich.venue import Venue, find_venue
from pipeline.publish.approved_since import Spell, is_real, spells
from pipeline.publish.known import NOTHING, Known, read_known
from storage.changes import Change
from storage.store import Store
from storage.types import LIST_REVIEWER, Decision, Paper

#: characters of an abstract or comment in which links and venue are looked for
_READ = 20_000


@dataclass(frozen=True, slots=True)
class ApprovedPaper:
    """A paper with a standing approval. Texts are as stored: outputs clean and escape them."""

    arxiv_id: str
    #: the highest that is known
    version: int
    title: str
    authors: tuple[str, ...]
    abstract: str
    comment: str | None
    #: section IDs, as decided or as a taxonomy change gave them; empty: none
    sections: tuple[str, ...]
    #: arXiv's, the primary one first
    categories: tuple[str, ...]
    doi: str | None
    journal_ref: str | None
    license: str | None
    #: when version 1 was submitted
    submitted_at: datetime | None
    #: when the current version was submitted
    updated_at: datetime | None
    withdrawn: bool
    #: code and project pages that abstract or comment name
    links: tuple[Link, ...]
    venue: Venue | None
    #: the reviewer's sentence, which is no text of the paper; empty: none
    rationale: str
    #: it came with the curated list
    listed: bool
    #: since when it has been approved without interruption
    approved_at: datetime
    #: when what a reader sees last really changed: decision, title, authors, abstract, links,
    #: venue, withdrawal, or that services know it as retracted or published elsewhere. Not: another
    #: version, category, licence or taxonomy
    changed_at: datetime
    #: number among all approvals, from 0. It never changes while the approval stands, and no other
    #: paper ever gets it
    position: int
    #: what other services told of it
    known: Known = NOTHING

    @property
    def code(self) -> tuple[Link, ...]:
        """The addresses of its code, models or data."""
        return tuple(link for link in self.links if link.kind is LinkKind.CODE)


@dataclass(frozen=True, slots=True)
class Approved:
    """All approved papers, the first approved first."""

    papers: tuple[ApprovedPaper, ...]
    #: the number of positions that were given out
    positions: int
    #: when anything in this last changed, also what is no real change; None: nothing ever did
    changed_at: datetime | None

    def in_section(self, section: str) -> tuple[ApprovedPaper, ...]:
        """Return the papers of a section."""
        return tuple(paper for paper in self.papers if section in paper.sections)


def read_approved(store: Store) -> Approved:
    """Read the approved papers. Approvals that wait for a new section are left out."""
    events = store.approvals.events()
    standing = {one.arxiv_id: one for one in store.decisions.approved() if not one.unplaced}
    stored = store.papers.get_many(standing)
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    for change in store.approvals.changes(standing):
        changes[change.arxiv_id].append(change)
    told = spells(events)
    known = read_known(store, standing)
    papers = (
        _approved_paper(
            standing[arxiv_id],
            one.paper,
            told.of[arxiv_id],
            changes[arxiv_id],
            known.get(arxiv_id, NOTHING),
        )
        for arxiv_id, one in stored.items()
    )
    moments = (
        max((one.happened_at for one in events), default=None),
        max((one.seen_at for those in changes.values() for one in those), default=None),
        store.approvals.stored_at(standing),
        store.approvals.replaced_at(),
        max((one.told_at for one in known.values() if one.told_at), default=None),
    )
    return Approved(
        papers=tuple(sorted(papers, key=lambda one: one.position)),
        positions=told.positions,
        changed_at=max((one for one in moments if one is not None), default=None),
    )


def by_section(papers: Iterable[ApprovedPaper]) -> Mapping[str, Sequence[ApprovedPaper]]:
    """Return the papers of each section that has any, in the given order."""
    found: defaultdict[str, list[ApprovedPaper]] = defaultdict(list)
    for paper in papers:
        for section in dict.fromkeys(paper.sections):
            found[section].append(paper)
    return found


def _approved_paper(
    decision: Decision, paper: Paper, spell: Spell, changes: Sequence[Change], known: Known
) -> ApprovedPaper:
    real = [one.seen_at for one in changes if one.seen_at > spell.approved_at and is_real(one)]
    if known.changed_at is not None and known.changed_at > spell.approved_at:
        real.append(known.changed_at)
    return ApprovedPaper(
        arxiv_id=paper.arxiv_id,
        version=paper.version,
        title=paper.title,
        authors=paper.authors,
        abstract=paper.abstract,
        comment=paper.comment,
        sections=tuple(dict.fromkeys(decision.sections)),
        categories=paper.categories,
        doi=paper.doi,
        journal_ref=paper.journal_ref,
        license=paper.license,
        submitted_at=paper.submitted_at,
        updated_at=paper.updated_at,
        withdrawn=paper.withdrawn,
        links=_links(paper, known),
        venue=find_venue(paper.comment, paper.journal_ref),
        rationale=decision.note or "",
        listed=decision.reviewer == LIST_REVIEWER,
        approved_at=spell.approved_at,
        changed_at=max((spell.changed_at, *real)),
        position=spell.position,
        known=known,
    )


def _links(paper: Paper, known: Known) -> tuple[Link, ...]:
    """Return what the paper's text names, then code that somebody suggested."""
    named = find_links(paper.abstract[:_READ], (paper.comment or "")[:_READ])
    urls = [one.url for one in known.code if one.suggested and one.state == "present"]
    places = {one.place.lower() for one in named}
    suggested = (one for url in urls for one in find_links(url))
    return (*named, *(one for one in suggested if one.place.lower() not in places))
