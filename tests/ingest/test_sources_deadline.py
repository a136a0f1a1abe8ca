"""Every response ends: one deadline from the connection to the last trailer."""

import contextlib
import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.ingest.sources.errors import ArxivUnreachableError
from pipeline.ingest.sources.transport.client import TRIES
from tests.support.transport import RAW_OK, FakeTime, fetch, make_http

#: limit of a response in these tests
SECONDS = 0.3
#: a server that is not ended by its client gives up after this time
GIVES_UP = 60.0

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
#: a gzip header and, for ever, stored blocks without content
GZIP_START, EMPTY_BLOCK = gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff"
WHOLE = b"4\r\n<ok>\r\n"

DRIPS: dict[str, tuple[bytes, Callable[[], Iterable[bytes]]]] = {
    "silence": (b"", lambda: itertools.repeat(b"")),
    "status line": (b"HTTP/1.1 200 ", lambda: itertools.repeat(b"O")),
    "header": (OK + b"X-Slow: ", lambda: itertools.repeat(b"a")),
    "interim responses": (b"", lambda: itertools.repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    "body": (OK + b"Content-Length: 99999\r\n\r\n", lambda: itertools.repeat(b"a")),
    "body without a length": (OK + b"\r\n<ok>", lambda: itertools.repeat(b"a")),
    "empty gzip blocks": (
        OK + b"Content-Encoding: gzip\r\n\r\n" + GZIP_START,
        lambda: itertools.repeat(EMPTY_BLOCK),
    ),
    "chunks": (CHUNKED, lambda: itertools.repeat(b"1\r\na\r\n")),
    "chunk extension": (CHUNKED + b"4;", lambda: itertools.repeat(b"a")),
    "trailer": (CHUNKED + WHOLE + b"0\r\nX-Slow: ", lambda: itertools.repeat(b"a")),
    "redirect": (b"HTTP/1.1 301 Moved\r\nLocation: ", lambda: itertools.repeat(b"/")),
    "refusal": (b"HTTP/1.1 400 Bad\r\n\r\n", lambda: itertools.repeat(b"a")),
}


@contextmanager
def dripping(start: bytes, drops: Iterable[bytes], *replies: bytes) -> Iterator[str]:
    """Serve a start and then one drop at a time; `replies` go to the connections after it."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        ends = time.monotonic() + GIVES_UP
        for drop in drops:
            if over.wait(0.01) or time.monotonic() > ends:
                return
            connection.sendall(drop)

    def serve() -> None:
        left = iter(replies)
        with contextlib.suppress(OSError):  # closed by the client, or the listener at the end
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    reply = next(left, None) if replies else None
                    if reply is None:
                        drip(connection)
                    else:
                        connection.sendall(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/oai"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(GIVES_UP)


@pytest.mark.parametrize("kind", DRIPS)
def test_dripping_response_ends_at_its_deadline(tmp_path: Path, kind: str) -> None:
    start, drops = DRIPS[kind]
    http = make_http(tmp_path, response_seconds=SECONDS, run_deadline_seconds=5)
    began = time.monotonic()
    with (
        dripping(start, drops()) as url,
        pytest.raises(ArxivUnreachableError, match=r"too slow|did not respond") as caught,
    ):
        fetch(http, url)
    assert caught.value.exit_status == 75
    assert time.monotonic() - began < GIVES_UP


def test_deadline_of_the_run_ends_a_response(tmp_path: Path) -> None:
    start, drops = DRIPS["trailer"]
    http = make_http(tmp_path, run_deadline_seconds=SECONDS)
    began = time.monotonic()
    with dripping(start, drops()) as url, pytest.raises(ArxivUnreachableError, match="too slow"):
        fetch(http, url)
    assert time.monotonic() - began < GIVES_UP


def test_slow_response_is_requested_again(tmp_path: Path) -> None:
    start, drops = DRIPS["header"]
    waiting = FakeTime()
    http = make_http(tmp_path, waiting, response_seconds=SECONDS)
    with dripping(start, drops()) as url, pytest.raises(ArxivUnreachableError, match="too slow"):
        fetch(http, url)
    assert len(waiting.waits) >= TRIES - 1


def test_whole_response_within_the_deadline_is_read(tmp_path: Path) -> None:
    http = make_http(tmp_path, response_seconds=GIVES_UP)
    trailed = CHUNKED + WHOLE + b"0\r\nX-Sum: 1\r\n\r\n"
    hinted = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3 + RAW_OK
    with dripping(b"", (), trailed, hinted) as url:
        assert fetch(http, url).body == b"<ok>"
        assert fetch(http, url).body == b"<ok>"
