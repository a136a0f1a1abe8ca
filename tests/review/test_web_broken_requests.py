"""Requests that are broken anywhere cost no traceback in the log."""

import logging
import random
from pathlib import Path

import httpx
import pytest

from tests.support.api import token_of
from tests.support.review import make_site, session_cookie
from tests.support.serving import send_only, served_app

_SESSION = "Cookie: " + "; ".join(f"{name}={value}" for name, value in session_cookie().items())
_TOKEN = "Authorization: Bearer TOKEN"
_FORM = "Content-Type: application/x-www-form-urlencoded"
_PARTS = "Content-Type: multipart/form-data; boundary=B"
_JSON = "Content-Type: application/json"
_CHUNKED = "Transfer-Encoding: chunked"
_LENGTH = "Content-Length: 26"


def request(line: str, *headers: str, body: str = "") -> bytes:
    """Return a request without a fault."""
    return "\r\n".join((f"{line} HTTP/1.1", "Host: 127.0.0.1", *headers, "", body)).encode()


REQUESTS = {
    "queue": request("GET /queue?order=uncertain&search=video&page=2", _SESSION),
    "paper": request("GET /paper/2603.00001", _SESSION, "If-None-Match: x"),
    "file": request("GET /static/base.css", "Range: bytes=0-9"),
    "form": request("POST /decide", _SESSION, _FORM, _LENGTH, body="token=x&arxiv_id=2603.0001"),
    "chunks": request("POST /decide", _SESSION, _FORM, _CHUNKED, body="3\r\na=b\r\n0\r\n\r\n"),
    "parts": request("POST /decide", _SESSION, _PARTS, _CHUNKED, body="5\r\n--B--\r\n0\r\n\r\n"),
    "API": request("GET /api/v1/queue?limit=2", _TOKEN),
    "JSON": request(
        "POST /api/v1/decisions", _TOKEN, _JSON, _LENGTH, body='{"arxiv_id": "2603.00001"}'
    ),
    "JSON in chunks": request(
        "POST /api/v1/acts", _TOKEN, _JSON, _CHUNKED, body="2\r\n{}\r\n0\r\n\r\n"
    ),
}
PIECES = (
    *(b"\r\n", b"\n", b"\r", b"\x00", b"\xff", b"%ff", b"%00", b"%", b" ", b":", b"&", b"=", b"?"),
    *(b"/", b"..", b"-1", b"9" * 30, b"HTTP/2.0", b"HTTP/1.0", b"CONNECT ", b"OPTIONS * ", b"PRI "),
    *(b"\r\nContent-Length: 3", b"\r\nTransfer-Encoding: chunked", b"\r\nExpect: 100-continue"),
    *(b"\r\nConnection: close", b"\r\nConnection: Upgrade\r\nUpgrade: websocket", b"0\r\n\r\n"),
    *(b"ZZ\r\n", b"a" * 3000, b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"[[[[", b"null", b'"\\ud800"'),
)  # fmt: skip
#: requests of each kind; the API takes 300 a minute of a token
BROKEN = 80


def broken(whole: bytes, dice: random.Random) -> bytes:
    """Return a request with some pieces replaced, or that ends early."""
    data = whole
    for _ in range(dice.randint(1, 3)):
        place, left_out = dice.randrange(len(data) + 1), dice.choice((0, 0, 1, 3, 20, len(data)))
        data = data[:place] + dice.choice((b"", *PIECES)) + data[place + left_out :]
    return data


@pytest.mark.parametrize("kind", REQUESTS)
def test_broken_requests_cost_no_traceback(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(tmp_path)
    site.fill(["2603.00001"])
    whole = REQUESTS[kind].replace(b"TOKEN", token_of(site).encode())
    dice = random.Random(kind)
    with served_app(site.app()) as url:
        for _ in range(BROKEN):
            send_only(url, broken(whole, dice))
        assert httpx.get(f"{url}health", timeout=600).status_code == 200
    # once the server has ended, so that every answer was given
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
