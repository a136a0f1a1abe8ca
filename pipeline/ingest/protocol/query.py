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

from pipeline.ingest.protocol.answers import NO_CHANGE, Answer, ResponseChange
from pipeline.ingest.protocol.holdings import AsText, LookUps, RefusedError
from pipeline.ingest.protocol.record import Record
from pipeline.ingest.protocol.search import BadQueryError, parse
from pipeline.ingest.protocol.tex import to_unicode
from pipeline.ingest.protocol.xml import escape, escape_attribute

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
    params: Mapping[str, str],
    look_ups: LookUps,
    *,
    now: datetime,
    change: ResponseChange = NO_CHANGE,
    as_text: AsText = to_unicode,
) -> Answer:
    """Answer one request at the aware UTC instant `now`; `as_text` converts TeX."""
    try:
        request = _read(params)
        if request.start + request.max_results > MAX_OFFSET:
            return Answer(b"Internal Server Error", 500, (("Content-Type", "text/html"),))
        executed, found = _find(request, look_ups)
    except _BadRequestError as error:
        return _answer(_error_feed(str(error), error.fragment, now), 400)
    except RefusedError as error:
        return _answer(_error_feed(str(error), "#not_held", now), 400)
    start = max(0, request.start - change.repeated)
    page = [] if change.empty_page else found[start : request.start + request.max_results]
    total = max(0, len(found) + change.total_change)
    return _answer(
        _feed(request, executed, total, now, [_entry(record, as_text) for record in page])
    )


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


def _find(request: _Request, look_ups: LookUps) -> tuple[str, list[Record]]:
    if request.ids:
        found = _by_ids(request.ids, look_ups)
        records = list({(r.arxiv_id, len(r.versions)): r for r in found}.values())
    elif request.search_query.strip():
        records = list(look_ups.everything())
    else:
        records = []
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
    records.sort(key=lambda record: record.arxiv_id)
    if request.sort_by == "submittedDate":
        records.sort(key=lambda r: r.versions[0].submitted_at, reverse=request.descending)
    elif request.sort_by == "lastUpdatedDate":
        records.sort(key=lambda r: r.current.submitted_at, reverse=request.descending)
    else:
        records.sort(key=lambda r: scores.get(r.arxiv_id, 0), reverse=request.descending)
    return executed, records


def _by_ids(texts: Sequence[str], look_ups: LookUps) -> list[Record]:
    # `math.GT/0309136` is accepted, but only the bare archive is in the index.
    matches = [match for text in texts if (match := _ID.fullmatch(text))]
    held = look_ups.found(dict.fromkeys(match["base"] for match in matches))
    found = []
    for match in matches:
        record = held.get(match["base"])
        if record is not None and match["version"] is not None:
            record = _in_version(record, int(match["version"]))
        if record is not None:
            found.append(record)
    return found


def _in_version(record: Record, number: int) -> Record | None:
    versions = tuple(one for one in record.versions if one.number <= number)
    if not versions or versions[-1].number != number:
        return None
    return replace(record, versions=versions)


def _feed(
    request: _Request, executed: str, total: int, now: datetime, entries: Sequence[str]
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
        + "".join(entries)
        + "</feed>\n"
    )


def _entry(record: Record, as_text: AsText) -> str:
    name = f"{record.arxiv_id}v{record.current.number}"
    categories = "".join(
        f'    <category term="{term}" scheme="http://arxiv.org/schemas/atom"/>\n'
        for term in record.categories
    )
    authors = "".join(
        f"    <author>\n      <name>{escape(as_text(author))}</name>\n    </author>\n"
        for author in record.authors
    )
    return (
        "  <entry>\n"
        f"    <id>http://arxiv.org/abs/{name}</id>\n"
        f"    <title>{escape(_one_line(record.title, as_text))}</title>\n"
        f"    <updated>{_stamp(record.current.submitted_at)}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>\n'
        f'    <link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" '
        'title="pdf"/>\n'
        f"    <summary>{escape(as_text(record.abstract or ''))}</summary>\n"
        f"{categories}"
        f"    <published>{_stamp(record.versions[0].submitted_at)}</published>\n"
        + _optional("comment", record.comment, as_text)
        + f'    <arxiv:primary_category term="{record.categories[0]}"/>\n'
        + _optional("journal_ref", record.journal_ref, as_text)
        + authors
        + _doi(record.doi)
        + "  </entry>\n"
    )


def _optional(name: str, value: str | None, as_text: AsText) -> str:
    if not value:
        return ""
    return f"    <arxiv:{name}>{escape(_one_line(value, as_text))}</arxiv:{name}>\n"


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


def _one_line(text: str, as_text: AsText) -> str:
    return " ".join(as_text(text).split())


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
