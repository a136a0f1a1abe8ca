"""Serve the replica over HTTP and send answers byte for byte, including broken ones.

Built on http.server, because a framework would correct deliberate faults: bodies shorter than
declared, resets, silence.
"""

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.demo.replica.damage import Delivery
from pipeline.demo.replica.log import Channel, RecordedRequest, RequestLog
from pipeline.ingest.protocol.answers import Answer

# gunicorn's limit in front of arXiv; a longer request line is refused.
_LONGEST_REQUEST_LINE = 4094
_PATHS = {"/oai": Channel.OAI, "/oai2": Channel.OAI, "/api/query": Channel.QUERY}
# Closing with this option on and zero seconds sends RST instead of FIN (socket(7)).
_ABORT = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, decoded."""

    path: str
    #: parameters of the query and of a form body, in their order
    pairs: tuple[tuple[str, str], ...]
    recorded: RecordedRequest


Respond = Callable[[Request], tuple[Answer, Delivery]]


class HttpServer(ThreadingHTTPServer):
    """A threaded HTTP server that tracks its open connections."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], respond: Respond, log: RequestLog) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.respond = respond
        self.log = log
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._aborted: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def opened(self, connection: socket.socket) -> None:
        """Note a connection that begins."""
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Note a connection that ends."""
        with self._lock:
            self._open.discard(connection)

    def open_connections(self) -> int:
        """Return the number of open connections."""
        with self._lock:
            return len(self._open)

    def abort(self, connection: socket.socket) -> None:
        """Let the connection end with a reset."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        with self._lock:
            self._aborted.add(connection)

    def close_connections(self) -> None:
        """End pending silences and kept-alive connections."""
        self.stopping.set()
        with self._lock:
            left = list(self._open)
        for connection in left:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was quicker

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; an aborted one without a FIN, which would precede the reset."""
        with self._lock:
            aborted = request in self._aborted
            self._aborted.discard(request)
        if aborted:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect; report any other error as a bug."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HttpServer
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
        path = unquote(parts.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        recorded = self.server.log.begin(
            channel=Channel.FEED if path.startswith(("/rss/", "/atom/")) else _PATHS.get(path),
            method=self.command,
            path=self.path,
            headers=tuple(self.headers.items()),
            at=time.monotonic(),
            open_connections=self.server.open_connections(),
        )
        try:
            if len(self.requestline) > _LONGEST_REQUEST_LINE:
                page = b"<html><body><p>Request Line is too large</p></body></html>"
                answer = Answer(page, 400, (("Content-Type", "text/html"),))
                self._send(answer, Delivery(len(page), len(page)))
            else:
                self._send(*self.server.respond(Request(path, tuple(pairs), recorded)))
        finally:
            self.server.log.end(recorded)

    def _send(self, answer: Answer, delivery: Delivery) -> None:
        if delivery.silence:
            self.server.stopping.wait(delivery.silence)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(delivery.declared))
        self.end_headers()
        self.wfile.write(answer.body[: delivery.sent])
        if delivery.reset:
            self.server.abort(self.request)
        if delivery.reset or delivery.sent < delivery.declared:
            self.close_connection = True

    def version_string(self) -> str:
        return "replica"

    def log_message(self, *_: object) -> None:
        """Print nothing, because the request log records every request."""
