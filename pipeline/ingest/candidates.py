"""Bring works of a corpus that were found likely.

The record of a paper at arXiv is arXiv's own; that of another work is what the corpus says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from config.errors import TryAgainLaterError
from pipeline.ingest.sources.fields.text import paragraphs, plain_line
from pipeline.ingest.sources.open import ArxivSources
from pipeline.ingest.sources.query.source import MAX_IDS
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.paper_key import doi_of, is_doi_key
from storage.types import Paper, Source

#: keys that are looked for in the database at once
_HELD = 10_000


class Work(Protocol):
    """A work that is not at arXiv."""

    @property
    def key(self) -> str:
        """Its DOI, as a key."""

    @property
    def title(self) -> str:
        """As the corpus has it."""

    @property
    def abstract(self) -> str:
        """Empty if there is none."""

    @property
    def authors(self) -> tuple[str, ...]:
        """Names in order."""

    @property
    def published(self) -> date | None:
        """The day of its publication."""


@dataclass(frozen=True, slots=True)
class CandidatesReport:
    """What `import --candidates` brought."""

    #: the scores they are from
    output: str
    #: papers at arXiv in the order of their scores, then works with a DOI in theirs
    added: tuple[str, ...]
    #: stored before, under this or another key, among those that were looked at
    held: int
    #: arXiv does not have them
    unknown: tuple[str, ...]
    #: arXiv's entry cannot be read and is quarantined
    unreadable: int
    #: the output has no title or no abstract of them, so that there is nothing to judge
    without_text: int
    #: likely, beyond the limit of this call
    left: int
    #: likely works without an arXiv ID or a sound DOI, which a survey cannot hold
    unnamed: int
    #: papers that were not looked up, because arXiv was out of reach
    not_asked: int = 0
    #: why arXiv was out of reach; None: it answered
    failure: str | None = None
    #: the hub does not hold them, and arXiv was not asked
    unheld: tuple[str, ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {
            "added": len(self.added),
            "held": self.held,
            "quarantined": self.unreadable,
            "without_text": self.without_text,
            "unnamed": self.unnamed,
            "not_asked": self.not_asked + len(self.unheld),
        }


def import_candidates(
    services: Services,
    arxiv: ArxivSources,
    run: Run,
    output: str,
    keys: Sequence[str],
    *,
    works_of: Callable[[Sequence[str]], Mapping[str, Work]],
    unnamed: int,
    limit: int,
) -> CandidatesReport:
    """Store the first works that are not stored yet, at most `limit`.

    Papers at arXiv are looked up there. A hundred are stored at a time, so that a call that was
    stopped is gone on with. If arXiv is out of reach, the works with a DOI are stored all the same.

    Args:
        services: the store.
        arxiv: where papers are looked up.
        run: counts and progress.
        output: where they come from; trace shows it with the arguments of the run.
        keys: likeliest first.
        works_of: returns what the output says of works that are not at arXiv.
        unnamed: likely works without a key.
        limit: works that are brought.
    """
    wanted, seen = _not_held(services, keys, limit)
    advance = run.progress("candidates", len(wanted))
    added: list[str] = []
    unknown: list[str] = []
    unheld: list[str] = []
    unreadable = 0
    at_arxiv = [key for key in wanted if not is_doi_key(key)]
    not_asked, failure = 0, None
    for start in range(0, len(at_arxiv), MAX_IDS):
        part = at_arxiv[start : start + MAX_IDS]
        try:
            found = arxiv.query.look_up(part)
        except TryAgainLaterError as error:
            not_asked, failure = len(at_arxiv) - start, str(error)
            break
        with services.open_store() as store, store.transaction():
            store.papers.upsert(found.papers, seen_at=services.clock())
            unreadable += store.quarantine.add(found.malformed)
        added += [paper.arxiv_id for paper in found.papers]
        unknown += [*found.unknown, *found.refused]
        unheld += found.unheld
        advance(len(part))
    elsewhere = [key for key in wanted if is_doi_key(key)]
    # Again, because only arXiv's records say under which DOIs its papers were published.
    with services.open_store() as store:
        twins = store.papers.held_by_doi(elsewhere)
    elsewhere = [key for key in elsewhere if key not in twins]
    works = works_of(elsewhere) if elsewhere else {}
    papers = [
        paper for key in elsewhere if key in works and (paper := paper_of(works[key])) is not None
    ]
    with services.open_store() as store, store.transaction():
        store.papers.upsert(papers, seen_at=services.clock())
    advance(len(elsewhere) + len(twins))
    report = CandidatesReport(
        output=output,
        added=(*added, *(paper.arxiv_id for paper in papers)),
        held=seen - len(wanted) + len(twins),
        unknown=tuple(unknown),
        unreadable=unreadable,
        without_text=len(elsewhere) - len(papers),
        left=len(keys) - seen,
        unnamed=unnamed,
        not_asked=not_asked,
        failure=failure,
        unheld=tuple(unheld),
    )
    run.count(**report.totals)
    run.error = failure
    return report


def paper_of(work: Work) -> Paper | None:
    """Return the paper of a work that is not at arXiv; None if it has no title or no abstract.

    An abstract that repeats the title is none.

    It has one version, no categories and no announcement; its day of submission is that of its
    publication.
    """
    title, abstract = plain_line(work.title), paragraphs(work.abstract)
    if not title or _letters(abstract) in {"", _letters(title)}:
        return None
    day = work.published
    published = None if day is None else datetime.combine(day, time(), tzinfo=UTC)
    return Paper(
        arxiv_id=work.key,
        version=1,
        title=title,
        abstract=abstract,
        authors=tuple(name for each in work.authors if (name := plain_line(each))),
        categories=(),
        primary_category="",
        source=Source.CORPUS,
        doi=doi_of(work.key),
        submitted_at=published,
        updated_at=published,
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _not_held(services: Services, keys: Sequence[str], limit: int) -> tuple[list[str], int]:
    """Return the first keys that are not stored, and how many had to be looked at."""
    wanted: list[str] = []
    seen = 0
    for start in range(0, len(keys), _HELD):
        part = keys[start : start + _HELD]
        with services.open_store() as store:
            held = store.papers.held(part) | store.papers.held_by_doi(part)
        for key in part:
            if len(wanted) == limit:
                return wanted, seen
            seen += 1
            if key not in held:
                wanted.append(key)
    return wanted, seen
