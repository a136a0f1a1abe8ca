import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.arxiv_id import ArxivId, id_month, parse_arxiv_id


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
    ],
)
def test_invalid_identifiers(text: str) -> None:
    assert parse_arxiv_id(text) is None


@given(st.text())
def test_any_text_is_accepted(text: str) -> None:
    found = parse_arxiv_id(text)
    assert found is None or parse_arxiv_id(str(found)) == found


def test_month_of_old_identifiers() -> None:
    assert id_month("math/9901001") == (1999, 1)
    assert id_month("cs/0501001") == (2005, 1)
    assert id_month("2405.19334") == (2024, 5)
