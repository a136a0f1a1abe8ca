"""Slow clients and many connections, with real sockets and short limits."""

import contextlib
import logging
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from pipeline.review.web.connections import LARGEST_HEAD, Patience, default_patience
from tests.support.review import make_site, session_cookie
from tests.support.serving import served_app
from tests.support.storage import start_process

#: seconds after which a test that hangs fails
_LONG = 600.0
PATIENT = Patience(header=_LONG, body=_LONG, reading=_LONG, pause=600)

Serve = Callable[[Patience], AbstractContextManager[tuple[str, int]]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Serve a queue of one paper in this process; yields host and port."""
    site = make_site(tmp_path)
    site.fill(["2603.00001"])

    @contextlib.contextmanager
    def served(patience: Patience) -> Iterator[tuple[str, int]]:
        with served_app(site.app(), patience) as url:
            yield host_and_port(url)

    return served


def host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def sent(to: tuple[str, int], data: bytes) -> socket.socket:
    """Return a connection on which `data` was sent."""
    connection = socket.create_connection(to, timeout=_LONG)
    connection.sendall(data)
    return connection


def is_closed(connection: socket.socket) -> bool:
    """Wait until the server closes the connection."""
    with connection, contextlib.suppress(ConnectionError):
        while connection.recv(65536):
            pass
    return True


def queue_status(to: tuple[str, int]) -> int:
    url = f"http://{to[0]}:{to[1]}/queue"
    return httpx.get(url, cookies=session_cookie(), timeout=_LONG).status_code


FORM = b"POST /decide HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"


@pytest.mark.parametrize("start", [b"", b"GET /queue HT", b"GET /queue HTTP/1.1\r\nHost: x\r\n"])
def test_a_request_without_end_is_closed(serve: Serve, start: bytes) -> None:
    with serve(Patience(header=0.1, body=_LONG)) as to:
        assert is_closed(sent(to, start))


def test_a_form_without_end_is_closed_without_a_traceback(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in session_cookie().items())
    head = FORM + f"Cookie: {cookie}\r\n".encode()
    form = b"Content-Type: application/x-www-form-urlencoded\r\n\r\ntoken="
    with serve(Patience(header=_LONG, body=0.1)) as to:
        assert is_closed(sent(to, head + form))
        assert queue_status(to) == 200
    assert [record for record in caplog.records if record.exc_info] == []


def test_headers_that_drip_in_do_not_extend_the_time(serve: Serve) -> None:
    with serve(Patience(header=0.3)) as to:
        connection = sent(to, b"GET /queue HTTP/1.1\r\n")
        with connection, contextlib.suppress(ConnectionError):
            while True:  # ends when the server closes, else by the timeout of the test
                connection.sendall(b"X: y\r\n")
                connection.settimeout(0.02)
                try:
                    if not connection.recv(1):
                        break
                except TimeoutError:
                    continue


def test_a_second_request_without_end_is_closed(serve: Serve) -> None:
    with serve(Patience(header=0.1, pause=0)) as to:
        whole = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        assert is_closed(sent(to, whole + b"GET /qu"))


def test_a_response_that_is_not_read_is_dropped(serve: Serve) -> None:
    ask = b"GET /static/base.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with serve(Patience(header=_LONG, reading=0.1, pause=600)) as to:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(_LONG)
        connection.connect(to)
        with connection, contextlib.suppress(ConnectionError):
            while True:  # ends when the server resets the connection
                connection.sendall(ask)


def test_many_idle_connections_do_not_keep_others_out(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING),
        serve(Patience(header=_LONG, connections=5, backlog=5)) as to,
        contextlib.ExitStack() as held,
    ):
        idle = [held.enter_context(sent(to, b"GET /qu")) for _ in range(20)]
        assert queue_status(to) == 200
        assert is_closed(idle[0])
    assert {record.getMessage() for record in caplog.records} == {
        "connection closed: too many connections"
    }


def test_too_large_requests_are_told_so(serve: Serve) -> None:
    with serve(PATIENT) as to:
        for request, status in (
            (b"GET /" + b"a" * 4000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"414"),
            (b"GET /" + b"a" * 1_000_000, b"414"),
            (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 1_000_000, b"431"),
            (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 50_000 + b"\r\n\r\n", b"431"),
            (FORM.replace(b"100", b"99999999") + b"\r\n", b"413"),
        ):
            with socket.create_connection(to, timeout=_LONG) as connection:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(request)
                with contextlib.suppress(ConnectionError):
                    assert connection.recv(12).split()[1] == status
        assert queue_status(to) == 200


def test_limits_fit_the_file_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    for most in (20, 64, 256, 1024, 1 << 20):
        monkeypatch.setattr(resource, "getrlimit", lambda _, most=most: (most, most))
        patience = default_patience()
        assert 1 <= patience.connections <= min(100, max(most // 4, 1))
        assert 1 <= patience.backlog <= min(64, max(most // 8, 1))


AT_THE_LIMIT = """
import logging, resource, sys
from pathlib import Path
from config.logs import setup_logging
from pipeline.review.web import server
from pipeline.review.web.connections import Patience
from tests.support.review import make_site
setup_logging("warning")
server.default_patience = lambda: Patience(header=8.0, connections=1000, backlog=8)
app = make_site(Path(sys.argv[1])).app()
used = len(list(Path("/proc/self/fd").iterdir()))
resource.setrlimit(resource.RLIMIT_NOFILE, (used + 20, used + 20))
server.serve(app, "127.0.0.1", 0, token="x")
"""


def test_the_file_limit_is_survived_quietly(tmp_path: Path) -> None:
    process = start_process(AT_THE_LIMIT, str(tmp_path))
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split()[2].partition("?")[0]
        to = ("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))
        with contextlib.ExitStack() as held:
            idle = [held.enter_context(sent(to, b"GET /qu")) for _ in range(60)]
            assert is_closed(idle[0])
        assert httpx.get(f"{url}health", timeout=_LONG).status_code == 200
        process.terminate()
        _, log = process.communicate(timeout=_LONG)
    finally:
        process.kill()
        process.wait(_LONG)
    assert process.returncode == 0
    assert "no connection can be accepted" in log
    assert "Traceback" not in log
    assert len(log.splitlines()) < 10


def test_request_hidden_in_a_body_is_not_answered(serve: Serve) -> None:
    """A proxy that counts by Content-Length would take the second answer for somebody else's."""
    host = b"Host: 127.0.0.1\r\n"
    hidden = b"GET /health HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n"
    both = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % (5 + len(hidden))
    with serve(PATIENT) as to:
        connection = sent(to, b"POST /decide HTTP/1.1\r\n" + host + both + b"0\r\n\r\n" + hidden)
        answer = b""
        with connection:
            while part := connection.recv(65536):
                answer += part
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b'"ok"' not in answer


CHUNKED = b"POST /decide HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
NO_CHUNK = b"ZZ\r\nabc\r\n"
#: read to its last byte before it is refused, so that closing does not discard the answer
TOO_LONG = b"A" * (LARGEST_HEAD + 1)


def received(connection: socket.socket) -> bytes:
    """Return everything the server sends until it closes the connection."""
    parts = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            parts += part
    return parts


def with_session(request: bytes) -> bytes:
    cookie = "; ".join(f"{name}={value}" for name, value in session_cookie().items())
    form = "Content-Type: application/x-www-form-urlencoded"
    return request.replace(b"\r\n\r\n", f"\r\nCookie: {cookie}\r\n{form}\r\n\r\n".encode())


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        (CHUNKED + NO_CHUNK, 1),
        (with_session(CHUNKED) + NO_CHUNK, 1),
        (with_session(CHUNKED) + b"3\r\nabc\r\n" + NO_CHUNK, 1),
        (with_session(CHUNKED) + TOO_LONG, 1),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 2),
        (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + NO_CHUNK + b"\r\n", 2),
    ],
    ids=["refused", "form", "second chunk", "large chunk", "HTTP/2", "second request"],
)
def test_broken_request_is_answered_once_without_a_traceback(
    serve: Serve, caplog: pytest.LogCaptureFixture, data: bytes, answers: int
) -> None:
    with serve(PATIENT) as to:
        with sent(to, data) as connection:
            assert received(connection).count(b"HTTP/1.1 ") == answers
        assert queue_status(to) == 200
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("rest", [NO_CHUNK, TOO_LONG], ids=["chunk", "large chunk"])
@pytest.mark.parametrize("head", [CHUNKED, with_session(CHUNKED)], ids=["refused", "form"])
def test_broken_body_gets_no_second_answer(
    serve: Serve, caplog: pytest.LogCaptureFixture, head: bytes, rest: bytes
) -> None:
    """A proxy would take it for that of the next request, which may be somebody else's."""
    with serve(PATIENT) as to:
        with sent(to, head) as connection:
            if head == CHUNKED:
                assert connection.recv(12) == b"HTTP/1.1 403"
            with contextlib.suppress(ConnectionError):
                connection.sendall(rest)
            assert received(connection).count(b"HTTP/1.1 ") == (0 if head == CHUNKED else 1)
        assert queue_status(to) == 200
    assert [record for record in caplog.records if record.exc_info] == []
