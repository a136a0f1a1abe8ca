"""Single requests to pages: their status, or why there is none, and no private machine."""

import socket
from ipaddress import ip_address

import httpx
import pytest

from pipeline.ingest.sources.web.public import PublicTransport, is_public
from pipeline.ingest.sources.web.visits import Visit, web_visits
from tests.support.pages import Page, serve_pages


def visit(url: str, *, method: str = "HEAD", seconds: float = 5, local: bool = True) -> Visit:
    with web_visits(contact="", timeout_seconds=seconds, allow_loopback=local) as visit_one:
        return visit_one(method, url)


def test_status_location_and_wait_are_read() -> None:
    pages = {
        "/a": Page(301, {"Location": "/b?c=1"}),
        "/slow": Page(429, {"Retry-After": "7"}),
        "/ok": Page(),
    }
    with serve_pages(pages) as served:
        assert visit(f"{served.url}/a") == Visit(301, f"{served.url}/b?c=1")
        assert visit(f"{served.url}/slow") == Visit(429, retry_after=7)
        assert visit(f"{served.url}/ok", method="GET") == Visit(200)
        assert served.asked == ["HEAD /a", "HEAD /slow", "GET /ok"]


def test_silent_server_is_given_up() -> None:
    with serve_pages({"/": Page(silent=True)}) as served:
        assert visit(f"{served.url}/", seconds=0.2).fault == "does not respond within 0.2 s"


def test_server_without_tls_is_a_fault() -> None:
    with serve_pages({}) as served:
        fault = visit(served.url.replace("http:", "https:")).fault

    assert fault == "cannot be reached by TLS"


def test_closed_port_is_a_fault() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    assert visit(f"http://127.0.0.1:{port}/").fault.startswith("cannot be reached: ")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/admin",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fd00::1]/",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
        "http://2130706433/",
        "http://user:word@page.example/",
        "ftp://page.example/",
        "http://",
        "http://page.example:99999/",
    ],
)
def test_private_and_odd_addresses_are_refused(url: str) -> None:
    found = visit(url, local=False)

    assert found.refused or found.status is None
    assert found.status is None


def test_private_address_is_refused_where_loopback_is_allowed() -> None:
    assert visit("http://10.0.0.1/").refused
    assert visit("http://169.254.169.254/").refused


def test_name_of_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)

    found = visit("http://page.example/")

    assert (found.refused, found.fault) == (
        True,
        "was not asked, because 10.1.2.3 is no public address",
    )


def test_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    sent: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    transport = PublicTransport(httpx.MockTransport(respond), allow_loopback=False)
    with httpx.Client(transport=transport) as client:
        client.get("https://page.example/x")

    (request,) = sent
    assert request.url == "https://93.184.215.14/x"
    assert request.headers["host"] == "page.example"
    assert request.extensions["sni_hostname"] == "page.example"


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("224.0.0.1", False),
        ("::ffff:192.168.0.1", False),
        ("2002:0a00:0001::", False),
        ("fe80::1", False),
    ],
)
def test_public_addresses_are_recognised(address: str, wanted: bool) -> None:  # noqa: FBT001
    assert is_public(ip_address(address)) is wanted
