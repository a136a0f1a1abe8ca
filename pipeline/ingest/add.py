"""Add papers by hand: look them up by ID or search for them at arXiv."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from config.errors import UsageError
from pipeline.ingest.sources.errors import BadRequestError, NotHeldError
from pipeline.ingest.sources.open import ArxivSources
from pipeline.ingest.sources.query.terms import all_of, in_categories, phrase, submitted_between
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.arxiv_id import parse_arxiv_id
from storage.typed_ids import explain_number, read_arxiv_ids

#: occurs only in arXiv's query language: a field before its value
_FIELD = re.compile(r"\b(?:ti|au|abs|co|jr|cat|rn|id|all|doi|submittedDate):\S")
#: arXiv reads it as the date of submission without saying so
_NO_FIELD = "lastUpdatedDate"
#: arXiv opened in August 1991
_FIRST_DAY = date(1991, 8, 1)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What `add` found for the given IDs."""

    added: tuple[str, ...]
    already: tuple[str, ...]
    #: arXiv does not have them or does not accept them as identifiers
    unknown: tuple[str, ...]
    #: arXiv's entry cannot be read and is quarantined
    unreadable: tuple[str, ...] = ()
    #: the hub does not hold them, and arXiv was not asked
    unheld: tuple[str, ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {"added": len(self.added), "quarantined": len(self.unreadable)}

    @property
    def not_added(self) -> tuple[str, ...]:
        """A sentence for each reason why papers were not added."""
        reasons = []
        if self.unknown:
            reasons.append(f"arXiv does not have {', '.join(self.unknown)}. Check the ID.")
        if self.unreadable:
            reasons.append(
                f"arXiv's entry for {', '.join(self.unreadable)} cannot be read and is kept."
                " `living-survey quarantine list` shows why."
            )
        if self.unheld:
            error = NotHeldError.of(self.unheld)
            reasons.append(f"{error.message} {error.hint}")
        return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Search:
    """A search at arXiv."""

    #: plain words, or arXiv's query language
    words: str
    #: where plain words are searched
    categories: tuple[str, ...]
    #: UTC days of submission, both inclusive; None: unlimited
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper found by a search."""

    arxiv_id: str
    title: str
    #: it was stored before and is refreshed
    held: bool


@dataclass(frozen=True, slots=True)
class FoundReport:
    """What a search found."""

    #: as it was sent
    query: str
    #: as arXiv reports having executed it
    executed: str
    #: newest submission first
    papers: tuple[FoundPaper, ...]
    #: papers that match at arXiv
    total: int
    #: entries that cannot be read
    quarantined: int

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        added = sum(not paper.held for paper in self.papers)
        return {"added": added, "quarantined": self.quarantined}


def add(services: Services, arxiv: ArxivSources, run: Run, ids_or_urls: Sequence[str]) -> AddReport:
    """Look papers up and store them; papers that are stored already are refreshed.

    Raises:
        InvalidIdError: a text is not an arXiv ID; nothing was asked for.
    """
    keys = read_arxiv_ids(ids_or_urls, services.clock().date())
    found = arxiv.query.look_up(keys)
    with services.open_store() as store:
        held = store.papers.held(keys)
        store.papers.upsert(found.papers, seen_at=services.clock())
        store.quarantine.add(found.malformed)
    got = {paper.arxiv_id for paper in found.papers}
    missing = {*found.unknown, *found.refused}
    answered = {*got, *missing, *found.unheld}
    report = AddReport(
        added=tuple(key for key in keys if key in got and key not in held),
        already=tuple(key for key in keys if key in got and key in held),
        unknown=tuple(key for key in keys if key in missing),
        unreadable=tuple(key for key in keys if key not in answered),
        unheld=found.unheld,
    )
    run.count(**report.totals)
    run.error = "; ".join(report.not_added) or None
    return report


def add_found(
    services: Services, arxiv: ArxivSources, run: Run, wanted: Search, *, limit: int
) -> FoundReport:
    """Store the newest papers of a search, at most `limit`; stored ones are refreshed.

    Raises:
        UsageError: the search is empty, or arXiv cannot read the query.
    """
    sent = _in_arxivs_language(wanted, today=services.clock().astimezone(UTC).date())
    try:
        found = arxiv.query.search(sent, limit=limit)
    except BadRequestError as error:
        raise UsageError(
            f"arXiv cannot read the search {sent}: {error.reason or error.message}",
            hint="Its language: https://info.arxiv.org/help/api/user-manual.html#query_details.",
        ) from error
    keys = [paper.arxiv_id for paper in found.papers]
    with services.open_store() as store, store.transaction():
        held = store.papers.held(keys)
        store.papers.upsert(found.papers, seen_at=services.clock())
        quarantined = store.quarantine.add(found.malformed)
    papers = tuple(FoundPaper(p.arxiv_id, p.title, p.arxiv_id in held) for p in found.papers)
    report = FoundReport(sent, found.executed, papers, found.total, quarantined)
    run.count(**report.totals)
    return report


def _in_arxivs_language(wanted: Search, *, today: date) -> str:
    words = wanted.words.strip()
    if not words.strip('"'):
        raise UsageError("There is nothing to search for.", hint='Write --search "some words".')
    if identifier := parse_arxiv_id(words):
        raise UsageError(
            f"{words!r:.100} is an arXiv ID, and a search looks for words.",
            hint=f"Use `living-survey add {identifier.base}`.",
        )
    if impossible := explain_number(words):
        raise impossible
    if f"{_NO_FIELD}:" in words:
        raise UsageError(
            f"arXiv cannot search by {_NO_FIELD}; it would read it as submittedDate.",
            hint="Use --from and --until, which are days of submission;"
            " `living-survey backfill` brings updated papers.",
        )
    if _FIELD.search(words):
        term = f"({words})"
    else:
        term = all_of([phrase("all", words), in_categories(wanted.categories)])
    if wanted.first is None and wanted.last is None:
        return term
    first, last = wanted.first or _FIRST_DAY, wanted.last or today
    if first > last:
        raise UsageError(f"{first} is after {last}.", hint="Use the earlier day for --from.")
    return all_of([term, submitted_between(first, last)])
