"""Parse one OAI-PMH response of arXiv into papers, quarantined records and a token.

Protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html; arXiv's deviations:
docs/explanation/arxiv-pitfalls.md.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from lxml import etree

from pipeline.ingest.sources.errors import (
    BadResponseError,
    BadResumptionTokenError,
    IncompleteResponseError,
    MalformedRecordError,
    OaiError,
)
from pipeline.ingest.sources.fields.dates import check_ages, parse_iso
from pipeline.ingest.sources.fields.elements import refuse_markup
from pipeline.ingest.sources.oai.record import NAMESPACE, paper_from_arxivraw
from pipeline.ingest.sources.transport.strict_xml import parse_strict
from storage.arxiv_id import parse_arxiv_id
from storage.types import Paper, QuarantinedRecord, Source

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RECORD = _OAI + "record"
_HEADER = _OAI + "header"
_DATESTAMP = _OAI + "datestamp"
_METADATA = _OAI + "metadata"
_RAW = NAMESPACE + "arXivRaw"
_RECORD_STARTS = re.compile(rb"<record(?:\s[^<>]*)?>")
_RECORD_ENDS = re.compile(rb"</record\s*>")
_IDENTIFIER_BYTES = re.compile(rb"<identifier>([^<]{1,200})</identifier>")
_CLEANED = "forbidden characters were taken out of this page"
_WRAP = (
    b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One page of a list of records."""

    papers: tuple[Paper, ...]
    malformed: tuple[QuarantinedRecord, ...]
    #: IDs of records marked as deleted, which arXiv does not use
    deleted: tuple[str, ...]
    #: the server's clock
    response_date: datetime | None
    resumption_token: str | None
    #: forbidden characters were replaced; the raw page is in `malformed`
    cleaned: bool = False
    no_records_match: bool = False
    raw_path: str | None = None

    @property
    def records(self) -> int:
        """Number of records, readable or not."""
        return len(self.papers) + len(self.malformed) + len(self.deleted) - self.cleaned


def parse_oai_page(body: bytes, *, at: datetime, raw_path: str | None = None) -> OaiPage:
    """Parse a response to ListRecords or GetRecord in `arXivRaw`; `at` dates what is quarantined.

    Unreadable records are quarantined one by one; `noRecordsMatch` is a page without records.

    Raises:
        IncompleteResponseError: the response is incomplete.
        BadResumptionTokenError: the window must be restarted.
        OaiError: any other error code.
        BadResponseError: it is not a list of records.
    """
    reader = _PageReader(body, at, raw_path)
    try:
        document = parse_strict(body)
    except IncompleteResponseError:
        return reader.salvage()
    return reader.read(document.root, cleaned=document.cleaned)


def parse_record(raw: bytes, *, at: datetime | None = None) -> Paper:
    """Parse one record as kept in quarantine; `at` is when it came.

    Raises:
        MalformedRecordError: it still cannot be read, or is marked as deleted.
    """
    try:
        root = parse_strict(_WRAP + raw + b"</OAI-PMH>").root
    except BadResponseError as error:
        raise MalformedRecordError(error.message) from error
    record = next(root.iter(_RECORD), None)
    try:
        paper = None if record is None else _paper_of(record)
        if paper is not None and at is not None:
            check_ages(paper, at)
    except ValueError as error:
        raise MalformedRecordError(str(error)) from error
    if paper is None:
        raise MalformedRecordError("it does not contain a record with a paper")
    return paper


