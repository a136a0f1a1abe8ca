"""Serve a local arXiv on a loopback address and record every request.

`with ReplicaServer(records) as arxiv:` gives `arxiv.oai_url`, `arxiv.rss_url` and
`arxiv.query_url` for the settings.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from datetime import time as clock_time
from types import TracebackType
from typing import Self

from config.errors import UsageError
from config.loopback import is_loopback_host
from pipeline.demo.replica.calendar import NEW_YORK
from pipeline.demo.replica.catalogue import Catalogue, View
from pipeline.demo.replica.damage import Delivery, change_for, corrupt, delivery_for, replacement
from pipeline.demo.replica.faults import Fault
from pipeline.demo.replica.holdings import ViewHoldings
from pipeline.demo.replica.http import HttpServer, Request
from pipeline.demo.replica.log import Channel, RecordedRequest, RequestLog
from pipeline.ingest.protocol import feeds, oai, query
from pipeline.ingest.protocol.answers import Answer, ResponseChange
from pipeline.ingest.protocol.record import Record

#: records a page, as live resumption tokens of October 2026 say
PAGE_SIZE = 1300

Clock = Callable[[], datetime]


class ReplicaServer:
    """The server in a thread, from `with` to the end of the block.

    Args:
        records: what arXiv holds.
        host: a loopback address or `localhost`.
        port: 0 takes a free one.
        today: a New York day or a clock (aware instants). Then nothing announced later is visible.
            None shows every record, and dates feeds by the real clock.
        page_size: records a page of ListRecords.
        faults: what goes wrong, and when.
    """

    def __init__(
        self,
        records: Iterable[Record],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        today: date | Clock | None = None,
        page_size: int = PAGE_SIZE,
        faults: Iterable[Fault] = (),
    ) -> None:
        _require_loopback(host)
        self.log = RequestLog()
        self._catalogue = Catalogue(records)
        self._clock = _clock(today)
        self._hides_later = today is not None
        self._page_size = page_size
        #: may be replaced while the server runs
        self.faults = tuple(faults)
        self._server = HttpServer((host, port), self._respond, self.log)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        host, port = str(self._server.server_address[0]), self._server.server_address[1]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def oai_url(self) -> str:
        """Replace https://oaipmh.arxiv.org/oai."""
        return f"{self.url}/oai"

    @property
    def rss_url(self) -> str:
        """Replace https://rss.arxiv.org."""
        return self.url

    @property
    def query_url(self) -> str:
        """Replace https://export.arxiv.org/api/query."""
        return f"{self.url}/api/query"

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """Every request so far, in the order in which they came."""
        return self.log.requests

    def hold(self, records: Iterable[Record]) -> None:
        """Replace what arXiv holds, while the server runs."""
        self._catalogue = Catalogue(records)

    def __enter__(self) -> Self:
        """Start the server."""
        self._thread = threading.Thread(target=self.serve_forever, name="replica", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server and close every connection."""
        self._server.shutdown()
        self.close()
        if self._thread is not None:
            self._thread.join()

    def serve_forever(self) -> None:
        """Answer until `__exit__` or an interrupt; what the `replica` command calls."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Close the socket and all connections."""
        self._server.close_connections()
        self._server.server_close()

    def _respond(self, request: Request) -> tuple[Answer, Delivery]:
        now = self._clock()
        view = self._view(now)
        channel, number = request.recorded.channel, request.recorded.channel_number
        faults = [fault for fault in self.faults if fault.strikes(channel, number, now)]
        answer = replacement(faults, accept=request.recorded.header("Accept"))
        if answer is None:
            change = change_for(faults, view, resumed="resumptionToken" in dict(request.pairs))
            answer = corrupt(self._answer(request, view, now, change), faults, number)
        return answer, delivery_for(faults, len(answer.body))

    def _answer(
        self, request: Request, view: View, now: datetime, change: ResponseChange
    ) -> Answer:
        params = dict(request.pairs)
        held = ViewHoldings(view, now.astimezone(NEW_YORK).date(), change)
        match request.recorded.channel:
            case Channel.OAI:
                return oai.answer(
                    request.pairs, held, now=now, page_size=self._page_size, change=change
                )
            case Channel.QUERY:
                return query.answer(params, held, now=now, change=change)
            case Channel.FEED:
                form, _, wanted = request.path.removeprefix("/").partition("/")
                version = params.get("version", "")
                return feeds.answer(feeds.Form(form), wanted, held, now=now, version=version)
            case None if request.path == "/feed/status":
                headers = (("Content-Type", "text/html; charset=utf-8"),)
                return Answer(b"Status: GOOD Version: 1.1", headers=headers)
            case None:
                return Answer(b"Not found\n", 404, (("Content-Type", "text/plain"),))

    def _view(self, now: datetime) -> View:
        return self._catalogue.as_of(now.astimezone(NEW_YORK).date() if self._hides_later else None)


def _require_loopback(host: str) -> None:
    if not is_loopback_host(host):
        raise UsageError(
            f"The replica does not listen on {host}: it is for this machine only.",
            hint="Use 127.0.0.1, ::1 or localhost.",
        )


def _clock(today: date | Clock | None) -> Clock:
    if today is None:
        return lambda: datetime.now(UTC)
    if isinstance(today, datetime):
        moment = today.astimezone(UTC)
        return lambda: moment
    if isinstance(today, date):
        noon = datetime.combine(today, clock_time(12), NEW_YORK).astimezone(UTC)
        return lambda: noon
    return lambda: today().astimezone(UTC)
