"""HTTP to arXiv: rate limit, statuses, retries, redirects, archive."""

import errno
import gzip
import json
import os
import socket
import threading
from pathlib import Path

import httpx
import pytest
from pytest_httpserver import HTTPServer

from config.errors import ConfigError, TryAgainLaterError
from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BadRequestError,
    BadResponseError,
    IncompleteResponseError,
    ThrottledError,
)
from pipeline.ingest.sources.transport.archive import Archive, RawResponse
from pipeline.ingest.sources.transport.client import make_client, retry_after_seconds, user_agent
from tests.support.transport import (
    AT,
    RAW_OK,
    FakeTime,
    Script,
    fault,
    fetch,
    fresh_client,
    http_date,
    make_http,
    raw_server,
)


def response(**headers: str) -> RawResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawResponse("http://127.0.0.1/", 503, named, b"", AT)


def test_response_is_archived_as_it_arrived(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, "<feed/>")
    got = fetch(make_http(tmp_path, archive=True), script.url("/oai"), {"verb": "Identify"})
    assert (got.status, got.body, got.fetched_at) == (200, b"<feed/>", AT)
    assert got.path is not None
    assert gzip.decompress(got.path.read_bytes()) == b"<feed/>"
    assert got.path.parent == tmp_path / "archive" / "2026" / "03" / "17"
    assert got.url.endswith("/oai?verb=Identify")


def test_faulty_responses_are_archived(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, fault(429, "Rate exceeded."), "<ok/>")
    fetch(make_http(tmp_path, archive=True), script.url("/oai"))
    kept = list(Archive(tmp_path / "archive").replay())
    assert [(one.status, one.body) for one in kept] == [(429, b"Rate exceeded."), (200, b"<ok/>")]


def test_waits_without_retry_after_are_multiples_of_the_interval(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    script = Script(httpserver, fault(503), fault(503), fault(503), "<ok/>")
    time = FakeTime()
    fetch(make_http(tmp_path, time, interval=0.5), script.url("/oai"))
    assert time.waits == [1.0, 3.0, 10.0]


def test_bounded_tries_leave_a_long_cool_down(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, *[fault(429)] * 9)
    time = FakeTime()
    with pytest.raises(ThrottledError) as caught:
        fetch(make_http(tmp_path, time), script.url("/oai"))
    assert len(script.requests) == 4
    assert caught.value.retry_after == 600
    assert caught.value.exit_status == 75
    with pytest.raises(ThrottledError, match="600 s are left"):
        fetch(make_http(tmp_path, time), script.url("/oai"))
    assert len(script.requests) == 4, "a second run does not even ask"


def test_retry_after_beyond_patience_is_not_retried(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, fault(503, Retry_After="900"), "<ok/>")
    time = FakeTime()
    with pytest.raises(ThrottledError) as caught:
        fetch(make_http(tmp_path, time), script.url("/oai"))
    assert caught.value.retry_after == 900
    time.seconds += 900
    assert fetch(make_http(tmp_path, time), script.url("/oai")).body == b"<ok/>"


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    assert retry_after_seconds(response(retry_after="7")) == 7
    later = http_date(AT.replace(minute=2))
    assert retry_after_seconds(response(retry_after=later, date=http_date(AT))) == 120
    assert retry_after_seconds(response(retry_after=http_date(AT), date=later)) == 0
    assert retry_after_seconds(response(retry_after="soon")) is None
    assert retry_after_seconds(response()) is None


def test_good_response_resets_the_strikes(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, fault(503), "<ok/>", fault(503), "<ok/>")
    time = FakeTime()
    http = make_http(tmp_path, time)
    fetch(http, script.url("/oai"))
    fetch(http, script.url("/oai"))
    assert time.waits == [6, 3, 6]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_server_errors_are_retried_then_unreachable(
    tmp_path: Path, httpserver: HTTPServer, status: int
) -> None:
    script = Script(httpserver, *[fault(status)] * 9)
    with pytest.raises(ArxivUnreachableError, match=str(status)):
        fetch(make_http(tmp_path), script.url("/oai"))
    assert len(script.requests) == 4


@pytest.mark.parametrize("status", [204, 304, 401, 404, 410])
def test_other_statuses_are_not_retried(
    tmp_path: Path, httpserver: HTTPServer, status: int
) -> None:
    script = Script(httpserver, *[fault(status)] * 2)
    with pytest.raises(BadResponseError):
        fetch(make_http(tmp_path), script.url("/oai"))
    assert len(script.requests) == 1


def test_incomplete_response_is_requested_again(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, "half", "whole")

    def reader(raw: RawResponse) -> str:
        if raw.body == b"half":
            raise IncompleteResponseError("half")
        return raw.body.decode()

    assert make_http(tmp_path).read(script.url("/oai"), None, reader) == "whole"


def test_oversized_body_is_refused(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.sources.transport.exchange.MAX_BODY_BYTES", 10)
    script = Script(httpserver, "x" * 11)
    with pytest.raises(BadResponseError, match="more than 10 bytes"):
        fetch(make_http(tmp_path), script.url("/oai"))


def test_broken_connection_is_retried_on_a_new_one(tmp_path: Path) -> None:
    url, thread, seen = raw_server(
        b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<ok>", RAW_OK
    )
    assert fetch(make_http(tmp_path), url).body == b"<ok>"
    thread.join(600)
    assert len(seen) == 3


def test_truncated_chunks_are_retried(tmp_path: Path) -> None:
    cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<ok>\r\n"
    url, thread, _ = raw_server(cut, RAW_OK)
    assert fetch(make_http(tmp_path), url).body == b"<ok>"
    thread.join(600)


def test_garbled_compression_is_retried(tmp_path: Path) -> None:
    garbled = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"
    url, thread, _ = raw_server(garbled, RAW_OK)
    assert fetch(make_http(tmp_path), url).body == b"<ok>"
    thread.join(600)


def test_refused_connection_is_unreachable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ArxivUnreachableError, match="cannot be reached") as caught:
        fetch(make_http(tmp_path), f"http://127.0.0.1:{port}/oai")
    assert isinstance(caught.value, TryAgainLaterError)
    assert caught.value.hint


def test_run_deadline_ends_the_waiting(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, "<ok/>", fault(503, Retry_After="60"), "<ok/>")
    time = FakeTime()
    http = make_http(tmp_path, time, run_deadline_seconds=30)
    fetch(http, script.url("/oai"))
    with pytest.raises(ThrottledError):
        fetch(http, script.url("/oai"))
    time.seconds += 60
    with pytest.raises(ArxivUnreachableError, match="deadline") as caught:
        fetch(http, script.url("/oai"))
    assert "same command again" in caught.value.hint


def test_too_many_redirects_are_refused(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, *[fault(301, Location="/oai")] * 9)
    with pytest.raises(BadResponseError, match="circles") as caught:
        fetch(make_http(tmp_path), script.url("/oai"))
    assert len(script.requests) == 4
    assert "[arxiv]" in caught.value.hint


def test_plain_http_to_a_remote_host_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="https only"):
        fetch(make_http(tmp_path), "http://export.arxiv.org/api/query")


