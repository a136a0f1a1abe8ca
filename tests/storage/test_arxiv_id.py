import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.arxiv_id import ArxivId, find_arxiv_ids, id_month, is_key, parse_arxiv_id

ID = "2405.19334"


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
        "math/0013136",
        "\N{ARABIC-INDIC DIGIT TWO}405.19334",
        *("2699.12345", "9999.99999", "9901.00001", "0703.0001", "1501.0001", "2405.1933456"),
        *("xx/0001001", "math/0704001", "hep-th/9106001", "stat/0501001"),
        *("https://evilarxiv.org/abs/2405.19334", "2405.19334\n2405.19335", "2405.19334."),
        "a" * 60_000,
        "https://" + "a." * 30_000 + "arxiv.org/abs/2405.19334",
    ],
)
def test_invalid_identifiers(text: str) -> None:
    assert parse_arxiv_id(text) is None


@pytest.mark.parametrize(
    "notation",
    [
        "http://www.arxiv.org/pdf/ID",
        "https://arxiv.org/pdf/ID#page=4",
        "https://arxiv.org/pdf/ID.pdf",
        "https://arxiv.org/abs/ID/",
        "https://arxiv.org/abs/ID?utm_source=x",
        "https://arxiv.org/html/IDv2/x1.png",
        "arxiv.org/abs/ID",
        "//arxiv.org/abs/ID",
        "https://arxiv.org//abs/ID",
        "https://arxiv.org:443/abs/ID",
        "HTTPS://ARXIV.ORG/ABS/ID",
        *("https://arxiv.org/abs/arXiv:ID", "https://arxiv.org/abs/arXiv%3AID"),
        *("https://arxiv.org/e-print/ID", "https://arxiv.org/src/ID", "https://arxiv.org/ps/ID"),
        *("https://arxiv.org/format/ID", "https://xxx.lanl.gov/abs/ID"),
        *("https://export.arxiv.org/abs/ID", "https://cn.arxiv.org/pdf/ID"),
        "https://arxiv.org/vc/arxiv/papers/2405/IDv1.pdf",
        "https%3A%2F%2Farxiv.org%2Fabs%2FID",
        *("https://huggingface.co/papers/ID", "hf.co/papers/ID"),
        *("https://www.alphaxiv.org/abs/ID", "https://alphaxiv.org/overview/IDv2"),
        "https://www.alphaxiv.org/zh/overview/ID",
        *("https://ar5iv.labs.arxiv.org/html/ID", "https://ar5iv.org/abs/ID"),
        *("https://doi.org/10.48550/arXiv.ID", "https://dx.doi.org/10.48550/ARXIV.ID"),
        *("https://doi.org/10.48550%2FarXiv.ID", "doi.org/10.48550/arXiv.ID"),
        *("doi:10.48550/arXiv.ID", "DOI: 10.48550/arXiv.ID", "10.48550/arXiv.ID"),
        *("arXiv: ID", "arXiv ID", "arXiv preprint ID", "CoRR abs/ID"[5:]),
        *("arXiv:IDv2 [cs.CV]", "arXiv:IDv2  [cs.CV]  3 Jun 2024", "ID [cs.CV]"),
        *("https://www.semanticscholar.org/arxiv/ID", "https://papers.cool/arxiv/ID"),
        "https://www.semanticscholar.org/paper/arXiv:ID",
        *("https://scirate.com/arxiv/ID", "https://www.emergentmind.com/papers/ID"),
        "https://dblp.org/rec/journals/corr/abs-2405-19334.html",
        "https://web.archive.org/web/2024/https://arxiv.org/abs/ID",
        "https://link.zhihu.com/?target=https%3A//arxiv.org/abs/ID",
        "https://scholar.google.com/scholar?q=arXiv:ID",
        "https://arxiv-sanity-lite.com/?rank=pid&pid=ID",
        "https://img.shields.io/badge/arXiv-ID-b31b1b.svg",
        "https://img.shields.io/badge/arXiv%20paper-IDv2-red?logo=arxiv",
        "IDv2.pdf",
        "\N{ZERO WIDTH NO-BREAK SPACE}ID",
        "\uff12\uff14\uff10\uff15\uff0e\uff11\uff19\uff13\uff13\uff14",
    ],
)
def test_common_notations_are_parsed(notation: str) -> None:
    found = parse_arxiv_id(notation.replace("ID", ID))
    assert found is not None
    assert found.base == ID


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("https://arxiv.org/abs/math%2F0309136", ArxivId("math/0309136")),
        ("arXiv:math.GT/0309136", ArxivId("math/0309136")),
        ("https://doi.org/10.48550/arXiv.math/0309136", ArxivId("math/0309136")),
        ("arXiv:cs.CL/0501001v2 [cs.CL]", ArxivId("cs/0501001", 2)),
    ],
)
def test_old_ids_are_parsed_in_every_notation(notation: str, expected: ArxivId) -> None:
    assert parse_arxiv_id(notation) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("https://example.org/abs/ID", "https://evilarxiv.org/abs/ID"),
        *("https://arxiv.org@evil.com/abs/ID", "https://arxiv.org.evil.com/abs/ID"),
        *(
            "https://example.org/arxiv.org/abs/ID",
            "https://example.org/?u=https://arxiv.org/abs/ID",
        ),
        *("https://example.org/arXiv:ID", "example.org/arXiv:ID", "https://github.com/x/ID"),
        *("https://x.org/a_(ID)/b", "x.org/a,ID", "https://deeplearn.org/arxiv/ID"),
        *("1ID", "ID56", "ID.1", "1.ID", "IDv0", "$ID", "ID-7", "10.1234/ID", "arXiv 2024.05"),
        *("https://arxiv.org/abs/IDv0", "https://arxiv.org/abs/ID56"),
        *("2024.05.19", "https://arxiv.org/list/cs.CV/2405"),
        "https://img.shields.io/badge/date-ID-red",
        "\N{ARABIC-INDIC DIGIT TWO}ID",
    ],
)
def test_other_numbers_and_addresses_are_no_ids(text: str) -> None:
    text = text.replace("ID", ID)
    assert find_arxiv_ids(text, bare=True) == ()
    assert parse_arxiv_id(text) is None


