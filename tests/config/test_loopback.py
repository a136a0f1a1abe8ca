"""Recognising hosts that can only be this machine."""

import pytest

from config.loopback import is_loopback_host, is_loopback_url


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "::1", "[::1]"]
)
def test_loopback_host_is_recognised(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", "0.0.0.0", "::", "192.168.1.10", "review.example.org", "localhost.example.org"),
        # not addresses: resolvers differ about them
        *("127.1", "127.999.0.1", "127.0.0.1.example.org"),
    ],
)
def test_other_host_is_not_loopback(host: str) -> None:
    assert not is_loopback_host(host)


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("http://127.0.0.1:80/x", True),
        ("http://127.8.9.1", True),
        ("http://[::1]/", True),
        ("http://LOCALHOST:1", True),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1@example.org", False),
        ("http://0.0.0.0", False),
        ("https://export.arxiv.org", False),
        ("", False),
    ],
)
def test_only_the_host_of_a_url_counts(url: str, *, answer: bool) -> None:
    assert is_loopback_url(url) is answer
