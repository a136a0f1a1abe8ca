"""Run the `arxiv` package over our HTTP client and strict checks.

The package alone accepts cut XML, reads `Rate exceeded.` as zero results and has no timeout.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import arxiv
import requests
from lxml import etree
from requests.adapters import BaseAdapter

from config.visible import visible
from pipeline.ingest.sources.errors import (
    BadRequestError,
    BadResponseError,
    MalformedRecordError,
)
from pipeline.ingest.sources.fields import sizes
from pipeline.ingest.sources.fields.dates import check_age, parse_iso
from pipeline.ingest.sources.fields.elements import element_fault
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.client import ArxivHttp
from pipeline.ingest.sources.transport.strict_xml import parse_strict
from storage.arxiv_id import parse_arxiv_id
from storage.types import QuarantinedRecord, Source

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_READ = frozenset(
    {
        *(_ATOM + name for name in ("id", "title", "summary", "published", "updated")),
        *(_ARXIV + name for name in ("comment", "journal_ref", "primary_category")),
    }
)
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@dataclass(frozen=True, slots=True)
class QueryPage:
    """A query API page before the package reads it."""

    #: the response without unreadable entries
    body: bytes
    #: the query as arXiv executed it
    title: str
    total: int
    #: readable or not
    entries: int
    malformed: tuple[QuarantinedRecord, ...]
    readable: int


def check_page(body: bytes, *, at: datetime, raw_path: str | None = None) -> QueryPage:
    """Parse a page strictly and quarantine entries the package would lose or fail on.

    Raises:
        IncompleteResponseError: the page is incomplete.
        BadRequestError: it is an error entry.
        BadResponseError: it is not a response of the query API.
    """
    document = parse_strict(body)
    root = document.root
    if root.tag != _ATOM + "feed":
        raise BadResponseError(f"The response is not an Atom feed: its root is {root.tag!r}.")
    total = (root.findtext(_OPENSEARCH + "totalResults") or "").strip()
    if not total.isdecimal() or len(total) > 12:
        raise BadResponseError("The response does not say how many results there are.")
    title = " ".join((root.findtext(_ATOM + "title") or "").split())
    entries = root.findall(_ATOM + "entry")
    malformed: list[QuarantinedRecord] = []
    if document.cleaned:
        reason = "forbidden characters were taken out of this page"
        malformed.append(QuarantinedRecord(Source.QUERY.value, reason, body, raw_path, None, at))
    readable = len(entries)
    for entry in entries:
        identifier = (entry.findtext(_ATOM + "id") or "").strip()
        if "/api/errors" in identifier:
            reason = " ".join((entry.findtext(_ATOM + "summary") or "").split())
            raise BadRequestError(f"arXiv refuses the query: {reason.rstrip('.')}.", reason=reason)
        fault = _fault(entry, identifier, at)
        if fault:
            parsed = parse_arxiv_id(identifier)
            malformed.append(
                QuarantinedRecord(
                    Source.QUERY.value,
                    fault,
                    etree.tostring(entry, encoding="utf-8", with_tail=False),
                    raw_path,
                    parsed.base if parsed else None,
                    at,
                )
            )
            root.remove(entry)
            readable -= 1
    if readable < len(entries) or document.cleaned:
        body = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return QueryPage(body, title, int(total), len(entries), tuple(malformed), readable)


def _fault(entry: etree._Element, identifier: str, at: datetime) -> str | None:
    """Return why an entry cannot become a paper, or None if it can."""
    if parse_arxiv_id(identifier) is None:
        return f"{identifier!r:.100} is not an arXiv ID"
    if not visible(entry.findtext(_ATOM + "title") or "").strip():
        return "the entry has no title"
    # The package would cut a text there, or take one of two.
    if fault := element_fault(entry, _READ):
        return fault
    if fault := _size_fault(entry):
        return fault
    for author in entry.iterfind(_ATOM + "author"):
        if fault := element_fault(author, (_ATOM + "name",)):
            return f"of an author, {fault}"
    for name in ("published", "updated"):
        text = (entry.findtext(_ATOM + name) or "").strip()
        try:
            moment = parse_iso(text)
        except ValueError:
            return f"the date {text!r} ({name}) cannot be read"
        try:
            check_age(moment, at)
        except MalformedRecordError as error:
            return error.message
    return None


def _size_fault(entry: etree._Element) -> str | None:
    names = [author.findtext(_ATOM + "name") or "" for author in entry.iterfind(_ATOM + "author")]
    if len(names) > sizes.AUTHORS:
        return f"it has {len(names):,} authors; at most {sizes.AUTHORS:,} are read"
    return sizes.size_fault(
        (
            ("title", entry.findtext(_ATOM + "title"), sizes.TITLE),
            ("abstract", entry.findtext(_ATOM + "summary"), sizes.ABSTRACT),
            ("comment", entry.findtext(_ARXIV + "comment"), sizes.COMMENT),
            ("journal reference", entry.findtext(_ARXIV + "journal_ref"), sizes.OTHER),
            ("longest name", max(names, key=len, default=""), sizes.NAME),
        )
    )


class StrictAdapter(BaseAdapter):
    """Fetch through `ArxivHttp` and return checked pages only."""

    def __init__(self, http: ArxivHttp) -> None:
        super().__init__()
        self._http = http
        self.page: QueryPage | None = None

    def send(  # noqa: PLR0917 - the signature is requests' own
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - as above, to the last
        timeout: object = None,  # noqa: ARG002 - ours are set at the client
        verify: object = True,  # noqa: ARG002, FBT002 - certificates are always checked
        cert: object = None,  # noqa: ARG002 - arXiv knows no client certificates
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - the client has them
    ) -> requests.Response:
        """Fetch, check and remember one page; our errors pass through the package."""
        assert request.url is not None
        page = self.page = self._http.read(request.url, None, read_page)
        return _response(request, page.body)

    def close(self) -> None:
        """Do nothing: the adapter holds no connections."""


def make_arxiv_client(adapter: BaseAdapter, query_url: str) -> arxiv.Client:
    """Return the package's client over our adapter, without its own waits and retries."""
    client = arxiv.Client(page_size=100, delay_seconds=0, num_retries=0)
    client.query_url_format = query_url + "?{}"
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    client._session = session  # noqa: SLF001 - the package takes no session
    return client


def results_of(page: QueryPage) -> list[arxiv.Result]:
    """Return the package's results for a checked page, offline."""
    client = make_arxiv_client(_Canned(page), "https://export.arxiv.org/api/query")
    client.page_size = max(1, page.readable)
    return list(client.results(arxiv.Search(max_results=max(1, page.readable))))


def read_page(response: RawResponse) -> QueryPage:
    """Check the page of a response."""
    return check_page(
        response.body,
        at=response.fetched_at,
        raw_path=None if response.path is None else str(response.path),
    )


class _Canned(BaseAdapter):
    """Return one page already in memory for every request."""

    def __init__(self, page: QueryPage) -> None:
        super().__init__()
        self._page = page

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:  # type: ignore[override]
        return _response(request, self._page.body)

    def close(self) -> None:
        """Do nothing: the adapter holds no connections."""


def _response(request: requests.PreparedRequest, body: bytes) -> requests.Response:
    response = requests.Response()
    response.status_code = 200
    response.url = request.url or ""
    response.request = request
    response._content = body  # noqa: SLF001 - requests has no public way to set it
    return response
