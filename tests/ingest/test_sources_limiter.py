"""The rate limiter: one request at a time and one per interval, over all processes."""

import json
import os
import subprocess
import sys
import threading
import time as real_time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from config.errors import ConfigError
from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BlockedError,
    SourceError,
    ThrottledError,
)
from pipeline.ingest.sources.transport.limiter import Limiter, default_limiter_path, host_group
from tests.support.transport import FakeTime, make_limiter

ROOT = Path(__file__).resolve().parents[2]


def take(limiter: Limiter, group: str = "arxiv") -> None:
    with limiter.turn(group):
        pass


def test_interval_counts_from_the_end_of_the_last_request(tmp_path: Path) -> None:
    time = FakeTime()
    limiter = make_limiter(tmp_path, time)
    with limiter.turn("arxiv"):
        time.seconds += 40  # a slow response
    take(limiter)
    assert time.waits == [3.0]
    time.seconds += 10
    take(limiter)
    assert time.waits == [3.0], "who comes late enough does not wait"


def test_limiters_with_one_path_share_the_limit(tmp_path: Path) -> None:
    time = FakeTime()
    take(make_limiter(tmp_path, time))
    take(make_limiter(tmp_path, time))
    assert time.waits == [3.0]


def test_arxiv_hosts_share_a_limit_and_loopback_ports_do_not() -> None:
    groups = {host_group(host, None) for host in ("arxiv.org", "export.arxiv.org", "rss.arxiv.org")}
    assert groups == {"arxiv"}
    assert host_group("127.0.0.1", 8001) != host_group("127.0.0.1", 8002)
    assert host_group("notarxiv.org", None) != "arxiv"
    assert host_group("127.999.0.1", 80) == "127.999.0.1"  # not an address of this machine


def test_killed_process_leaves_a_whole_interval(tmp_path: Path) -> None:
    time = FakeTime()
    limiter = make_limiter(tmp_path, time)
    take(limiter)
    state_file = tmp_path / "limiter-arxiv.json"
    state_file.write_text(json.dumps(json.loads(state_file.read_text()) | {"in_flight": True}))
    time.seconds += 100
    take(limiter)
    assert time.waits == [3.0]


@pytest.mark.parametrize(
    ("refusal", "said"),
    [(BlockedError, "at its address. Requests"), (ThrottledError, "at its address; 7200 s")],
)
def test_cool_down_reason_fits_into_the_sentence(
    tmp_path: Path, refusal: type[SourceError], said: str
) -> None:
    limiter = make_limiter(tmp_path, FakeTime())
    reason = "arXiv returned 403 at its address."
    with limiter.turn("arxiv"):
        limiter.cool_down("arxiv", 7200, reason, blocked=refusal is BlockedError)
    with pytest.raises(refusal, match=said):
        take(limiter)


@pytest.mark.parametrize("content", ["", "{", '{"unknown": 1}', "[]"])
def test_damaged_state_file_counts_as_a_request_just_made(tmp_path: Path, content: str) -> None:
    time = FakeTime()
    (tmp_path / "limiter-arxiv.json").write_text(content)
    take(make_limiter(tmp_path, time))
    assert time.waits == [3.0]


def test_clock_set_back_waits_one_interval(tmp_path: Path) -> None:
    time = FakeTime()
    take(make_limiter(tmp_path, time))
    state_file = tmp_path / "limiter-arxiv.json"
    state_file.write_text(json.dumps(json.loads(state_file.read_text()) | {"boot": "another"}))
    time.seconds -= 86_400
    take(make_limiter(tmp_path, time))
    assert time.waits == [3.0]


