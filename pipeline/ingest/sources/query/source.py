"""Look up papers by ID and search at the query API, whose entries lack licence and history."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from pipeline.ingest.protocol.holdings import NOT_HELD
from pipeline.ingest.sources.errors import BadRequestError, IncompleteResponseError
from pipeline.ingest.sources.query.terms import any_of, phrase
from pipeline.ingest.sources.transport.client import ArxivHttp
from storage.arxiv_id import parse_arxiv_id
from storage.types import Paper, QuarantinedRecord

if TYPE_CHECKING:
    from pipeline.ingest.sources.query.client import QueryClient
    from pipeline.ingest.sources.query.transport import QueryPage

#: arXiv refuses request lines above 4,094 bytes; a comma takes three
REQUEST_LINE_BYTES = 3_800
MAX_IDS = 100
#: beyond this offset the server returns 500
LAST_RESULT = 10_000
PAGE_SIZE = 100
_PAGE_TRIES = 3
_WORD = re.compile(r"[\w./-]+")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LookUp:
    """Result of a look-up: every requested ID is in one of the five."""

    papers: tuple[Paper, ...]
    #: IDs that arXiv does not have
    unknown: tuple[str, ...]
    #: not IDs, as given
    refused: tuple[str, ...]
    malformed: tuple[QuarantinedRecord, ...]
    #: IDs that a hub does not hold; arXiv may have them
    unheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Result of a search, newest submission first."""

    papers: tuple[Paper, ...]
    #: arXiv's count of all results
    total: int
    #: the query as arXiv executed it
    executed: str
    malformed: tuple[QuarantinedRecord, ...]


class QuerySource:
    """arXiv's query API at a base address."""

    def __init__(self, http: ArxivHttp, url: str) -> None:
        self._http = http
        self._url = url

    @cached_property
    def _client(self) -> "QueryClient":
        from pipeline.ingest.sources.query.client import QueryClient  # noqa: PLC0415

        return QueryClient(self._http, self._url)

    def look_up(self, ids: Sequence[str], *, max_ids: int = MAX_IDS) -> LookUp:
        """Return the current version of the papers with these IDs.

        IDs are normalised first; IDs that arXiv refuses are dropped.
        """
        wanted: dict[str, None] = {}
        refused: list[str] = []
        unheld: list[str] = []
        for text in ids:
            identifier = parse_arxiv_id(text)
            if identifier is None:
                refused.append(text)
            else:
                wanted[identifier.base] = None
        found: dict[str, Paper] = {}
        malformed: list[QuarantinedRecord] = []
        for batch in batches(list(wanted), max_ids=max_ids):
            self._look_up_batch(batch, found, malformed, refused, unheld)
        unreadable = {record.arxiv_id for record in malformed}
        missing = wanted.keys() - found.keys() - unreadable - {*refused, *unheld}
        return LookUp(
            papers=tuple(found[base] for base in wanted if base in found),
            unknown=tuple(base for base in wanted if base in missing),
            refused=tuple(dict.fromkeys(refused)),
            malformed=tuple(malformed),
            unheld=tuple(unheld),
        )

    def search(self, query: str, *, limit: int = PAGE_SIZE) -> SearchResult:
        """Return up to `limit` matching papers, newest submission first.

        Results beyond the 10,000th are out of reach: narrow the query by
        `terms.submitted_between`.
        """
        if limit < 1:
            raise BadRequestError("A search needs a limit of at least one paper.")
        reach = min(limit, LAST_RESULT)
        found: dict[str, Paper] = {}
        malformed: list[QuarantinedRecord] = []
        first_total = total = offset = 0
        executed = ""
        while offset < reach:
            papers, page = self._page(query, offset, min(PAGE_SIZE, reach - offset))
            found = _merged(found, papers)
            malformed.extend(page.malformed)
            total, executed = page.total, page.title
            first_total = first_total or total
            offset += page.entries
            if offset >= total:
                break
        if total > first_total:
            # New papers arrived at the head of the list meanwhile.
            papers, page = self._page(query, 0, min(PAGE_SIZE, reach))
            found = _merged(found, papers)
            malformed.extend(page.malformed)
        newest = tuple(sorted(found.values(), key=_newest_first)[:limit])
        return SearchResult(newest, total, executed, tuple(dict.fromkeys(malformed)))

    def titled(self, titles: Sequence[str]) -> SearchResult:
        """Return papers with one of these titles, as a phrase, in theirs; at most a page."""
        phrases = (phrase("ti", " ".join(_WORDS.findall(title))) for title in titles)
        return self.search(any_of(phrases))

    def _look_up_batch(
        self,
        batch: Sequence[str],
        found: dict[str, Paper],
        malformed: list[QuarantinedRecord],
        refused: list[str],
        unheld: list[str],
    ) -> None:
        missing = list(batch)
        for _ in range(_PAGE_TRIES):
            if not missing:
                return
            try:
                papers, page = self._client.look_up(missing)
            except BadRequestError as error:
                words = {word.strip(".") for word in _WORD.findall(error.reason)}
                named = [base for base in missing if base in words]
                if not named and len(missing) > 1:
                    half = len(missing) // 2
                    self._look_up_batch(missing[:half], found, malformed, refused, unheld)
                    self._look_up_batch(missing[half:], found, malformed, refused, unheld)
                    return
                lacking = unheld if error.reason.startswith(NOT_HELD) else refused
                lacking.extend(named or missing)
                rest = [base for base in missing if named and base not in named]
                self._look_up_batch(rest, found, malformed, refused, unheld)
                return
            found.update({paper.arxiv_id: paper for paper in papers})
            malformed.extend(page.malformed)
            if page.entries >= page.total:
                return
            # The page is shorter than its own count.
            missing = [base for base in missing if base not in found]
        raise IncompleteResponseError(
            f"arXiv counts more papers than it sends; {len(missing)} are missing.",
            hint="Run the same command later.",
        )

    def _page(self, query: str, offset: int, size: int) -> "tuple[list[Paper], QueryPage]":
        """Retry an empty page with smaller sizes."""
        for attempt in range(_PAGE_TRIES):
            # Some page sizes come back empty at some offsets (lukasschwab/arxiv.py issue 43).
            asked = max(1, size >> attempt)
            papers, page = self._client.search(query, offset, asked)
            if page.entries or offset >= page.total:
                return papers, page
        raise IncompleteResponseError(
            f"arXiv counts {page.total} results but sends none from result {offset} on.",
            hint="Narrow the search by days of submission.",
        )


def batches(ids: Sequence[str], *, max_ids: int = MAX_IDS) -> Iterator[list[str]]:
    """Yield batches of IDs that fit into one request line."""
    batch: list[str] = []
    size = 0
    for base in ids:
        cost = len(quote_plus(base)) + 3
        if batch and (size + cost > REQUEST_LINE_BYTES - 200 or len(batch) >= max_ids):
            yield batch
            batch, size = [], 0
        batch.append(base)
        size += cost
    if batch:
        yield batch


def _merged(found: dict[str, Paper], papers: Sequence[Paper]) -> dict[str, Paper]:
    for paper in papers:
        held = found.get(paper.arxiv_id)
        if held is None or paper.version > held.version:
            found[paper.arxiv_id] = paper
    return found


def _newest_first(paper: Paper) -> tuple[float, str]:
    return (-(paper.submitted_at.timestamp() if paper.submitted_at else 0.0), paper.arxiv_id)
