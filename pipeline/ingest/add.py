"""Papers brought into the queue by hand: looked up or searched at arXiv, stored, reported."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from config.errors import UsageError
from pipeline.ingest.sources.errors import BadRequestError
from pipeline.ingest.sources.query.source import QuerySource
from pipeline.ingest.sources.query.terms import all_of, in_categories, phrase, submitted_between
from storage.arxiv_id import parse_arxiv_id
from storage.store import OpenStore

#: what only stands in arXiv's own language: a field right before its value
_FIELD = re.compile(r"\b(?:ti|au|abs|co|jr|cat|rn|id|all|doi|submittedDate):\S")
#: arXiv takes it for the date of submission and does not say so
_NO_FIELD = "lastUpdatedDate"
#: arXiv opened in August 1991
_FIRST_DAY = date(1991, 8, 1)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What `add` found under the ids it was given."""

    added: tuple[str, ...]
    already: tuple[str, ...]
    #: arXiv has none of these, or takes them for no identifiers
    unknown: tuple[str, ...]
    #: arXiv sent an entry that cannot be read: it lies in the quarantine
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for."""

    #: plain words, or arXiv's own query language
    words: str
    #: where plain words are looked for
    categories: tuple[str, ...]
    #: UTC days of submission, both included; None: open on that side
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper that a search found."""

    arxiv_id: str
    title: str
    #: we had it before; it was refreshed
    held: bool


@dataclass(frozen=True, slots=True)
class FoundReport:
    """What a search brought."""

    #: as it was sent
    query: str
    #: as arXiv says that it executed it
    executed: str
    #: newest submission first
    papers: tuple[FoundPaper, ...]
    #: how many papers arXiv counts
    total: int
    #: entries that cannot be read
    quarantined: int


def add_papers(
    query: QuerySource,
    open_store: OpenStore,
    ids_or_urls: Sequence[str],
    *,
    clock: Callable[[], datetime],
) -> AddReport:
    """Look the papers up and store them; a paper we hold is refreshed.

    Raises:
        UsageError: one of the words is no arXiv id or link; nothing was asked.
    """
    keys = []
    for word in ids_or_urls:
        parsed = parse_arxiv_id(word)
        if parsed is None:
            raise UsageError(
                f"{word!r} is neither an arXiv id nor an arxiv.org link.",
                hint="Write it as 2405.19334 or https://arxiv.org/abs/2405.19334.",
            )
        keys.append(parsed.base)
    keys = list(dict.fromkeys(keys))
    found = query.look_up(keys)
    with open_store() as store:
        held = store.papers.held(keys)
        store.papers.upsert(found.papers, seen_at=clock())
        store.quarantine.add(found.malformed)
    got = {paper.arxiv_id for paper in found.papers}
    missing = {*found.unknown, *found.refused}
    return AddReport(
        added=tuple(key for key in keys if key in got and key not in held),
        already=tuple(key for key in keys if key in got and key in held),
        unknown=tuple(key for key in keys if key in missing),
        unreadable=tuple(key for key in keys if key not in got and key not in missing),
    )


def add_found(
    query: QuerySource,
    open_store: OpenStore,
    wanted: Search,
    *,
    limit: int,
    clock: Callable[[], datetime],
) -> FoundReport:
    """Store up to `limit` papers that a search finds, the newest; those we hold are refreshed.

    Raises:
        UsageError: there is nothing to look for, or arXiv cannot read the query.
    """
    sent = _in_arxivs_language(wanted, today=clock().astimezone(UTC).date())
    try:
        found = query.search(sent, limit=limit)
    except BadRequestError as error:
        raise UsageError(
            f"arXiv cannot read the search {sent}: {error.reason or error.message}",
            hint="Its language: https://info.arxiv.org/help/api/user-manual.html#query_details.",
        ) from error
    keys = [paper.arxiv_id for paper in found.papers]
    with open_store() as store, store.transaction():
        held = store.papers.held(keys)
        store.papers.upsert(found.papers, seen_at=clock())
        quarantined = store.quarantine.add(found.malformed)
    papers = tuple(FoundPaper(p.arxiv_id, p.title, p.arxiv_id in held) for p in found.papers)
    return FoundReport(sent, found.executed, papers, found.total, quarantined)


def _in_arxivs_language(wanted: Search, *, today: date) -> str:
    words = wanted.words.strip()
    if not words.strip('"'):
        raise UsageError("There is nothing to search for.", hint='Write --search "some words".')
    if f"{_NO_FIELD}:" in words:
        raise UsageError(
            f"arXiv cannot search by {_NO_FIELD}: it reads submittedDate instead, and does not say"
            " so.",
            hint="Use --from and --until, which are days of submission; what was updated comes by"
            " `living-survey backfill`.",
        )
    if _FIELD.search(words):
        term = f"({words})"
    else:
        term = all_of([phrase("all", words), in_categories(wanted.categories)])
    if wanted.first is None and wanted.last is None:
        return term
    first, last = wanted.first or _FIRST_DAY, wanted.last or today
    if first > last:
        raise UsageError(f"{first} is after {last}.", hint="--from names the earlier day.")
    return all_of([term, submitted_between(first, last)])
