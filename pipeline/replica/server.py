"""A local arXiv on a loopback socket: one server, three channels, every request recorded.

`with ReplicaServer(records) as arxiv:` gives `arxiv.oai_url`, `arxiv.rss_url` and
`arxiv.query_url`, to be set where the real addresses stand. It never listens on an address that
other machines reach.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from datetime import time as clock_time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from config.errors import UsageError
from pipeline.replica import feeds, oai, query
from pipeline.replica.answers import NO_TWIST, Answer, Twist
from pipeline.replica.calendar import NEW_YORK
from pipeline.replica.catalogue import Catalogue, View
from pipeline.replica.log import Channel, RecordedRequest, RequestLog
from pipeline.replica.records import Record

#: records a page, as live resumption tokens of October 2026 say
PAGE_SIZE = 1300
# gunicorn's limit in front of arXiv; a longer request line is refused.
_LONGEST_REQUEST_LINE = 4094
_PATHS = {"/oai": Channel.OAI, "/oai2": Channel.OAI, "/api/query": Channel.QUERY}

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
    """

    def __init__(
        self,
        records: Iterable[Record],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        today: date | Clock | None = None,
        page_size: int = PAGE_SIZE,
    ) -> None:
        _require_loopback(host)
        self.log = RequestLog()
        self._catalogue = Catalogue(records)
        self._clock = _clock(today)
        self._hides_later = today is not None
        self._page_size = page_size
        self._server = _HttpServer((host, port), self)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        return f"http://{self._server.server_address[0]!s}:{self._server.server_address[1]}"

    @property
    def oai_url(self) -> str:
        """What stands for https://oaipmh.arxiv.org/oai."""
        return f"{self.url}/oai"

    @property
    def rss_url(self) -> str:
        """What stands for https://rss.arxiv.org."""
        return self.url

    @property
    def query_url(self) -> str:
        """What stands for https://export.arxiv.org/api/query."""
        return f"{self.url}/api/query"

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """Every request so far, in the order in which they came."""
        return self.log.requests

    def __enter__(self) -> Self:
        """Start answering."""
        self._thread = threading.Thread(target=self.serve_forever, name="replica", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop answering and close every connection."""
        self._server.shutdown()
        self.close()
        if self._thread is not None:
            self._thread.join()

    def serve_forever(self) -> None:
        """Answer until `__exit__` or an interrupt; what the `replica` command calls."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Give the socket back and close what is still open."""
        self._server.close_connections()
        self._server.server_close()

    def answer(
        self, channel: Channel | None, path: str, pairs: Sequence[tuple[str, str]], twist: Twist
    ) -> Answer:
        """Answer one request; `path` is decoded, `pairs` are its parameters."""
        now = self._clock()
        if channel is Channel.OAI:
            return oai.answer(
                pairs, self._view(now), now=now, page_size=self._page_size, twist=twist
            )
        if channel is Channel.QUERY:
            return query.answer(dict(pairs), self._view(now), now=now, twist=twist)
        if channel is Channel.FEED:
            form, _, wanted = path.removeprefix("/").partition("/")
            version = dict(pairs).get("version", "")
            return feeds.answer(
                feeds.Form(form), wanted, self._view(now), now=now, version=version, twist=twist
            )
        if path == "/feed/status":
            return Answer(b"Status: GOOD Version: 1.1", headers=(("Content-Type", "text/html"),))
        return Answer(b"Not found\n", 404, (("Content-Type", "text/plain"),))

    def _view(self, now: datetime) -> View:
        return self._catalogue.as_of(now.astimezone(NEW_YORK).date() if self._hides_later else None)


def _require_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
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


def _channel(path: str) -> Channel | None:
    if path.startswith(("/rss/", "/atom/")):
        return Channel.FEED
    return _PATHS.get(path)


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], replica: ReplicaServer) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.replica = replica
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def open_connections(self) -> int:
        with self._lock:
            return len(self._open)

    def close_connections(self) -> None:
        with self._lock:
            left = list(self._open)
        for connection in left:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was quicker

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up; anything else is a bug and shows itself."""
        import sys  # noqa: PLC0415  only needed on the way out

        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _HttpServer
    # Small answers would otherwise wait for the other side's delayed acknowledgement.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.server.opened(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.closed(self.request)
        super().finish()

    def do_GET(self) -> None:
        self._handle(b"")

    def do_POST(self) -> None:
        self._handle(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _handle(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        path, channel = unquote(parts.path), _channel(parts.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        recorded = self.server.replica.log.begin(
            channel=channel,
            method=self.command,
            path=self.path,
            headers=tuple(self.headers.items()),
            at=time.monotonic(),
            open_connections=self.server.open_connections(),
        )
        try:
            if len(self.requestline) > _LONGEST_REQUEST_LINE:
                answer = Answer(b"Request Line is too large", 400, (("Content-Type", "text/html"),))
            else:
                answer = self.server.replica.answer(channel, path, pairs, NO_TWIST)
            self._send(answer)
        finally:
            self.server.replica.log.end(recorded)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def version_string(self) -> str:
        return "replica"

    def log_message(self, *_: object) -> None:
        """Keep quiet: the request log has it all."""