def test_a_cool_down_is_shared_and_survives_a_restart(tmp_path: Path) -> None:
    time = FakeTime()
    make_limiter(tmp_path, time).cool_down("arxiv", 500, "HTTP 429", asked=True)
    other = make_limiter(tmp_path, time)
    assert other.cooling("arxiv") == (500, "HTTP 429")
    with pytest.raises(ThrottledError, match="HTTP 429"), other.turn("arxiv", patience_seconds=60):
        pytest.fail("arXiv was asked during a cool-down")
    with other.turn("arxiv", patience_seconds=600):
        assert time.waits == [500]


def test_a_shorter_cool_down_does_not_end_a_longer_one(tmp_path: Path) -> None:
    limiter = make_limiter(tmp_path, FakeTime())
    limiter.cool_down("arxiv", 500, "first")
    limiter.cool_down("arxiv", 5, "second")
    assert limiter.cooling("arxiv")[0] == 500


def test_block_lasts_until_its_file_is_deleted(tmp_path: Path) -> None:
    time = FakeTime()
    limiter = make_limiter(tmp_path, time)
    limiter.cool_down("arxiv", 86_400, "HTTP 403", blocked=True)
    with pytest.raises(BlockedError, match="HTTP 403") as caught, limiter.turn("arxiv"):
        pytest.fail("arXiv was asked after a 403")
    assert "limiter-arxiv.json" in caught.value.hint
    (tmp_path / "limiter-arxiv.json").unlink()
    take(limiter)


def test_expired_block_does_not_outlive_its_cool_down(tmp_path: Path) -> None:
    time = FakeTime()
    limiter = make_limiter(tmp_path, time)
    limiter.cool_down("arxiv", 86_400, "HTTP 403", blocked=True)
    limiter.cool_down("arxiv", 60, "HTTP 503")
    assert limiter.is_blocked("arxiv"), "a shorter cool-down does not open a blocked channel"
    time.seconds += 86_401
    assert not limiter.is_blocked("arxiv")
    limiter.cool_down("arxiv", 600, "HTTP 503")
    assert not limiter.is_blocked("arxiv")
    with pytest.raises(ThrottledError, match="HTTP 503"), limiter.turn("arxiv", patience_seconds=1):
        pytest.fail("arXiv was asked during a cool-down")


def test_partial_file_of_a_killed_process_is_ignored(tmp_path: Path) -> None:
    left = tmp_path / "limiter-arxiv.part"
    left.write_text("{")
    left.chmod(0o444)  # like another user's file
    (tmp_path / "limiter-arxiv.lock").touch(mode=0o444)
    take(make_limiter(tmp_path, FakeTime()))
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".lock"}


def test_waiting_too_long_for_the_turn_is_an_error(tmp_path: Path) -> None:
    time = FakeTime()
    with (
        make_limiter(tmp_path, time).turn("arxiv"),
        pytest.raises(ArxivUnreachableError, match="Another process"),
        make_limiter(tmp_path, time).turn("arxiv", patience_seconds=1),
    ):
        pytest.fail("two held the turn")


def test_threads_of_one_process_take_turns_too(tmp_path: Path) -> None:
    limiter = Limiter(tmp_path / "limiter.json", 0.0)
    inside = 0
    most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(5):
            with limiter.turn("arxiv"):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_default_state_file_is_in_the_users_state_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_limiter_path() == tmp_path / "living-survey" / "limiter.json"


@pytest.fixture
def without_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the state is kept if the home directory cannot be written."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path / f"living-survey-{os.getuid()}"


def test_state_is_kept_in_a_directory_of_ones_own(without_home: Path) -> None:
    assert default_limiter_path() == without_home / "limiter.json"
    assert without_home.stat().st_mode & 0o777 == 0o700


def test_state_is_not_kept_behind_a_link(without_home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    without_home.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="a link or not yours") as caught:
        default_limiter_path()
    assert "[arxiv] limiter" in caught.value.hint
    without_home.unlink()
    without_home.symlink_to(tmp_path / "missing")
    with pytest.raises(ConfigError):
        default_limiter_path()
    assert not (tmp_path / "missing").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_state_is_not_kept_in_a_foreign_directory(without_home: Path) -> None:
    without_home.mkdir(mode=0o777)
    os.chown(without_home, 65534, 65534)
    with pytest.raises(ConfigError, match="not yours alone"):
        default_limiter_path()


