"""The server as a process: its address, its end, refused addresses, a writer at the same time."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from config.errors import ConfigError
from pipeline.review.web.connections import Patience, crowd
from pipeline.review.web.server import CannotListenError, address, listen
from tests.support.review import Visitor, make_site, session_cookie
from tests.support.serving import served_app

ROOT = Path(__file__).resolve().parents[2]

SERVE = """
import sys
from pathlib import Path
from tests.support.review import make_site
from pipeline.review.web.server import serve
serve(make_site(Path(sys.argv[1])).app(), "127.0.0.1", 0, token="the-token")
"""

WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tests.support.builders import make_paper
from storage.store import store_opener
open_store = store_opener(Path(sys.argv[1]) / "survey.duckdb")
print("writing", flush=True)
for batch in range(int(sys.argv[2])):
    papers = [make_paper(f"2604.{batch:02}{n:03}") for n in range(20)]
    with open_store() as store:
        store.papers.upsert(papers, seen_at=datetime(2026, 4, 1, tzinfo=UTC))
print("written", flush=True)
"""


def run_python(code: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_server_prints_its_address_and_ends_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    server = run_python(SERVE, tmp_path)
    assert server.stderr is not None
    try:
        line = server.stderr.readline()
        assert line.startswith("Review queue: http://127.0.0.1:")
        url, token = line.split()[2].split("?")
        assert token == "token=the-token"
        answer = httpx.get(f"{url}health", timeout=600)
        assert answer.json() == {"status": "ok"}
        assert "server" not in answer.headers
        server.send_signal(ending)
        _, noise = server.communicate(timeout=600)
    finally:
        server.kill()
        server.wait(600)
    assert (server.returncode, noise) == (0, "")


def test_port_in_use_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListenError) as refused:
            listen("127.0.0.1", port)
    assert refused.value.message == f"Port {port} on 127.0.0.1 is already in use."
    assert "[review] port" in refused.value.hint
    assert refused.value.exit_status == 1


def test_invalid_port_is_refused() -> None:
    with pytest.raises(ConfigError, match="Port 70000 does not exist"):
        listen("127.0.0.1", 70000)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "review.example.org", ""])
def test_addresses_beyond_loopback_are_refused(host: str) -> None:
    with pytest.raises(ConfigError, match="no accounts yet") as refused:
        listen(host, 0)
    assert "[review] host" in refused.value.hint


def test_address_contains_the_chosen_port() -> None:
    with listen("localhost", 0) as listening:
        assert address(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_bodies_do_not_wait_for_an_acknowledgement_of_the_headers() -> None:
    with (
        listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_public_pages_keep_more_connections_open_than_the_queue(tmp_path: Path) -> None:
    app = make_site(tmp_path).app()
    with served_app(app, crowd()) as url, ExitStack() as stack:
        to = (urlsplit(url).hostname, urlsplit(url).port)
        clients = [
            stack.enter_context(socket.create_connection(to, timeout=600))
            for _ in range(Patience.connections + 20)
        ]
        for _ in range(2):
            for client in clients:
                client.sendall(b"HEAD /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            answers = [client.recv(1000) for client in clients]
            assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a server that runs in this process, over a queue of five papers."""
    site = make_site(tmp_path)
    site.fill([f"2603.0000{n}" for n in range(1, 6)])
    with served_app(site.app()) as url:
        yield url


def test_pages_are_served_concurrently(served: str) -> None:
    statuses: list[int] = []

    def read() -> None:
        paths = ("queue", "paper/2603.00001", "decisions", "deferred")
        with httpx.Client(cookies=session_cookie(), timeout=600) as client:
            statuses.extend(client.get(f"{served}{path}").status_code for path in paths)

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(600)
    assert statuses == [200] * 24


def test_static_files_are_cached_by_version(served: str) -> None:
    page = httpx.get(f"{served}queue", cookies=session_cookie(), timeout=600).text
    sheet = page.partition('href="/static/')[2].partition('"')[0]
    assert "?v=" in sheet
    answer = httpx.get(f"{served}static/{sheet}", timeout=600)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]


def test_decisions_are_recorded_while_another_process_writes(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    ids = [f"2603.0000{n}" for n in range(1, 6)]
    site.fill(ids)
    visitor = Visitor(site.app())
    writer = run_python(WRITE, tmp_path, 25)
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline() == "writing\n"
        for arxiv_id in ids:
            page = visitor.get("/queue")
            assert page.status == 200
            assert visitor.decide(page, arxiv_id, "approved").status == 303
        rest, noise = writer.communicate(timeout=600)
    finally:
        writer.kill()
        writer.wait(600)
    assert (writer.returncode, rest, noise) == (0, "written\n", "")
    with site.open_store() as store:
        assert store.papers.count() == 5 + 25 * 20
        assert sorted(store.decisions.standing(ids)) == ids
