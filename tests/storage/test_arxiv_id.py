import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.arxiv_id import ArxivId, id_month, is_key, parse_arxiv_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2405.19334", ArxivId("2405.19334")),
        (" 2405.19334v2 ", ArxivId("2405.19334", 2)),
        ("0704.0046", ArxivId("0704.0046")),
        ("arXiv:2301.07041", ArxivId("2301.07041")),
        ("oai:arXiv.org:1501.00010", ArxivId("1501.00010")),
        ("https://arxiv.org/pdf/2405.19334v2.pdf", ArxivId("2405.19334", 2)),
        ("http://export.arxiv.org/abs/cond-mat/0102536v1", ArxivId("cond-mat/0102536", 1)),
        ("https://arxiv.org/abs/2405.19334?context=cs", ArxivId("2405.19334")),
        ("math.GT/0309136", ArxivId("math/0309136")),
        ("CS/0501001", ArxivId("cs/0501001")),
        ("1412.7451v3", ArxivId("1412.7451", 3)),
        ("math-ph/9807001", ArxivId("math-ph/9807001")),
        ("hep-th/9108028", ArxivId("hep-th/9108028")),
        ("https://arxiv.org/abs/2405.19334?" + "a" * 500, ArxivId("2405.19334")),
    ],
)
def test_every_notation_has_one_key(text: str, expected: ArxivId) -> None:
    assert parse_arxiv_id(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "0000.0000", "2413.00001", "2405.193", "2405.19334v0", "2405.19334vv1"),
        "2405.19334v" + "9" * 5000,
        "https://example.org/abs/2405.19334",
        "math/0013136",
        "\N{ARABIC-INDIC DIGIT TWO}405.19334",
        "2405.1933\N{FULLWIDTH DIGIT FOUR}",
        *("2699.12345", "9999.99999", "9901.00001", "0703.0001", "1501.0001", "2405.1933456"),
        *("xx/0001001", "math/0704001", "hep-th/9106001", "stat/0501001"),
        *("https://evilarxiv.org/abs/2405.19334", "2405.19334\n2405.19335", "2405.19334."),
        "a" * 60_000,
        "https://" + "a." * 30_000 + "arxiv.org/abs/2405.19334",
    ],
)
def test_invalid_identifiers(text: str) -> None:
    assert parse_arxiv_id(text) is None


@given(st.text() | st.from_regex(r"[0-9]{4}\.[0-9]{4,6}(v[0-9]+)?|[a-z-]{2,8}/[0-9]{7}"))
def test_every_parsed_identifier_is_a_key(text: str) -> None:
    found = parse_arxiv_id(text)
    if found is not None:
        assert parse_arxiv_id(str(found)) == found
        assert is_key(found.base)
    assert not is_key(text) or parse_arxiv_id(text) == ArxivId(text)


def test_month_of_old_identifiers() -> None:
    assert id_month("math/9901001") == (1999, 1)
    assert id_month("cs/0501001") == (2005, 1)
    assert id_month("2405.19334") == (2024, 5)
