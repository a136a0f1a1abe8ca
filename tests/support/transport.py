"""Responses of a fake arXiv, and a clock that moves only by waiting."""

import contextlib
import itertools
import re
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.ingest.sources.transport.archive import Archive, RawResponse
from pipeline.ingest.sources.transport.client import ArxivHttp, trusted_certificates
from pipeline.ingest.sources.transport.limiter import Limiter

AT = datetime(2026, 3, 17, 4, 0, tzinfo=UTC)
INTERVAL = 3.0


@dataclass
class FakeTime:
    """Time for limiter and client: waiting is instant and recorded."""

    seconds: float = 1_000_000.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


def make_http(
    directory: Path,
    time: FakeTime | None = None,
    *,
    client: httpx.Client | None = None,
    archive: bool = False,
    interval: float = INTERVAL,
    **options: Any,
) -> ArxivHttp:
    """Return a client for loopback servers with instant waiting and its state in `directory`."""
    time = time or FakeTime()
    return ArxivHttp(
        client or fresh_client(),
        make_limiter(directory, time, interval=interval),
        Archive(directory / "archive") if archive else None,
        clock=lambda: AT,
        wait=time.wait,
        monotonic=time.now,
        **options,
    )


def fetch(http: ArxivHttp, url: str, params: Mapping[str, str] | None = None) -> RawResponse:
    """Return the response to `url?params` as it arrived."""
    return http.read(url, params, lambda response: response)


def make_limiter(directory: Path, time: FakeTime, *, interval: float = INTERVAL) -> Limiter:
    return Limiter(
        directory / "limiter.json", interval, wait=time.wait, wall=time.now, monotonic=time.now
    )


def fresh_client(first_read_timeout: float = 30.0) -> httpx.Client:
    """Return a client whose first request may have a shorter read timeout than all others."""
    timeouts = itertools.chain([first_read_timeout], itertools.repeat(30.0))

    def set_timeout(request: httpx.Request) -> None:
        request.extensions["timeout"] = {**request.extensions["timeout"], "read": next(timeouts)}

    return httpx.Client(
        verify=trusted_certificates(),
        timeout=30.0,
        event_hooks={"request": [set_timeout]},
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        trust_env=False,
    )


VERSION = (
    "<version version='v1'><date>Mon, 16 Mar 2026 09:30:00 GMT</date><size>9kb</size></version>"
)


def raw_record(
    arxiv_id: str = "2603.00001",
    *,
    title: str = "A title",
    authors: str = "Ada Example, Bo Sample",
    categories: str = "cs.CV cs.CL",
    abstract: str = "  We draw images.",
    versions: str = VERSION,
    extra: str = "",
    status: str = "",
) -> str:
    """Return one record in `arXivRaw` as the service of 2026 writes it."""
    mark = f' status="{status}"' if status else ""
    return f"""<record><header{mark}><identifier>oai:arXiv.org:{arxiv_id}</identifier>
<datestamp>2026-03-17</datestamp><setSpec>cs:cs:CV</setSpec></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{arxiv_id}</id>
<submitter>Ada Example</submitter>{versions}<title>{title}</title><authors>{authors}</authors>
<categories>{categories}</categories>{extra}<abstract>{abstract}</abstract>
</arXivRaw></metadata></record>"""


