"""Serve an application of ours by uvicorn in a thread of the test."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


def leave_within_body(url: str, path: str, *headers: str) -> None:
    """Send a request to a served address, and close the connection before its body ends."""
    parts = urlsplit(url)
    head = (f"POST {path} HTTP/1.1", "Content-Length: 100", *headers, "", "a=b")
    with socket.create_connection((parts.hostname, parts.port), timeout=600) as connection:
        connection.sendall("\r\n".join(head).encode())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
