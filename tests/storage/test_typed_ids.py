from datetime import date

import pytest

from storage.errors import PaperNotFoundError
from storage.typed_ids import (
    InvalidIdError,
    explain_id,
    explain_number,
    not_held,
    read_arxiv_ids,
    read_key,
    read_keys,
)

TODAY = date(2026, 3, 17)


@pytest.mark.parametrize(
    ("text", "cause", "meant"),
    [
        (
            "2512.1133",
            "five digits after the point; a spreadsheet may have dropped a zero",
            "2512.11330",
        ),
        ("arXiv:2512.1133", "since 2015", "2512.11330"),
        ("https://arxiv.org/abs/2405.1933", "since 2015", "2405.19330"),
        ("1501.0001", "since 2015", "1501.00010"),
        ("2405.1", "dropped zeros", "2405.10000"),
        ("1412.745", "until 2014 an ID has four digits", "1412.7450"),
        ("704.0001", "three digits before the point", "0704.0001"),
        ("901.1234", "dropped a zero", "0901.1234"),
        ("901.123", "three digits before the point", "0901.1230"),
        ("2405,19334", "comma for the point", "2405.19334"),
        ("240519334", "the point is missing", "2405.19334"),
        ("math/309136", "seven digits", "math/0309136"),
        ("2413.00001", "no month 13", "year, month"),
        ("2400.00001", "no month 00", "year, month"),
        ("9901.00001", "began in April 2007", "hep-th/9901001"),
        ("0703.0001", "began in April 2007", "hep-th/9901001"),
        ("2405.1933456", "7 digits after the point", "2405.19334"),
        ("banana", "'banana' is not an arXiv ID.", "2405.19334"),
        ("2405.19334v0", "is not an arXiv ID.", "2405.19334"),
    ],
)
def test_impossible_ids_are_refused_with_the_remedy(text: str, cause: str, meant: str) -> None:
    with pytest.raises(InvalidIdError) as caught:
        read_key(text)
    assert cause in caught.value.message
    assert meant in caught.value.hint


def test_several_ids_are_read_from_one_text() -> None:
    texts = ["2405.19334,1501.00010", "arXiv:2405.19334v2 [cs.CV]; math/0309136\n <2301.07041>."]
    expected = ("2405.19334", "1501.00010", "math/0309136", "2301.07041")
    assert read_arxiv_ids(texts, TODAY) == expected


def test_stamp_of_a_pdf_is_one_id() -> None:
    assert read_arxiv_ids(["arXiv:2405.19334v2 [cs.CV] 3 Jun 2024"], TODAY) == ("2405.19334",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2405.19334,2512.1133", "2512.1133"),
        ("2405.19334 and 1501.00010", "and"),
        ("", "''"),
        (", ,", "', ,'"[1:-1]),
        ("2405,19334", "comma"),
    ],
)
def test_what_is_no_id_among_several_is_named(text: str, named: str) -> None:
    with pytest.raises(InvalidIdError) as caught:
        read_arxiv_ids([text], TODAY)
    assert named in caught.value.message


def test_ids_of_coming_months_are_refused() -> None:
    assert read_arxiv_ids(["2603.00001"], TODAY) == ("2603.00001",)
    with pytest.raises(InvalidIdError, match=r"2026-04, which has not begun.*2026-03-17"):
        read_arxiv_ids(["2604.00001"], TODAY)
    assert isinstance(not_held("2604.00001", TODAY), InvalidIdError)
    assert isinstance(not_held("2603.00001", TODAY), PaperNotFoundError)
    assert explain_id("2603.00001", TODAY) is None
    assert explain_id("2604.00001", TODAY) is not None


def test_words_are_no_ids_that_lost_a_digit() -> None:
    assert explain_number("talking head") is None
    assert explain_number("2405.19334") is None
    assert explain_number("2405.1933") is not None


def test_dois_stand_alone_or_between_blanks() -> None:
    texts = ["doi:10.1000/a,b 2603.00001, https://doi.org/10.1000/(C)", "10.1000/d;"]
    keys = read_keys(texts, TODAY)
    assert set(keys) == {"doi:10.1000/a,b", "2603.00001", "doi:10.1000/(c)", "doi:10.1000/d"}
    assert read_keys(["10.48550/arXiv.2603.00001 2603.00001"], TODAY) == ("2603.00001",)


@pytest.mark.parametrize(
    "text", ["2603.00001 banana", "doi:10.1000/x banana", "", "10.1000/a\u202e"]
)
def test_texts_that_are_no_key_are_refused(text: str) -> None:
    with pytest.raises(InvalidIdError):
        read_keys([text], TODAY)


def test_doi_is_refused_where_only_arxiv_can_be_asked() -> None:
    with pytest.raises(InvalidIdError, match=r"is a DOI, and not one of arXiv") as refused:
        read_arxiv_ids(["doi:10.1000/405.1933"], TODAY)
    assert "import --candidates" in str(refused.value.hint)
    assert "import --candidates" in str(not_held("doi:10.1000/x", TODAY).hint)
    assert explain_number("10.1000/405.1933") is None
