"""The key of a paper: an arXiv ID or a DOI, never both, however it is written."""

import re
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.arxiv_id import is_key as is_arxiv_id
from storage.paper_key import (
    DOI_PATTERN,
    KEY_PATTERN,
    doi_keys_in,
    doi_of,
    is_doi_key,
    is_key,
    key_address,
    key_label,
    key_stem,
    parse_key,
    pdf_address,
)

HOSTILE = "doi:10.1002/(sici)1521<1::aid-x'\"&b>3.0.co;2-#?%41"
#: DOIs as they are registered, in any case, with the signs that they may have
DOIS = st.from_regex(
    re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]{1,4})?/[!-@A-Z\[\]_a-z~]{1,60}", re.ASCII), fullmatch=True
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2405.19334v2", "2405.19334"),
        ("https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("10.48550/arXiv.2405.19334", "2405.19334"),
        ("https://doi.org/10.48550/arXiv.2405.19334", "2405.19334"),
        ("doi:10.48550/ARXIV.2405.19334", "2405.19334"),
        ("10.1000/XYZ", "doi:10.1000/xyz"),
        (" doi:10.1000/xyz\n", "doi:10.1000/xyz"),
        ("DOI: 10.1000/xyz", "doi:10.1000/xyz"),
        ("DOI 10.1000/xyz", "doi:10.1000/xyz"),
        ("https://doi.org/10.1000/xyz", "doi:10.1000/xyz"),
        ("http://dx.doi.org/10.1000/xyz", "doi:10.1000/xyz"),
        ("www.doi.org/doi:10.1000/xyz", "doi:10.1000/xyz"),
        ("https://doi.org/10.1000/a%3Cb%3E%28c%29", "doi:10.1000/a<b>(c)"),
        # only an address is percent-decoded
        ("10.1000/a%3Cb", "doi:10.1000/a%3cb"),
        ("10.1000/2405.19334", "doi:10.1000/2405.19334"),
        (HOSTILE, HOSTILE),
    ],
)
def test_every_notation_of_a_paper_has_one_key(text: str, key: str) -> None:
    assert parse_key(text) == key
    assert is_key(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "doi:",
        "10.1000",
        "10.1000/",
        "doi:10.1000/ab cd",
        "doi:10.1000/ab\ncd",
        "doi:10.1000/a\u202eb",
        "doi:10.1000/\u0430",
        "doi:10.1000/\x00",
        "doi:10.100/xyz",
        # a browser would leave the step out
        "doi:10.1000/../../admin",
        "https://doi.org/10.1000/%2e%2e/x",
        "doi:10.1000/.",
        # where a text names it, the sign is read as the end of a sentence or as markup
        "doi:10.1000/xyz.",
        "10.1000/xyz;",
        "https://doi.org/10.1000/xyz%5F",
        # arXiv's DOIs of no paper
        "10.48550/arXiv.9999.99999",
        "10.1000/" + "a" * 201,
        # the name of its page would be too long for a file
        "10.1000/" + "(" * 100,
        "10.1000/" + "a" * 100_000,
        "https://example.org/10.1000/xyz",
    ],
)
def test_other_texts_are_no_key(text: str) -> None:
    assert parse_key(text) is None
    assert not is_key(text)


@given(DOIS)
@example("10.0000/0.")
@example("10.0000/(0).*")
def test_every_doi_is_read_back_from_its_key_address_and_label(doi: str) -> None:
    key = parse_key(doi)
    if key is None:
        return
    if not is_doi_key(key):
        assert is_arxiv_id(key)
        return
    assert doi_of(key) == doi.lower()
    for text in (key, key.upper(), key_label(key), key_address(key), f"doi:{doi}"):
        assert parse_key(text) == key
    assert parse_key(f"https://doi.org/{quote(doi, safe='')}") == key
    assert doi_keys_in(f"[x]({key_address(key)}), {key_address(key)}.") == {key}


@given(DOIS, DOIS)
def test_stems_are_safe_and_differ_as_their_keys_do(one: str, other: str) -> None:
    keys = {key for doi in (one, other) if (key := parse_key(doi)) and is_doi_key(key)}
    stems = {key_stem(key) for key in keys}
    assert len(stems) == len(keys)
    assert all(re.fullmatch(r"doi-[a-z0-9.-]{1,196}", stem) for stem in stems)


@given(st.text(max_size=60) | DOIS | st.sampled_from(["2405.19334", "hep-th/9901001", HOSTILE]))
def test_no_text_is_both_an_arxiv_id_and_a_doi(text: str) -> None:
    key = parse_key(text)
    assert is_key(text) == (key == text)
    if key is not None:
        assert is_arxiv_id(key) != is_doi_key(key)
        assert (pdf_address(key) is None) == is_doi_key(key)


def test_duckdb_reads_the_pattern_as_python_does(tmp_path: Path) -> None:
    texts = ["2405.19334", "hep-th/9901001", HOSTILE, "doi:10.1000/a b", "doi:10.1000/A", "x"]
    with duckdb.connect(tmp_path / "x.duckdb") as connection:
        found = connection.execute(
            "SELECT list_filter($texts, text -> regexp_full_match(text, $pattern))",
            {"texts": texts, "pattern": KEY_PATTERN},
        ).fetchone()
    assert found == (texts[:3],)
    assert [text for text in texts if re.fullmatch(DOI_PATTERN, text)] == [HOSTILE]


def test_addresses_of_a_text_end_where_markdown_ends_them() -> None:
    text = "[A](https://doi.org/10.1000/a(1)b) <https://doi.org/10.1000/c>, https://doi.org/10.1/d"
    assert doi_keys_in(text) == {"doi:10.1000/a(1)b", "doi:10.1000/c"}
    assert doi_keys_in("https://doi.org/10.48550/arXiv.2405.19334") == frozenset()
