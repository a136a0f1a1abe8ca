import gzip
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich.links import MOST_LINKS, Link, LinkKind, find_links, normalise_url


def _urls(text: str) -> list[str]:
    return [link.url for link in find_links(text)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Code: https://github.com/lab/brush.", "https://github.com/lab/brush"),
        ("(see https://github.com/lab/brush).", "https://github.com/lab/brush"),
        ("at https://github.com/lab/brush.git, soon", "https://github.com/lab/brush"),
        ("HTTP://GitHub.com/Lab/Brush/", "https://github.com/Lab/Brush"),
        ("repository:https://github.com/lab/brush", "https://github.com/lab/brush"),
        (r"\href{https://github.com/lab/brush}{here}", "https://github.com/lab/brush"),
        (r"\url{https://github.com/lab/a\_b}.", "https://github.com/lab/a_b"),
        (r"https://github.com/lab/a\_b\%20c", "https://github.com/lab/a_b%20c"),
        ("{https://github.com/lab/brush}", "https://github.com/lab/brush"),
        ("github.com/lab/brush", "https://github.com/lab/brush"),
        ("www.github.com/lab/brush", "https://www.github.com/lab/brush"),
        ("\u89c1https://github.com/lab/brush\u3002", "https://github.com/lab/brush"),
        ("https://huggingface.co/lab/brush", "https://huggingface.co/lab/brush"),
        ("https://gitlab.com/lab/brush;", "https://gitlab.com/lab/brush"),
        ("https://gitlab.uni.example/lab/brush", "https://gitlab.uni.example/lab/brush"),
        ("https://bitbucket.org/lab/brush", "https://bitbucket.org/lab/brush"),
        ("https://codeberg.org/lab/brush", "https://codeberg.org/lab/brush"),
    ],
)
def test_code_links_in_any_spelling_are_found(text: str, url: str) -> None:
    (link,) = find_links(text)

    assert (link.kind, link.url) == (LinkKind.CODE, url)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Project page: https://lab.github.io/brush/.", "https://lab.github.io/brush/"),
        ("lab.github.io/brush", "https://lab.github.io/brush"),
        ("https://lab.github.io", "https://lab.github.io/"),
        (r"https://lab.example/\~ada/x (project page)", None),
        (r"Website: http://lab.example/\~ada/x", "http://lab.example/~ada/x"),
        ("Videos at https://brush.example:8443/v?a=1&b=2", "https://brush.example:8443/v?a=1&b=2"),
        ("Page: https://a.example/Foo_(bar)", "https://a.example/Foo_(bar)"),
        ("https://sites.google.com/view/brush", "https://sites.google.com/view/brush"),
        ("as in https://rival.example/x", None),
        ("available at https://doi.org/10.1/x", None),
        ("project https://arxiv.org/abs/2603.00001", None),
        ("code at https://github.com/", None),
        ("code on github.com and huggingface.co", None),
        ("https://huggingface.co/papers/2603.00001", None),
    ],
)
def test_pages_need_a_known_host_or_a_describing_word(text: str, url: str | None) -> None:
    assert _urls(text) == ([] if url is None else [url])


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example/x",
        "file:///etc/passwd",
        "https://user:secret@a.example/x",
        "https://github.com@evil.example/x",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://localhost/x",
        "http://a.example:99999/x",
        "http://a.example:x/y",
        "https://",
        "https:///x",
        "https://-a.example/",
        "https://a..example/",
        "https://a.example/" + "x" * 600,
        "https://github.com/../../owner",
        "https://github.com/owner/../user",
        "https://github.com/owner/%2e%2E/user/x",
        "https://github.com/./owner/..",
    ],
)
def test_hostile_addresses_are_refused(address: str) -> None:
    assert normalise_url(address) is None
    assert all(urlsplit(url).hostname != "evil.example" for url in _urls(f"Code: {address}"))


def test_address_written_twice_counts_once() -> None:
    text = r"\href{https://github.com/Lab/Brush}{github.com/lab/brush} http://github.com/lab/brush/"

    assert _urls(text) == ["https://github.com/Lab/Brush"]


def test_code_precedes_pages_and_abstract_precedes_comment() -> None:
    links = find_links(
        "Page: https://lab.github.io/a https://github.com/lab/a", "https://github.com/lab/b"
    )

    assert links == (
        Link(LinkKind.CODE, "https://github.com/lab/a", "GitHub"),
        Link(LinkKind.CODE, "https://github.com/lab/b", "GitHub"),
        Link(LinkKind.PROJECT, "https://lab.github.io/a", "lab.github.io"),
    )


def test_many_links_are_cut() -> None:
    text = " ".join(f"https://github.com/lab/r{n}" for n in range(50))

    assert len(_urls(text)) == MOST_LINKS


def test_empty_texts_have_no_links() -> None:
    assert find_links(None, "", "no address here, and/or e.g./i.e. none") == ()


@given(st.text(alphabet="htps:/.gitub@com#?&%()[]\\{}~_ \u3002ax1-", max_size=80))
def test_found_links_are_safe_and_normalised(text: str) -> None:
    for url in _urls(f"code https://{text} github.com/{text}"):
        parts = urlsplit(url)
        assert parts.scheme in {"http", "https"}
        assert "@" not in parts.netloc
        assert url.isascii()
        assert not set(url) & set(" <>\"'`{}|\\^")
        assert normalise_url(url) == url


def test_most_announced_code_of_real_papers_is_found(shared_data: Path) -> None:
    path = shared_data / "stream" / "2025-12.jsonl.gz"
    found = named = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if "https://github.com/" in row["abstract"]:
                named += 1
                links = find_links(row["abstract"], row["comment"])
                found += any(link.kind is LinkKind.CODE for link in links)

    assert named > 300
    assert found / named > 0.99


def test_link_place_shows_host_and_path() -> None:
    links = find_links("Code: https://www.github.com/A/b.git; page at https://a.github.io/b/")
    assert [link.place for link in links] == ["github.com/A/b", "a.github.io/b"]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "https://github.com@evil.example/a",
        "https://a:b@evil.example/",
        "https://localhost/x",
        "https://[::1/x",
        "https://g\N{CYRILLIC SMALL LETTER I}thub.com/a",
        "https://example.org:99999/",
        "https://github.com:8443/owner/name",
        "data://text/html,x",
        "https://",
    ],
)
def test_deceptive_addresses_are_not_links(text: str) -> None:
    assert find_links(text) == ()
