"""Serve an application of ours by uvicorn in a thread of the test."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from pipeline.review.web.connections import Patience
from pipeline.review.web.server import address, listen, make_server


@contextmanager
def served_app(app: ASGIApp, patience: Patience | None = None) -> Iterator[str]:
    """Serve on a free port of loopback until the block ends; yield the address."""
    with listen("127.0.0.1", 0) as listening:
        server = make_server(app, patience)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield address(listening)
        finally:
            server.should_exit = True
            thread.join(600)


def send_only(url: str, data: bytes) -> None:
    """Send this and nothing more to a served address, and read until it closes the connection."""
    parts = urlsplit(url)
    with (
        socket.create_connection((parts.hostname, parts.port), timeout=600) as connection,
        suppress(ConnectionError),
    ):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def leave_within_body(url: str, path: str, *headers: str) -> None:
    """Send a request whose body ends before the length that its header states."""
    lines = (f"POST {path} HTTP/1.1", "Content-Length: 100", *headers, "", "a=b")
    send_only(url, "\r\n".join(lines).encode())
