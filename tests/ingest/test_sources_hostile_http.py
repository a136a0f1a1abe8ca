"""Hostile values in HTTP: redirects, tokens, codings, and waits that arXiv does not name."""

import contextlib
import gzip
import tracemalloc
import zlib
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BadRequestError,
    BadResponseError,
    BlockedError,
    BrokenReaderError,
    IncompleteResponseError,
    SourceError,
    ThrottledError,
    shown,
)
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.query.source import QuerySource
from pipeline.ingest.sources.transport.addresses import origin, redirect_url, request_url
from pipeline.ingest.sources.transport.archive import RawResponse
from tests.support.transport import (
    FakeTime,
    Script,
    fault,
    fetch,
    make_http,
    oai_page,
    raw_record,
    raw_server,
)

LONG = 70_000
LOCATIONS = [
    "http://[",
    "http://[::1",
    "//[",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:port/",
    "http://127.0.0.1:-1/",
    "http://\u2100/",
    "http://xn--\xff/",
    "http://a b/",
    "/" + "a" * LONG,
    "/%zz\x7f",
    "http://" + "a." * 200,
    "http://ada:secret@127.0.0.1/",
    "http:///",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "\\\\evil.example\\",
    "http://127.0.0.1\\@evil.example/",
    "https://2130706433/",
]


@pytest.mark.parametrize("location", LOCATIONS)
def test_hostile_redirect_is_a_fault_of_the_source(tmp_path: Path, location: str) -> None:
    header = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    url, thread, seen = raw_server(header.encode("utf-8"))
    with pytest.raises(SourceError) as caught:
        fetch(make_http(tmp_path, run_deadline_seconds=1), url)
    assert isinstance(caught.value, BadResponseError | ArxivUnreachableError)
    assert len(str(caught.value)) < 1_000
    thread.join(600)
    assert len(seen) == 1


