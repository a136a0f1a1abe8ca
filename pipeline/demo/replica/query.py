"""Answer query API requests as export.arxiv.org/api/query does since 2025-11.

Errors are HTTP 400 with a feed of one entry titled `Error`. Unknown ids are omitted.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote_plus

from pipeline.demo.replica.answers import NO_CHANGE, Answer, ResponseChange
from pipeline.demo.replica.catalogue import View
from pipeline.demo.replica.records import Record
from pipeline.demo.replica.search import BadQueryError, parse
from pipeline.demo.replica.tex import to_unicode
from pipeline.demo.replica.xml import escape, escape_attribute

#: the largest offset the index reaches; beyond it arXiv answers 500
MAX_OFFSET = 10_000
#: documented limits: results in all and in one slice
MAX_RESULTS = 30_000
MAX_SLICE = 2_000
_ID = re.compile(
    r"(?P<base>\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]{2,})?/\d{7})(?:v(?P<version>[1-9]\d*))?"
)
# accepted by arXiv, but not in its index
_NEVER_FOUND = re.compile(r"arXiv:.+|[A-Z-]+/\d{7}(v\d+)?")
_SORTS = ("relevance", "lastUpdatedDate", "submittedDate")
_ORDERS = ("ascending", "descending")
_NAMESPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"'
)


class _BadRequestError(Exception):
    def __init__(self, message: str, fragment: str = "") -> None:
        super().__init__(message)
        self.fragment = fragment


@dataclass(frozen=True, slots=True)
class _Request:
    search_query: str
    ids: tuple[str, ...]
    start: int
    max_results: int
    sort_by: str
    descending: bool


def answer(
    params: Mapping[str, str], view: View, *, now: datetime, change: ResponseChange = NO_CHANGE
) -> Answer:
    """Answer one request at the aware UTC instant `now`."""
    try:
        request = _read(params)
        if request.start + request.max_results > MAX_OFFSET:
            return Answer(b"Internal Server Error", 500, (("Content-Type", "text/html"),))
        executed, found = _find(request, view, change)
    except _BadRequestError as error:
        return _answer(_error_feed(str(error), error.fragment, now), 400)
    start = max(0, request.start - change.repeated)
    page = [] if change.empty_page else found[start : request.start + request.max_results]
    total = max(0, len(found) + change.total_change)
    return _answer(_feed(request, executed, page, total, now))


def _answer(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, (("Content-Type", "application/atom+xml; charset=utf-8"),))


def _read(params: Mapping[str, str]) -> _Request:
    start, size = _number(params, "start", 0), _number(params, "max_results", 10)
    if start < 0:
        raise _BadRequestError("start must be non-negative")
    if size <= 0:
        raise _BadRequestError("max_results must be a positive integer")
    if start + size > MAX_RESULTS:
        raise _BadRequestError(f"start + max_results must be at most {MAX_RESULTS}")
    sort_by = params.get("sortBy") or "relevance"
    order = params.get("sortOrder") or "descending"
    if sort_by not in _SORTS:
        raise _BadRequestError(f"sortBy must be in: {', '.join(_SORTS)}")
    if order not in _ORDERS:
        raise _BadRequestError(f"sortOrder must be in: {', '.join(_ORDERS)}")
    ids = tuple(part.strip() for part in params.get("id_list", "").split(",") if part.strip())
    for one in ids:
        if not _ID.fullmatch(one) and not _NEVER_FOUND.fullmatch(one):
            fragment = f"#incorrect_id_format_for_{one}"
            raise _BadRequestError(f"incorrect id format for {one}", fragment)
    size = min(size, MAX_SLICE)
    return _Request(
        params.get("search_query", ""), ids, start, size, sort_by, order == "descending"
    )


def _number(params: Mapping[str, str], name: str, default: int) -> int:
    value = params.get(name) or str(default)
    try:
        return int(value)
    except ValueError:
        raise _BadRequestError(f"{name} must be an integer") from None


def _find(request: _Request, view: View, change: ResponseChange) -> tuple[str, list[Record]]:
    if request.ids:
        found = [record for one in request.ids if (record := _by_id(one, view))]
        records = list({(r.arxiv_id, len(r.versions)): r for r in found}.values())
    else:
        records = list(view.records)
    records = [record for record in records if record.arxiv_id not in change.hidden]
    executed = request.search_query
    scores: dict[str, int] = {}
    if request.search_query.strip():
        try:
            query = parse(request.search_query)
        except BadQueryError:
            raise _BadRequestError(f"Invalid query string: '{request.search_query}'") from None
        executed = query.executed
        scores = {record.arxiv_id: query.score(record) for record in records}
        records = [record for record in records if scores[record.arxiv_id]]
    elif not request.ids:
        records = []
    records.sort(key=lambda record: record.arxiv_id)
    if request.sort_by == "submittedDate":
        records.sort(key=lambda r: r.versions[0].submitted_at, reverse=request.descending)
    elif request.sort_by == "lastUpdatedDate":
        records.sort(key=lambda r: r.current.submitted_at, reverse=request.descending)
    else:
        records.sort(key=lambda r: scores.get(r.arxiv_id, 0), reverse=request.descending)
    return executed, records


def _by_id(text: str, view: View) -> Record | None:
    match = _ID.fullmatch(text)
    if match is None:
        return None
    # `math.GT/0309136` is accepted, but only the bare archive is in the index.
    record = view.by_id.get(match["base"])
    if record is None or match["version"] is None:
        return record
    versions = record.versions[: int(match["version"])]
    if versions[-1].number != int(match["version"]):
        return None
    return replace(record, versions=versions)


def _feed(
    request: _Request, executed: str, page: Sequence[Record], total: int, now: datetime
) -> str:
    ids = ",".join(request.ids)
    title = (
        f"arXiv Query: search_query={executed}&id_list={ids}"
        f"&start={request.start}&max_results={request.max_results}"
    )
    link = (
        f"https://arxiv.org/api/query?search_query={quote_plus(executed, safe=':()*,/')}"
        f"&start={request.start}&max_results={request.max_results}&id_list={ids}"
    )
    digest = base64.b64encode(hashlib.sha1(title.encode(), usedforsecurity=False).digest())
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f"<feed {_NAMESPACES}>\n"
        f"  <id>https://arxiv.org/api/{digest.decode().rstrip('=')}</id>\n"
        f"  <title>{escape(title)}</title>\n"
        f"  <updated>{_stamp(now)}</updated>\n"
        f'  <link href="{escape_attribute(link)}" type="application/atom+xml"/>\n'
        f"  <opensearch:itemsPerPage>{request.max_results}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{request.start}</opensearch:startIndex>\n"
        + "".join(map(_entry, page))
        + "</feed>\n"
    )


def _entry(record: Record) -> str:
    name = f"{record.arxiv_id}v{record.current.number}"
    categories = "".join(
        f'    <category term="{term}" scheme="http://arxiv.org/schemas/atom"/>\n'
        for term in record.categories
    )
    authors = "".join(
        f"    <author>\n      <name>{escape(to_unicode(author))}</name>\n    </author>\n"
        for author in record.authors
    )
    return (
        "  <entry>\n"
        f"    <id>http://arxiv.org/abs/{name}</id>\n"
        f"    <title>{escape(_one_line(record.title))}</title>\n"
        f"    <updated>{_stamp(record.current.submitted_at)}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>\n'
        f'    <link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" '
        'title="pdf"/>\n'
        f"    <summary>{escape(to_unicode(record.abstract or ''))}</summary>\n"
        f"{categories}"
        f"    <published>{_stamp(record.versions[0].submitted_at)}</published>\n"
        + _optional("comment", record.comment)
        + f'    <arxiv:primary_category term="{record.categories[0]}"/>\n'
        + _optional("journal_ref", record.journal_ref)
        + authors
        + _doi(record.doi)
        + "  </entry>\n"
    )


def _optional(name: str, value: str | None) -> str:
    if not value:
        return ""
    return f"    <arxiv:{name}>{escape(_one_line(value))}</arxiv:{name}>\n"


def _doi(doi: str | None) -> str:
    if not doi:
        return ""
    return (
        f"    <arxiv:doi>{escape(doi)}</arxiv:doi>\n"
        f'    <link rel="related" href="https://doi.org/{escape_attribute(doi)}" title="doi"/>\n'
    )


def _error_feed(message: str, fragment: str, now: datetime) -> str:
    where = escape(f"https://arxiv.org/api/errors{fragment}")
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f"<feed {_NAMESPACES}>\n"
        "  <id>https://arxiv.org/</id>\n"
        "  <title>arXiv Search Results</title>\n"
        f"  <updated>{_stamp(now)}</updated>\n"
        "  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>\n"
        "  <opensearch:totalResults>1</opensearch:totalResults>\n"
        "  <opensearch:startIndex>0</opensearch:startIndex>\n"
        "  <entry>\n"
        f"    <id>{where}</id>\n"
        "    <title>Error</title>\n"
        f"    <updated>{_stamp(now)}</updated>\n"
        f'    <link href="{where}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{escape(message)}</summary>\n"
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n"
        "  </entry>\n</feed>\n"
    )


def _one_line(text: str) -> str:
    return " ".join(to_unicode(text).split())


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