def oai_response(inner: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2026-03-17T04:00:00Z</responseDate>
<request verb="ListRecords">http://oaipmh.arxiv.org/oai</request>
{inner}
</OAI-PMH>"""


def oai_page(*records: str, token: str | None = None) -> str:
    """Return a page; `token` "" ends a chain, None leaves the element out."""
    end = "" if token is None else f"<resumptionToken>{token}</resumptionToken>"
    return oai_response(f"<ListRecords>{''.join(records)}{end}</ListRecords>")


def oai_error(code: str, text: str = "no") -> str:
    return oai_response(f"<error code='{code}'>{text}</error>")


def rss_item(
    arxiv_id: str = "2603.00001",
    version: int = 1,
    *,
    announce_type: str = "new",
    title: str = "A title",
    categories: Sequence[str] = ("cs.CV",),
    abstract: str = "We draw images.",
) -> str:
    named = "".join(f"<category>{name}</category>" for name in categories)
    guid = f"oai:arXiv.org:{arxiv_id}v{version}"
    return f"""<item><title>{title}</title><link>https://arxiv.org/abs/{arxiv_id}</link>
<description>arXiv:{arxiv_id}v{version} Announce Type: {announce_type} \nAbstract: {abstract}
</description>
<guid isPermaLink="false">{guid}</guid>{named}
<pubDate>Tue, 17 Mar 2026 00:00:00 -0400</pubDate>
<arxiv:announce_type>{announce_type}</arxiv:announce_type>
<dc:creator>Ada Example</dc:creator></item>"""


def rss_feed(
    *items: str, day: str = "Tue, 17 Mar 2026 00:00:00 -0400", title: str = "cs.CV updates"
) -> str:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 version="2.0"><channel><title>{title}</title><link>http://rss.arxiv.org/rss/cs.CV</link>
<description>cs.CV updates on the arXiv.org e-print archive.</description>
<lastBuildDate>Tue, 17 Mar 2026 04:00:03 +0000</lastBuildDate><pubDate>{day}</pubDate>
<skipDays><day>Sunday</day><day>Saturday</day></skipDays>{"".join(items)}</channel></rss>"""


def atom_entry(
    arxiv_id: str = "2603.00001",
    version: int = 1,
    *,
    title: str = "A title",
    published: str = "2026-03-16T09:30:00Z",
    extra: str = "",
) -> str:
    """Return one entry of the query API as the server of 2026 writes it."""
    dated = f"<published>{published}</published>" if published else ""
    return f"""<entry><id>http://arxiv.org/abs/{arxiv_id}v{version}</id><title>{title}</title>
<updated>2026-03-16T09:30:00Z</updated>
<link href="https://arxiv.org/abs/{arxiv_id}v{version}" rel="alternate" type="text/html"/>
<summary>We draw images.</summary><category term="cs.CV"/>{dated}{extra}
<arxiv:primary_category term="cs.CV"/><author><name>Ada Example</name></author></entry>"""


def atom_page(*entries: str, total: int | None = None) -> str:
    count = len(entries) if total is None else total
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
 xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/x</id><title>arXiv Query: search_query=all:x</title>
<updated>2026-03-17T04:00:00Z</updated>
<opensearch:itemsPerPage>100</opensearch:itemsPerPage>
<opensearch:totalResults>{count}</opensearch:totalResults>
<opensearch:startIndex>0</opensearch:startIndex>{"".join(entries)}</feed>"""


def atom_error(reason: str) -> str:
    return atom_page(
        "<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title>"
        f"<updated>2026-03-17T04:00:00Z</updated><summary>{reason}</summary></entry>"
    )


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


#: a response whose headers and body are sent as they are
RAW_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<ok>"


def raw_server(*replies: bytes, silent: int = 0) -> tuple[str, threading.Thread, list[bytes]]:
    """Serve raw bytes, one connection each; the first `silent` stay open until the client ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def serve() -> None:
        with listener:
            for number, reply in enumerate(replies):
                connection, _ = listener.accept()
                with connection, contextlib.suppress(ConnectionError):
                    seen.append(connection.recv(65536))
                    connection.sendall(reply)
                    if number < silent:
                        connection.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/oai", thread, seen


class Script:
    """A fake arXiv that gives its responses in order and records requests."""

    def __init__(self, server: HTTPServer, *responses: str | Response) -> None:
        self.responses = list(responses)
        self.requests: list[Request] = []
        self.server = server
        server.expect_request(re.compile(".*")).respond_with_handler(self._respond)

    def _respond(self, request: Request) -> Response:
        self.requests.append(request)
        if not self.responses:
            return Response("asked too often", status=404)
        response = self.responses.pop(0)
        return (
            Response(response, content_type="text/xml") if isinstance(response, str) else response
        )

    def url(self, path: str) -> str:
        return self.server.url_for(path)


def fault(status: int, body: str = "", **headers: str) -> Response:
    """Return a faulty response; `Retry_After="7"` becomes the header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status=status, headers=named)