def test_client_verifies_certificates_without_keep_alive() -> None:
    with make_client(connect_timeout_seconds=10, read_timeout_seconds=60) as client:
        assert client.timeout == httpx.Timeout(60, connect=10)
        assert not client.follow_redirects


def test_user_agent_names_program_and_contact() -> None:
    assert user_agent("mailto:a@example.org").endswith(" (+mailto:a@example.org)")
    assert user_agent().startswith("living-survey/")
    assert "Mozilla" not in user_agent()


def test_archive_keeps_order_with_a_fixed_clock(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    for number in range(12):
        archive.keep(RawResponse(f"http://127.0.0.1/{number}", 200, {}, str(number).encode(), AT))
    assert [one.body for one in archive.replay()] == [str(n).encode() for n in range(12)]


def test_archive_writes_atomically_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")  # FAT, some network mounts

    monkeypatch.setattr(os, "link", refused)
    archive = Archive(tmp_path)
    (tmp_path / ".part").write_bytes(b"what a killed process left")
    kept = archive.keep(RawResponse("http://127.0.0.1/", 200, {}, b"body", AT))
    files = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {".lock", kept.name, kept.with_suffix(".json").name}


def test_concurrent_archiving_loses_nothing(tmp_path: Path) -> None:
    def keep(name: str) -> None:
        for number in range(10):
            Archive(tmp_path).keep(RawResponse(f"http://{name}", 200, {}, bytes([number]), AT))

    threads = [threading.Thread(target=keep, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [(one.url, one.body) for one in Archive(tmp_path).replay()]
    assert len(kept) == len(set(kept)) == 30


def test_archive_drops_cookies_and_detects_damage(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = archive.keep(
        RawResponse("http://127.0.0.1/", 200, {"set-cookie": "s=1", "date": "x"}, b"body", AT)
    )
    assert json.loads(path.with_suffix(".json").read_text())["headers"] == {"date": "x"}
    path.write_bytes(gzip.compress(b"other"))
    with pytest.raises(BadResponseError, match="checksum"):
        list(archive.replay())
    for torn in (b'{"url":', b"{}", b"[]", b"null", b"\xff\xfe", b'{"sha256": "0", "url": 1}'):
        path.with_suffix(".json").write_bytes(torn)
        with pytest.raises(BadResponseError, match="cannot be read"):
            list(archive.replay())
    path.unlink()
    assert list(archive.replay()) == [], "a sidecar whose body never arrived is passed over"


def test_one_client_serves_many_requests(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, "<a/>", "<b/>")
    with fresh_client() as client:
        http = make_http(tmp_path, client=client)
        assert [fetch(http, script.url("/oai")).body for _ in range(2)] == [b"<a/>", b"<b/>"]


def test_refused_request_states_the_reason(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, fault(400, "<feed><summary>incorrect id</summary></feed>"))
    with pytest.raises(BadRequestError, match="incorrect id"):
        fetch(make_http(tmp_path), script.url("/api/query"))