def test_redirect_to_a_configured_address_is_followed(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    script = Script(httpserver, "<ok/>")
    moved = f"HTTP/1.1 301 Moved\r\nLocation: {script.url('/rss')}\r\nContent-Length: 0\r\n\r\n"
    url, thread, _ = raw_server(moved.encode())
    known = make_http(tmp_path, origins=[origin(script.url("/api"))])
    assert fetch(known, url).body == b"<ok/>"
    thread.join(600)


def test_redirect_to_another_local_port_is_refused(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, "<ok/>")
    moved = f"HTTP/1.1 301 Moved\r\nLocation: {script.url('/rss')}\r\nContent-Length: 0\r\n\r\n"
    url, thread, _ = raw_server(moved.encode())
    with pytest.raises(BadResponseError, match="not followed"):
        fetch(make_http(tmp_path), url)
    assert script.requests == []
    thread.join(600)


@pytest.mark.parametrize(
    ("there", "followed"),
    [
        ("https://arxiv.org/b", True),
        ("https://arxiv.org:443/b", True),
        ("https://arxiv.org:22/b", False),
        ("https://mirror.example/b", True),
        ("https://mirror.example:8443/b", False),
        ("https://evil@arxiv.org/b", False),
        ("http://127.0.0.1:8000/b", False),
    ],
)
def test_live_redirect_leads_to_arxiv_or_a_configured_address(
    there: str, *, followed: bool
) -> None:
    origins = {origin("https://mirror.example/oai"), origin("http://127.0.0.1:8000/rss")}
    if followed:
        assert redirect_url("https://export.arxiv.org/a", there, origins)
    else:
        with pytest.raises(BadResponseError, match="not followed"):
            redirect_url("https://export.arxiv.org/a", there, origins)


def test_overlong_token_ends_the_list_after_its_page(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    script = Script(httpserver, oai_page(raw_record(), token="t" * LONG))
    pages = OaiSource(make_http(tmp_path), script.url("/oai")).pages(date(2026, 3, 16))
    assert [paper.arxiv_id for paper in next(pages).papers] == ["2603.00001"]
    with pytest.raises(BadResponseError, match="token of 70000 characters"):
        next(pages)
    assert len(script.requests) == 1


@pytest.mark.parametrize("value", ["\x00", "%", "\u202e", "\U0001f600"])
def test_odd_parameter_becomes_an_address(value: str) -> None:
    assert request_url("http://127.0.0.1/oai", {"q": value}).isascii()


@pytest.mark.parametrize("value", ["x" * LONG, "\ud800"])
def test_impossible_parameter_is_refused(value: str) -> None:
    with pytest.raises(BadRequestError, match="cannot be made") as caught:
        request_url("http://127.0.0.1/oai", {"q": value})
    assert len(caught.value.message) < 1_000


def test_overlong_search_is_refused_before_a_request(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    script = Script(httpserver)
    with pytest.raises(BadRequestError, match="cannot be made"):
        QuerySource(make_http(tmp_path), script.url("/api/query")).search("x" * LONG)
    assert script.requests == []


@pytest.mark.parametrize("error", [ValueError("bad"), KeyError("x"), OverflowError("big")])
def test_library_error_in_a_reader_is_a_bad_response(
    tmp_path: Path, httpserver: HTTPServer, error: Exception
) -> None:
    def reader(_: RawResponse) -> str:
        raise error

    script = Script(httpserver, "<ok/>")
    with pytest.raises(BadResponseError, match=r"kept as .*\.gz"):
        make_http(tmp_path, archive=True).read(script.url("/oai"), None, reader)


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: \xb2",
        b"Content-Length: " + b"9" * 5_000,
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Transfer-Encoding: gzip, chunked",
        b"Content-Type: text/xml; charset=klingon",
        b"Set-Cookie: " + b"a=b;" * 5_000,
        b"Retry-After: \xff",
        b"Date: " + b"9" * 5_000,
    ],
)
def test_hostile_header_is_read_over_or_a_fault(tmp_path: Path, header: bytes) -> None:
    url, thread, _ = raw_server(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n<ok>")
    with contextlib.suppress(SourceError):  # anything else is a fault
        assert fetch(make_http(tmp_path, run_deadline_seconds=1), url).body == b"<ok>"
    thread.join(600)


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,identity", "br", "deflate", "x" * LONG])
def test_other_coding_than_gzip_is_refused(
    tmp_path: Path, httpserver: HTTPServer, coding: str
) -> None:
    body = gzip.compress(gzip.compress(b"<ok/>"))
    coded = Response(body, headers={"Content-Encoding": coding[:9_000]})
    script = Script(httpserver, coded)
    with pytest.raises(BadResponseError, match="only gzip is read"):
        fetch(make_http(tmp_path), script.url("/oai"))
    assert script.requests[0].headers["Accept-Encoding"] == "gzip"


def test_gzip_body_is_decoded(tmp_path: Path, httpserver: HTTPServer) -> None:
    coded = Response(gzip.compress(b"<ok/>") + b"trailing", headers={"Content-Encoding": "gzip"})
    assert fetch(make_http(tmp_path), Script(httpserver, coded).url("/oai")).body == b"<ok/>"


def test_gzip_body_cut_short_is_requested_again(tmp_path: Path, httpserver: HTTPServer) -> None:
    whole = gzip.compress(b"<ok/>" * 100)
    cut = Response(whole[:-12], headers={"Content-Encoding": "gzip"})
    again = Response(whole, headers={"Content-Encoding": "gzip"})
    script = Script(httpserver, cut, again)
    assert fetch(make_http(tmp_path), script.url("/oai")).body == b"<ok/>" * 100
    script.responses = [cut] * 9
    with pytest.raises(IncompleteResponseError, match="cut short"):
        fetch(make_http(tmp_path), script.url("/oai"))


def test_memory_is_bounded_by_the_limit_of_the_body(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.sources.transport.exchange.MAX_BODY_BYTES", 1_000_000)
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    zeros = bytes(1_000_000)
    bomb = b"".join(packer.compress(zeros) for _ in range(40)) + packer.flush()
    script = Script(httpserver, Response(bomb, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with pytest.raises(BadResponseError, match="more than 1000000 bytes"):
            fetch(make_http(tmp_path), script.url("/oai"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_refusal_in_an_unknown_coding_still_blocks(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, Response(b"?", 403, headers={"Content-Encoding": "br"}))
    with pytest.raises(BlockedError):
        fetch(make_http(tmp_path), script.url("/oai"))


def test_run_waits_at_most_40_intervals_for_waits_of_its_own(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """A steady `Rate exceeded.` under 200, asked by one source after the other."""
    script = Script(httpserver, *["Rate exceeded."] * 20)
    time = FakeTime()
    http = make_http(tmp_path, time, interval=0.1)
    for path in ("/rss", "/oai", "/api/query"):
        with pytest.raises(ThrottledError):
            fetch(http, script.url(path))
    assert len(script.requests) == 4
    assert time.waits == pytest.approx([0.2, 0.6, 2.0])


def test_named_wait_is_waited_for_at_any_interval(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, fault(503, Retry_After="60"), "<ok/>")
    time = FakeTime()
    assert fetch(make_http(tmp_path, time, interval=0.1), script.url("/oai")).body == b"<ok/>"
    assert time.waits == pytest.approx([60.0])


def test_message_repeats_a_hostile_value_in_one_short_line() -> None:
    value = shown("a\x1b[2J\r\n\u202eb" + "c" * LONG)
    assert value.isprintable()
    assert len(value) < 250
    assert len(BadResponseError("x" * LONG).message) < 1_100


@pytest.mark.parametrize("fault", [KeyError("title"), ValueError("year 0"), OverflowError("day")])
def test_fault_of_a_reader_is_logged_with_its_traceback_and_not_blamed_on_the_address(
    httpserver: HTTPServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    def reader(_response: RawResponse) -> None:
        raise fault

    httpserver.expect_request("/oai").respond_with_data("<OAI-PMH/>")
    with pytest.raises(BrokenReaderError, match="It is kept as") as caught:
        make_http(tmp_path, archive=True).read(httpserver.url_for("/oai"), None, reader)
    assert "report" in caught.value.hint
    assert "[arxiv]" not in caught.value.hint
    [logged] = [record for record in caplog.records if record.exc_info]
    assert logged.exc_info is not None
    assert logged.exc_info[1] is fault
