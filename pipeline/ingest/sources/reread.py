"""Parse archived responses and quarantined records again."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ingest.sources.errors import BadResponseError, MalformedRecordError
from pipeline.ingest.sources.feed.source import Feed, read_feed
from pipeline.ingest.sources.oai.page import parse_oai_page, parse_record
from pipeline.ingest.sources.oai.source import read_page as read_oai_page
from pipeline.ingest.sources.query.client import paper_from_result
from pipeline.ingest.sources.query.transport import check_page, results_of
from pipeline.ingest.sources.query.transport import read_page as read_query_page
from pipeline.ingest.sources.transport.archive import Archive, RawResponse
from pipeline.ingest.sources.transport.responses import classify_response
from storage.types import Paper, QuarantinedRecord, Source

_ATOM_ENTRY = (
    b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    b' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
    b"<opensearch:totalResults>1</opensearch:totalResults>"
)


@dataclass(frozen=True, slots=True)
class Reread:
    """One archived response, parsed again."""

    response: RawResponse
    papers: tuple[Paper, ...] = ()
    feed: Feed | None = None
    malformed: tuple[QuarantinedRecord, ...] = ()


def reread_archive(archive: Archive) -> Iterator[Reread]:
    """Yield the archived responses, oldest first, without errors and throttle pages."""
    for response in archive.replay():
        if classify_response(response) is not None or response.status != 200:
            continue
        try:
            yield reread_response(response)
        except BadResponseError:
            # Rejected on arrival too; its retry has a response of its own.
            continue


def reread_response(response: RawResponse) -> Reread:
    """Parse a response as an OAI page, a query API page or a feed.

    Raises:
        BadResponseError: it has another root element or is incomplete.
    """
    body = response.body
    if b"<OAI-PMH" in body[:4096]:
        oai = read_oai_page(response)
        return Reread(response, papers=oai.papers, malformed=oai.malformed)
    if b"totalResults" in body[:8192]:
        page = read_query_page(response)
        papers = tuple(paper_from_result(result) for result in results_of(page))
        return Reread(response, papers=papers, malformed=page.malformed)
    feed = read_feed(response)
    return Reread(response, feed=feed, malformed=feed.malformed)


def reread_record(record: QuarantinedRecord) -> tuple[Paper, ...]:
    """Return the papers in a quarantined record or page.

    Raises:
        MalformedRecordError: the record still cannot be read.
    """
    raw, at = record.raw, record.quarantined_at
    try:
        if record.source == Source.OAI.value:
            if b"<OAI-PMH" in raw[:4096]:
                return parse_oai_page(raw, at=at).papers
            return (parse_record(raw, at=at),)
        if record.source == Source.QUERY.value:
            whole = b"totalResults" in raw[:8192]
            page = check_page(raw if whole else _ATOM_ENTRY + raw + b"</feed>", at=at)
            papers = tuple(paper_from_result(result) for result in results_of(page))
            if papers:
                return papers
            raise MalformedRecordError(page.malformed[0].reason if page.malformed else "empty")
    except BadResponseError as error:
        raise MalformedRecordError(error.message) from error
    raise MalformedRecordError(f"records of {record.source!r} do not hold papers")