@pytest.mark.parametrize(
    "state",
    [
        {"cool_until": 7.2e9, "cool_seconds": 7.2e9, "blocked": True},
        {"cool_until": 1e300, "cool_seconds": float("inf"), "blocked": True},
        {"cool_until": float("nan"), "cool_seconds": 10.0},
        {"cool_until": 7.2e9, "cool_seconds": "long"},
        {"cool_until": 7.2e9, "cool_seconds": -1.0},
        {"blocked": "yes"},
        {"strikes": -4},
        {"strikes": 1e9},
        {"reason": 5},
        {"ended_wall": True},
    ],
)
def test_implausible_state_counts_as_a_request_just_made(
    tmp_path: Path, state: dict[str, object]
) -> None:
    time = FakeTime()
    (tmp_path / "limiter-arxiv.json").write_text(json.dumps(state))
    limiter = make_limiter(tmp_path, time)
    assert limiter.cooling("arxiv") == (0.0, "")
    take(limiter)
    assert time.waits == [3.0]


@pytest.mark.timeout(60)
def test_pipe_as_a_state_file_counts_as_a_request_just_made(tmp_path: Path) -> None:
    time = FakeTime()
    os.mkfifo(tmp_path / "limiter-arxiv.json")
    take(make_limiter(tmp_path, time))
    assert time.waits == [3.0]


def test_cool_down_outlives_a_wrong_clock_by_its_own_length(tmp_path: Path) -> None:
    time = FakeTime(seconds=6.9e9)  # in the year 2188
    make_limiter(tmp_path, time).cool_down("arxiv", 86_400, "HTTP 403", blocked=True)
    time.seconds = 1.79e9
    limiter = make_limiter(tmp_path, time)
    with pytest.raises(BlockedError, match=r"24\.0 hours"):
        take(limiter)
    time.seconds += 86_401
    take(limiter)


def test_reason_of_a_foreign_state_is_one_short_line(tmp_path: Path) -> None:
    state = {"cool_until": 9e9, "cool_seconds": 60.0, "reason": "\x1b[2J\n" + "x" * 5_000}
    (tmp_path / "limiter-arxiv.json").write_text(json.dumps(state))
    _, reason = make_limiter(tmp_path, FakeTime()).cooling("arxiv")
    assert reason.isprintable()
    assert len(reason) < 250


_CLIENT = """
import sys
from pathlib import Path
from pipeline.ingest.sources.transport.client import ArxivHttp, make_client
from pipeline.ingest.sources.transport.limiter import Limiter
url, path = sys.argv[1:]
with make_client() as client:
    http = ArxivHttp(client, Limiter(Path(path), 0.15))
    for _ in range(4):
        http.read(url, None, lambda response: response)
"""


@pytest.mark.slow
def test_pitfall_37_38_four_processes_share_the_limit(tmp_path: Path) -> None:
    """The server records arrivals and how many requests it handles at once."""
    arrivals: list[float] = []
    busy = 0
    most = 0
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal busy, most
            with lock:
                arrivals.append(real_time.monotonic())
                busy += 1
                most = max(most, busy)
            threading.Event().wait(0.02)
            with lock:
                busy -= 1
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"<ok>")

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/oai"
        clients = [
            subprocess.Popen(
                [sys.executable, "-c", _CLIENT, url, str(tmp_path / "limiter.json")],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
            for _ in range(4)
        ]
        assert [client.wait(600) for client in clients] == [0, 0, 0, 0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert len(arrivals) == 16
    assert most == 1
    # Real time, but only a lower bound, so that a slow machine cannot fail it.
    gaps = [later - earlier for earlier, later in pairwise(arrivals)]
    assert min(gaps) >= 0.15
