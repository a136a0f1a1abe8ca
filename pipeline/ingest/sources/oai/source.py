"""Fetch records over OAI-PMH, page by page.

Callers save their cursor after the last page only, because a broken chain is requested again from
its start.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from pipeline.ingest.sources.errors import (
    BadResponseError,
    BadResumptionTokenError,
    BrokenChainError,
    shown,
)
from pipeline.ingest.sources.oai.page import OaiPage, parse_oai_page
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.client import ArxivHttp

#: 3 million papers at 1,300 a page take about 2,300 pages
MAX_PAGES = 10_000
#: arXiv's tokens have about 150 characters
MAX_TOKEN = 2_000


class OaiSource:
    """arXiv's OAI-PMH interface at a base address."""

    def __init__(self, http: ArxivHttp, url: str) -> None:
        self._http = http
        self._url = url

    def pages(
        self,
        from_day: date,
        until_day: date | None = None,
        set_name: str | None = None,
        *,
        max_pages: int = MAX_PAGES,
    ) -> Iterator[OaiPage]:
        """Yield the records whose metadata changed from `from_day` to `until_day`, page by page.

        Days are UTC and inclusive. A broken chain (token refused, page empty or repeated) is
        restarted once, so records may come twice.

        Raises:
            BrokenChainError, BadResumptionTokenError: the chain broke twice.
            BadResponseError: it has more than `max_pages` pages.
        """
        first = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": from_day.isoformat()}
        if until_day is not None:
            first["until"] = until_day.isoformat()
        if set_name:
            first["set"] = set_name
        try:
            yield from self._chain(first, max_pages, restarted=False)
        except (BrokenChainError, BadResumptionTokenError):
            yield from self._chain(first, max_pages, restarted=True)

    def identify(self) -> None:
        """Ask who answers, which is the smallest request.

        Raises:
            SourceError: arXiv does not answer, or something else does.
        """
        self._http.read(self._url, {"verb": "Identify"}, check_identity)

    def record(self, arxiv_id: str) -> OaiPage:
        """Return one paper's record; raise OaiError (`idDoesNotExist`) if arXiv lacks it."""
        return self._ask(
            {
                "verb": "GetRecord",
                "metadataPrefix": "arXivRaw",
                "identifier": f"oai:arXiv.org:{arxiv_id}",
            }
        )

    def _chain(
        self, first: Mapping[str, str], max_pages: int, *, restarted: bool
    ) -> Iterator[OaiPage]:
        params = first
        tokens: set[str] = set()
        heads: set[str] = set()
        for _ in range(max_pages):
            page = self._ask(params)
            if tokens and not page.records:
                # A second empty page confirms that the list shrank below the token's offset.
                if page.no_records_match and restarted:
                    return
                raise BrokenChainError("A page in the middle of arXiv's list came back empty.")
            token = page.resumption_token
            head = page.papers[0].arxiv_id if page.papers else None
            if head is not None and head in heads:
                raise BrokenChainError(f"arXiv's list repeats the page that begins with {head}.")
            if token is not None and token in tokens:
                raise BrokenChainError(f"arXiv's resumption token {shown(token)} repeats itself.")
            if token is not None and not page.records:
                raise BrokenChainError("The first page of arXiv's list came back empty.")
            yield page
            if token is None:
                return
            if len(token) > MAX_TOKEN:
                raise BadResponseError(
                    f"arXiv's list continues with a token of {len(token)} characters, more than"
                    f" {MAX_TOKEN}: {shown(token)}"
                )
            tokens.add(token)
            if head is not None:
                heads.add(head)
            params = {"verb": "ListRecords", "resumptionToken": token}
        raise BadResponseError(
            f"arXiv's list has more than {max_pages} pages.", hint="Ask for a shorter window."
        )

    def _ask(self, params: Mapping[str, str]) -> OaiPage:
        return self._http.read(self._url, params, read_page)


def check_identity(response: RawResponse) -> None:
    """Raise BadResponseError if a response is not what OAI-PMH answers to Identify."""
    if b"<Identify>" not in response.body:
        raise BadResponseError(
            f"{response.url} answers, and not as OAI-PMH does.",
            hint="Correct [arxiv] oai_url in living-survey.toml, or look whether a proxy answers.",
        )


def read_page(response: RawResponse) -> OaiPage:
    """Parse the page of a response."""
    return parse_oai_page(
        response.body,
        at=response.fetched_at,
        raw_path=None if response.path is None else str(response.path),
    )