def test_ids_in_running_text_are_found_in_order() -> None:
    text = (
        "[p](https://arxiv.org/abs/2405.19334), arXiv:1501.00010v3 [code](x). See 2301.07041;\n"
        "https://hf.co/papers/0704.0046,https://arxiv.org/abs/1412.7451?a=b, _arXiv:math/0309136_"
        " (\u8bba\u6587arXiv\uff1a1706.03762\u3002)"
    )
    found = find_arxiv_ids(text)
    assert [(str(one.id), text[one.start : one.end]) for one in found] == [
        ("2405.19334", "https://arxiv.org/abs/2405.19334"),
        ("1501.00010v3", "arXiv:1501.00010v3"),
        ("0704.0046", "https://hf.co/papers/0704.0046"),
        ("1412.7451", "https://arxiv.org/abs/1412.7451?a=b"),
        ("math/0309136", "arXiv:math/0309136"),
        ("1706.03762", "arXiv\uff1a1706.03762"),
    ]
    assert [one.id.base for one in find_arxiv_ids(text, bare=True)][2] == "2301.07041"


@given(st.text() | st.from_regex(r"(https?://|arxiv[:./ ]|[0-9]{4}\.|abs/|[,;? ]){1,12}"))
def test_found_ids_are_in_order_and_within_the_text(text: str) -> None:
    end = 0
    for found in find_arxiv_ids(text, bare=True):
        assert end <= found.start < found.end <= len(text)
        assert is_key(found.id.base)
        end = found.end


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