class _PageReader:
    """Collects the records of one page."""

    def __init__(self, body: bytes, at: datetime, raw_path: str | None) -> None:
        self.body = body
        self.at = at
        self.raw_path = raw_path
        self.papers: list[Paper] = []
        self.malformed: list[QuarantinedRecord] = []
        self.deleted: list[str] = []
        self.spans: list[bytes] | None = None

    def read(self, root: etree._Element, *, cleaned: bool) -> OaiPage:
        """Read a well-formed page."""
        if root.tag == "record":  # as other archives of arXiv's responses keep them
            raise BadResponseError("The response is a record without the OAI-PMH envelope.")
        if root.tag != _OAI + "OAI-PMH":
            raise BadResponseError(f"The response is not OAI-PMH: its root is {root.tag!r}.")
        _raise_error(root)
        listing = root.find(_OAI + "ListRecords")
        if listing is None:
            listing = root.find(_OAI + "GetRecord")
        if listing is None and root.find(_OAI + "error") is None:
            raise BadResponseError("The OAI-PMH response is not a list of records.")
        if cleaned:
            self._set_aside(self.body, _CLEANED, None)
        if listing is not None:
            self._read_records(listing.iterchildren(_RECORD))
        return self._page(root, listing, cleaned=cleaned)

    def salvage(self) -> OaiPage:
        """Read a page that is complete but not well-formed, record by record.

        One bare `&` in a title makes the whole page unreadable for a strict parser.
        """
        if not self.body.rstrip().endswith(b"</OAI-PMH>"):
            parse_strict(self.body)  # raises the error again
        spans = _record_spans(self.body)
        ends = [0, *(span.stop for span in spans)]
        starts = [*(span.start for span in spans), len(self.body)]
        between = (self.body[end:start] for end, start in zip(ends, starts, strict=True))
        envelope = parse_strict(b"".join(between)).root
        cleaned = False
        for raw in (self.body[span] for span in spans):
            try:
                wrapped = parse_strict(_WRAP + raw + b"</OAI-PMH>")
            except BadResponseError as error:
                self._set_aside(raw, f"not well formed: {error.message}", None)
            else:
                cleaned = cleaned or wrapped.cleaned
                self._read_records([wrapped.root[0]], raw)
        if cleaned:
            self._set_aside(self.body, _CLEANED, None)
        return self._page(envelope, envelope.find(_OAI + "ListRecords"), cleaned=cleaned)

    def _read_records(self, records: Iterable[etree._Element], raw: bytes | None = None) -> None:
        for index, record in enumerate(records):
            try:
                paper = _paper_of(record)
                if paper is not None:
                    check_ages(paper, self.at)
            except (MalformedRecordError, ValueError) as error:
                reason = error.message if isinstance(error, MalformedRecordError) else str(error)
                self._set_aside(raw or self._bytes_of(record, index), reason, _record_id(record))
                continue
            if paper is None:
                self.deleted.append(_record_id(record) or "")
            else:
                self.papers.append(paper)

    def _bytes_of(self, record: etree._Element, index: int) -> bytes:
        if self.spans is None:
            self.spans = [self.body[span] for span in _record_spans(self.body)]
        if index < len(self.spans):
            return self.spans[index]
        return etree.tostring(record, encoding="utf-8")

    def _set_aside(self, raw: bytes, reason: str, arxiv_id: str | None) -> None:
        if (
            arxiv_id is None
            and len(raw) < len(self.body)
            and (match := _IDENTIFIER_BYTES.search(raw))
        ):
            identifier = parse_arxiv_id(match[1].decode("utf-8", errors="replace").strip())
            arxiv_id = identifier.base if identifier else None
        self.malformed.append(
            QuarantinedRecord(Source.OAI.value, reason, raw, self.raw_path, arxiv_id, self.at)
        )

    def _page(
        self, root: etree._Element, listing: etree._Element | None, *, cleaned: bool
    ) -> OaiPage:
        token = None if listing is None else listing.findtext(_OAI + "resumptionToken")
        response_date = root.findtext(_OAI + "responseDate")
        return OaiPage(
            papers=tuple(self.papers),
            malformed=tuple(self.malformed),
            deleted=tuple(self.deleted),
            response_date=_moment(response_date),
            resumption_token=(token or "").strip() or None,
            cleaned=cleaned,
            no_records_match=root.find(_OAI + "error") is not None,
            raw_path=self.raw_path,
        )


def _record_spans(body: bytes) -> list[slice]:
    """Return where each `<record>` begins and the next `</record>` ends, in one pass."""
    spans: list[slice] = []
    begins = _RECORD_STARTS.search(body)
    while begins and (ends := _RECORD_ENDS.search(body, begins.end())):
        spans.append(slice(begins.start(), ends.end()))
        begins = _RECORD_STARTS.search(body, ends.end())
    return spans


def _raise_error(root: etree._Element) -> None:
    error = root.find(_OAI + "error")
    if error is None:
        return
    code = error.get("code", "")
    text = " ".join((error.text or "").split())
    if code == "noRecordsMatch":
        return
    message = f"OAI-PMH returned {code}: {text}"
    if code == "badResumptionToken":
        raise BadResumptionTokenError(message, code=code)
    raise OaiError(message, code=code)


def _paper_of(record: etree._Element) -> Paper | None:
    """Return the paper of a record, or None if it is marked as deleted."""
    headers, metadata = record.findall(_HEADER), record.findall(f"{_METADATA}/*")
    if not headers:
        raise MalformedRecordError("the record has no header")
    header = headers[0]
    if header.get("status") == "deleted":
        return None
    if not metadata:
        raise MalformedRecordError("the record has no metadata")
    if len(headers) > 1 or len(metadata) > 1:
        raise MalformedRecordError("the record has two headers or two metadata")
    refuse_markup(header, (_DATESTAMP,))
    content = metadata[0]
    if content.tag != _RAW:
        raise MalformedRecordError(f"the record is in the format {content.tag!r}, not arXivRaw")
    day = None
    for part in header:
        if part.tag == _DATESTAMP:
            day = part.text
            break
    return paper_from_arxivraw(content, _day(day.strip()) if day else None)


@lru_cache(maxsize=64)
def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _record_id(record: etree._Element) -> str | None:
    identifier = parse_arxiv_id(record.findtext(f"{_HEADER}/{_OAI}identifier") or "")
    return identifier.base if identifier else None


def _moment(text: str | None) -> datetime | None:
    try:
        return parse_iso(text) if text else None
    except ValueError:
        return None
