"""Fetch and parse single pages of the query API through the `arxiv` package.

Import this module on first use, because `arxiv` and `requests` load slowly.
"""

import re
from collections.abc import Sequence

import arxiv

from pipeline.ingest.sources.errors import BadResponseError, shown
from pipeline.ingest.sources.fields.categories import (
    canonical_categories,
    canonical_category,
    looks_like_category,
)
from pipeline.ingest.sources.fields.text import one_line, paragraphs, plain_line, says_withdrawn
from pipeline.ingest.sources.query.transport import QueryPage, StrictAdapter, make_arxiv_client
from pipeline.ingest.sources.transport.client import ArxivHttp
from storage.arxiv_id import parse_arxiv_id
from storage.types import Paper, Source


class QueryClient:
    """The `arxiv` package at a base address, page by page."""

    def __init__(self, http: ArxivHttp, url: str) -> None:
        self._adapter = StrictAdapter(http)
        self._client = make_arxiv_client(self._adapter, url)

    def look_up(self, ids: Sequence[str]) -> tuple[list[Paper], QueryPage]:
        """Return the papers with these IDs and their page."""
        search = arxiv.Search(id_list=list(ids), max_results=len(ids))
        return self._one_page(search, 0, len(ids))

    def search(self, query: str, offset: int, size: int) -> tuple[list[Paper], QueryPage]:
        """Return up to `size` papers from `offset` on, newest first, and their page."""
        search = arxiv.Search(
            query=query,
            max_results=offset + size,
            sort_by=arxiv.SortCriterion.SubmittedDate,
            sort_order=arxiv.SortOrder.Descending,
        )
        return self._one_page(search, offset, size)

    def _one_page(
        self, search: arxiv.Search, offset: int, size: int
    ) -> tuple[list[Paper], QueryPage]:
        """Stop after one page, because the package would fetch the next ones by itself."""
        self._client.page_size = size
        self._adapter.page = None
        papers: list[Paper] = []
        try:
            for result in self._client.results(search, offset):
                papers.append(paper_from_result(result))
                if self._adapter.page is None or len(papers) >= self._adapter.page.readable:
                    break
        except (arxiv.ArxivError, ValueError, LookupError) as error:
            said = shown(str(error)).rstrip(".")
            raise BadResponseError(f"The query API's response cannot be used: {said}.") from error
        page = self._adapter.page
        if page is None or len(papers) < page.readable:
            raise BadResponseError("The arxiv package lost entries of a page that can be read.")
        return papers, page


def paper_from_result(result: arxiv.Result) -> Paper:
    """Convert an entry, whose TeX accents arXiv has converted already."""
    identifier = parse_arxiv_id(result.entry_id)
    if identifier is None:  # the transport has quarantined such entries
        raise BadResponseError(f"{result.entry_id!r} is not an arXiv ID.")
    primary = canonical_category(result.primary_category)
    terms = [primary] if primary else []
    terms += [term for term in result.categories if looks_like_category(term)]
    categories = canonical_categories(terms)
    comment = plain_line(result.comment or "") or None
    abstract = paragraphs(_unwrapped(result.summary))
    return Paper(
        arxiv_id=identifier.base,
        version=identifier.version or 1,
        title=plain_line(result.title),
        abstract=abstract,
        authors=tuple(plain_line(author.name) for author in result.authors if author.name.strip()),
        categories=categories,
        primary_category=categories[0] if categories else "",
        source=Source.QUERY,
        comment=comment,
        doi=one_line(result.doi or "") or None,
        journal_ref=plain_line(result.journal_ref or "") or None,
        submitted_at=result.published,
        updated_at=result.updated,
        withdrawn=says_withdrawn(comment) or says_withdrawn(abstract[:80]),
    )


def _unwrapped(summary: str) -> str:
    """Join wrapped lines: here only an empty line separates paragraphs."""
    return "\n\n".join(one_line(part) for part in re.split(r"\n\s*\n", summary))
