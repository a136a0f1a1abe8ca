"""Read what the list is built from: decisions, papers and what arXiv changed; never predictions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from config.tex.text import plain_text
from config.visible import one_line
from pipeline.curated.agreement import Known
from pipeline.curated.insertion.types import NewPaper
from pipeline.enrich.links import LinkKind, find_links
from pipeline.enrich.venue import find_venue
from storage.arxiv_id import find_arxiv_ids, id_month
from storage.paper_key import doi_keys_in, is_doi_key
from storage.store import Store
from storage.types import LIST_REVIEWER, ApprovedPaper, Paper

_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
#: hold more than code
_DATA = "huggingface.co/datasets/"


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds of the approved papers and of those that the list names."""

    #: approved by a person and not withdrawn, with their sections
    papers: tuple[tuple[NewPaper, tuple[str, ...]], ...]
    #: titles of approved papers that arXiv has withdrawn
    withdrawn: Mapping[str, str]
    #: papers that the list target published and whose approval no longer stands
    taken_back: frozenset[str]
    #: papers that the files name: titles and authors
    known: Mapping[str, Known]
    #: of these and approved: where they were published since, as arXiv has it
    published_at: Mapping[str, str]


def read_facts(store: Store, texts: Iterable[str]) -> Facts:
    """Read the facts; `texts` are the list's files."""
    approved = store.decisions.approved_between(_FIRST, _LAST)
    by_people = [one for one in approved if one.reviewer != LIST_REVIEWER]
    withdrawn = store.changes.withdrawn_approvals()
    texts = tuple(texts)
    named = {found.id.base for text in texts for found in find_arxiv_ids(text)}
    named |= {key for text in texts for key in doi_keys_in(text)}
    stored = store.papers.get_many(named | {one.arxiv_id for one in by_people})
    standing = {one.arxiv_id for one in approved}
    return Facts(
        papers=tuple(
            (_new_paper(one, stored[one.arxiv_id].paper), one.sections)
            for one in sorted(by_people, key=lambda one: one.arxiv_id)
            if one.arxiv_id not in withdrawn and one.arxiv_id in stored
        ),
        withdrawn=withdrawn,
        taken_back=store.publications.papers("list") - standing,
        known={
            arxiv_id: Known((one.paper.title,), one.paper.authors)
            for arxiv_id, one in stored.items()
            if arxiv_id in named
        },
        published_at={
            arxiv_id: one_line(stored[arxiv_id].paper.journal_ref or "")
            for arxiv_id in sorted(named & standing & stored.keys())
            if stored[arxiv_id].paper.journal_ref and arxiv_id not in withdrawn
        },
    )


def _day_of(key: str, paper: Paper, decided_at: datetime) -> date:
    """Return when a paper was submitted or published, as far as it is known."""
    if paper.submitted_at is not None:
        return paper.submitted_at.date()
    return decided_at.date() if is_doi_key(key) else date(*id_month(key), 1)


def _new_paper(approved: ApprovedPaper, paper: Paper) -> NewPaper:
    links = find_links(paper.abstract, paper.comment)
    code = [one.url for one in links if one.kind is LinkKind.CODE and _DATA not in one.url]
    venue = find_venue(paper.comment, paper.journal_ref)
    project = [one.url for one in links if one.kind is LinkKind.PROJECT]
    return NewPaper(
        arxiv_id=approved.arxiv_id,
        title=one_line(plain_text(paper.title)),
        authors=tuple(one_line(plain_text(name)) for name in paper.authors),
        day=_day_of(approved.arxiv_id, paper, approved.decided_at),
        abstract=one_line(plain_text(paper.abstract)),
        code=next(iter(code), None),
        project=next(iter(project), None),
        venue=venue.name if venue else "",
    )
