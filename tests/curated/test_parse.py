import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageError
from pipeline.curated.formats.read import read_list
from pipeline.curated.markdown.dates import parse_date
from pipeline.curated.parse import parse_list
from pipeline.curated.types import CitationBadge, CuratedList, CuratedListError, Entry, Link
from storage.arxiv_id import ArxivId
from tests.support.curated import FIRST, LIST, pieces


def parse(text: str) -> CuratedList:
    return parse_list(text.encode())


def only_entry(text: str) -> Entry:
    (entry,) = parse(text).entries
    return entry


def assert_spans_hold(curated: CuratedList) -> None:
    """Assert that the spans make up the file without surrounding blanks."""
    assert b"".join(piece for _, piece in pieces(curated)) == curated.files[0].data
    end = 0
    for part, piece in pieces(curated):
        if part is None:
            end += len(piece)
            continue
        assert part.span == (end, end + len(piece))
        assert piece == piece.rstrip()
        end += len(piece)
    for entry in curated.entries:
        text = curated.files[0].data[slice(*entry.span)].decode()
        assert text.lstrip()[0] in "-+*"
        assert entry.title.split()[0] in text
        assert curated.files[0].data[: entry.span[0]].count(b"\n") == entry.line - 1


def test_survey_entry_is_read_whole() -> None:
    entry = parse(LIST).entries[0]

    assert entry.title == "Lantern: Guiding Image Drawing with Planning Models"
    assert entry.headings == ("Drawing", "Plans")
    assert (entry.date_text, entry.date) == ("12 Feb 2025", date(2025, 2, 12))
    assert entry.authors == ("Ada Example", "Bo Sample", "Cy Person")
    assert (entry.venue, entry.nickname) == ("ICLR 2025 Spotlight", None)
    assert entry.arxiv_id == ArxivId("2502.00001", 2)
    assert entry.links.paper == "https://arxiv.org/abs/2502.00001v2"
    assert entry.links.code == "https://github.com/ada/lantern"
    assert entry.links.stars == "ada/lantern"
    assert entry.links.project == ("https://lantern.example/",)
    assert entry.links.citation == CitationBadge(
        7, "0123abc", "https://www.semanticscholar.org/paper/0123abc"
    )
    assert entry.tags == ("tokenizer",)
    assert entry.line == LIST[: LIST.index(FIRST)].count("\n") + 1
    assert LIST.encode()[slice(*entry.span)].decode() == FIRST


def test_title_over_two_lines_and_plain_authors_are_read() -> None:
    entry = parse(LIST).entries[1]

    assert entry.title == "Painting Words over Two Lines"
    assert entry.nickname == "Brush"
    assert entry.full_title == "[Brush] Painting Words over Two Lines"
    assert entry.date == date(2024, 11, 6)
    assert entry.authors == ("Ada Example", "Bo Sample", "Cy Person")
    assert entry.arxiv_id == ArxivId("2411.00002")
    assert entry.tags == ("customization",)


def test_indented_badges_after_a_blank_line_are_kept() -> None:
    entry = parse(LIST).entries[2]

    assert entry.arxiv_id == ArxivId("2408.00003")
    assert entry.venue == "CVPR 2024"
    assert entry.authors == ("Ada Example",)
    assert (entry.date_text, entry.date) == ("Aug 2024", date(2024, 8, 1))


def test_comments_code_and_contents_hold_no_entries() -> None:
    titles = [entry.title for entry in parse(LIST).entries]

    assert len(titles) == 6
    assert not {"Hidden: Not Shown", "Not an entry", "Search", "Drawing"} & set(titles)


def test_links_in_comments_are_ignored() -> None:
    text = "# A\n+ **Title** (1 Jan 2024)\n<!-- [Paper](https://arxiv.org/abs/2401.00001) -->\n"

    assert only_entry(text).arxiv_id is None


def test_unreadable_entries_are_reported_with_line() -> None:
    (fault,) = parse(LIST).unreadable

    assert fault.line == LIST[: LIST.index("+ **Never closed")].count("\n") + 1
    assert fault.reason == "the bold title is empty or never closed"
    assert fault.headings == ("Drawing", "Data")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("+ https://arxiv.org/abs/2401.00002", "it has an arXiv id and no title"),
        (
            "+ 2024 [pdf](https://arxiv.org/abs/2401.00002)",
            "it has an arXiv id and no title; beside it stands only '2024'",
        ),
        ("+ **Only a title**", "it has no authors, date or link"),
        ("+ **[CVPR 2024]** (1 Jan 2024)", "the title is empty"),
        ("+ ** ** (1 Jan 2024)", "the title is empty"),
    ],
)
def test_unreadable_items_have_a_reason(item: str, reason: str) -> None:
    curated = parse(f"# A\n+ **Good** (1 Jan 2024)\n\n{item}\n")

    assert [entry.title for entry in curated.entries] == ["Good"]
    assert [(fault.line, fault.reason) for fault in curated.unreadable] == [(4, reason)]


@pytest.mark.parametrize(
    "item", ["+**Brass** (1 Jan 2024)", "-[Brass](https://arxiv.org/abs/2401.00002)"]
)
def test_bullets_glued_to_their_title_are_read(item: str) -> None:
    assert only_entry(f"# A\n{item}\n").title == "Brass"


def test_plain_titles_of_one_word_are_read() -> None:
    entry = only_entry("# A\n+ Brass https://arxiv.org/abs/2401.00002\n")

    assert (entry.title, entry.arxiv_id) == ("Brass", ArxivId("2401.00002"))


@pytest.mark.parametrize("bullet", ["-", "+", "*"])
def test_linked_titles_are_read(bullet: str) -> None:
    entry = only_entry(
        f"## Papers\n{bullet} [A (Short) Title](https://arxiv.org/abs/2401.00001) - 2024\n"
    )

    assert entry.title == "A (Short) Title"
    assert entry.arxiv_id == ArxivId("2401.00001")
    assert entry.links.paper == "https://arxiv.org/abs/2401.00001"


def test_bold_titles_with_several_links_are_read() -> None:
    entry = only_entry(
        "## Papers\n* **A Title**, (2024-05-17) [[PDF]](https://arxiv.org/pdf/2405.00001)"
        ' [[Code]](https://github.com/a/b "the code") [Talk](https://v.example/(1))\n'
    )

    assert entry.date == date(2024, 5, 17)
    assert entry.links.paper == "https://arxiv.org/pdf/2405.00001"
    assert entry.links.code == "https://github.com/a/b"
    assert entry.links.other == (Link("Talk", "https://v.example/(1)"),)


def test_venue_in_place_of_the_date_is_read() -> None:
    badge = "[![arXiv](https://img.shields.io/badge/arXiv-b31b1b.svg)]"
    text = (
        "## P\n+ [One: A (Short) Title](https://arxiv.org/pdf/2401.00001) ({})  \n"
        "  [![Star](https://img.shields.io/github/stars/a/b.svg?style=social)](https://github.com/a/b)\n"
        f"  {badge}(https://arxiv.org/abs/2401.00001)\n"
    )

    dated, met = only_entry(text.format("Jun., 2024")), only_entry(text.format("CVPR, 2024"))

    assert (dated.date, dated.venue) == (date(2024, 6, 1), None)
    assert (met.date_text, met.date, met.venue) == (None, None, "CVPR, 2024")
    assert (met.links.code, met.links.stars) == ("https://github.com/a/b", "a/b")
    assert met.links.paper == "https://arxiv.org/abs/2401.00001"


def test_linked_bold_title_is_read() -> None:
    entry = only_entry("## P\n- **[Title](https://arxiv.org/abs/2401.00001)** (3 Jan 2024)\n")

    assert entry.title == "Title"
    assert entry.arxiv_id == ArxivId("2401.00001")


def test_entries_below_a_category_bullet_are_read() -> None:
    curated = parse(
        "# P\n- Drawing\n  - [One](https://arxiv.org/abs/2401.00001)\n"
        "  - [Two](https://arxiv.org/abs/2401.00002)\n"
    )

    assert [entry.title for entry in curated.entries] == ["One", "Two"]


def test_bullets_below_an_entry_belong_to_it() -> None:
    entry = only_entry(
        "# P\n- **One** (1 Jan 2024) [site](https://one.example)\n"
        "  - [Paper](https://arxiv.org/abs/2401.00001)\n"
    )

    assert entry.arxiv_id == ArxivId("2401.00001")


def test_prose_after_an_entry_is_not_part_of_it() -> None:
    text = "# P\n- **One** (1 Jan 2024)\n\nSee https://arxiv.org/abs/2401.00001 too.\n"

    assert text.encode()[slice(*only_entry(text).span)] == b"- **One** (1 Jan 2024)"


def test_heading_levels_make_a_path() -> None:
    text = "# A #\n### C\n- **One** (1 Jan 2024)\n## B\n- **Two** (1 Jan 2024)\n# D\n"

    assert [entry.headings for entry in parse(text).entries] == [("A", "C"), ("A", "B")]
    assert [heading.text for heading in parse(text).headings] == ["A", "C", "B", "D"]


def test_badge_over_several_lines_is_read() -> None:
    entry = only_entry(
        "# P\n+ **One** (1 Jan 2024)\n"
        "[![citation](https://img.shields.io/badge/citation-N/A-blue.svg?paper=xxx)\n)]"
        "(https://www.semanticscholar.org/paper/xxx)\n"
    )

    assert entry.links.citation == CitationBadge(
        None, "xxx", "https://www.semanticscholar.org/paper/xxx"
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 Feb 2025", date(2025, 2, 12)),
        ("19 Apr2015", date(2015, 4, 19)),
        (" 7 September, 2023 ", date(2023, 9, 7)),
        ("Nov 6, 2024", date(2024, 11, 6)),
        ("Aug 2024", date(2024, 8, 1)),
        ("2024.08", date(2024, 8, 1)),
        ("2024-08-31", date(2024, 8, 31)),
        ("31 Feb 2024", None),
        ("12 Foo 2024", None),
        ("CVPR 2024", None),
        ("2024", None),
        ("", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_unreadable_date_is_kept_as_text() -> None:
    entry = only_entry("# P\n+ **One** (31 Feb 2024)\n")

    assert (entry.date_text, entry.date) == ("31 Feb 2024", None)


@pytest.mark.parametrize(
    "data",
    [
        LIST.encode(),
        LIST.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + LIST.encode(),
        LIST.rstrip("\n").encode(),
        b"",
        b"\xef\xbb\xbf# A",
        LIST.replace("Ada", "Ådå 🤗").encode(),
    ],
)
def test_spans_reproduce_the_file(data: bytes) -> None:
    assert_spans_hold(parse_list(data))


def test_line_ends_and_bom_do_not_change_entries() -> None:
    expected = [(entry.title, entry.links, entry.line) for entry in parse(LIST).entries]

    windows = parse_list(b"\xef\xbb\xbf" + LIST.replace("\n", "\r\n").encode())

    assert [(entry.title, entry.links, entry.line) for entry in windows.entries] == expected


_LINES = st.sampled_from(
    [
        *LIST.split("\n"),
        *FIRST.split("\n"),
        "",
        " ",
        "~~~",
        "```",
        "<!--",
        "-->",
        "---",
        "\t- **Tab** (1 Jan 2024)",
        "#",
        "+",
        "+ **",
        "🤗 ## not a heading",
        "\x0c\u2028odd",
    ]
)


@given(
    lines=st.lists(_LINES, max_size=25),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    bom=st.booleans(),
    last=st.booleans(),
)
def test_shuffled_list_is_reproduced_byte_for_byte(
    lines: list[str],
    end: str,
    bom: bool,  # noqa: FBT001  drawn by hypothesis
    last: bool,  # noqa: FBT001  drawn by hypothesis
) -> None:
    text = end.join(lines) + (end if last else "")

    curated = parse_list((b"\xef\xbb\xbf" if bom else b"") + text.encode())

    assert b"".join(piece for _, piece in pieces(curated)) == curated.files[0].data
    assert all(curated.files[0].data[slice(*entry.span)].strip() for entry in curated.entries)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        with pytest.raises(CuratedListError, match="not UTF-8"):
            parse_list(data)
    else:
        assert b"".join(piece for _, piece in pieces(parse_list(data))) == data


def test_other_encoding_is_refused_with_line() -> None:
    with pytest.raises(CuratedListError, match=r"line 2 holds the byte 0xe9 at offset 5.*Save"):
        parse_list("# A\nBé\n".encode("latin-1"))


def test_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_list([tmp_path / "none.md"])


def test_file_is_read_as_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_bytes(LIST.encode())

    assert read_list([tmp_path / "list.md"]).files[0].data == LIST.encode()


_HOSTILE = {
    "badges never closed": "# A\n- **T** " + "[![" * 40_000,
    "pictures never closed": "# A\n- **T** " + "![\n" * 40_000,
    "blanks in a target": "# A\n- **T** [a](" + " " * 40_000 + "x",
    "blanks in parentheses": "# A\n- [T](https://a.b) (" + " " * 40_000 + "x",
    "comments never closed": "# A\n" + "<!--" * 40_000,
    "blanks in a heading": "# A" + " " * 40_000 + "# B",
    "sentences": "# A\n- **T**\n  " + ". a" * 40_000,
}


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of the system")
@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_lists_take_linear_time(name: str) -> None:
    # Quadratic time would take minutes here.
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (10, 10))\n"
        "from pipeline.curated.parse import parse_list\n"
        "parse_list(sys.stdin.buffer.read())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        input=_HOSTILE[name].encode(),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()


def test_rows_of_a_table_are_entries() -> None:
    curated = parse(
        "# A\n\n| Title | Venue | Date | Authors | Code |\n|:--|:-:|---|---|--:|\n"
        "| [Lamps \\| Oil](https://arxiv.org/abs/2401.00001) | ICLR 2025 | Feb 2024 |"
        " Ann Oil, Bo Wick | [Github](https://github.com/x/y) |\n"
        "| **[Wick] Candles** | | 2024-03-01 | | [arXiv](https://arxiv.org/pdf/2401.00002) |\n"
        "| | | | | [arXiv](https://arxiv.org/pdf/2401.00003) |\n\n"
        "| Not | of this table |\n"
    )
    first, second = curated.entries
    assert (first.title, first.venue, first.date_text) == ("Lamps | Oil", "ICLR 2025", "Feb 2024")
    assert first.authors == ("Ann Oil", "Bo Wick")
    assert (first.arxiv_id, first.links.paper) == (
        ArxivId("2401.00001"),
        "https://arxiv.org/abs/2401.00001",
    )
    assert (second.title, second.nickname, second.date) == ("Candles", "Wick", date(2024, 3, 1))
    assert second.links.paper == "https://arxiv.org/pdf/2401.00002"
    assert (first.headings, first.line, second.line) == (("A",), 5, 6)
    assert [(fault.line, fault.reason) for fault in curated.unreadable] == [
        (7, "the title is empty")
    ]
    assert b"".join(piece for _, piece in pieces(curated)) == curated.files[0].data


def test_tables_without_outer_bars_or_in_chinese_are_read() -> None:
    text = (
        "## 表\n日期 | 论文 | 链接\n---|---|---\n"
        "2025-01-02 | **灯** <br> 作者 | [PDF](https://arxiv.org/pdf/2401.00001)\n"
    )
    entry = only_entry(text)
    assert (entry.title, entry.date) == ("灯", date(2025, 1, 2))


@pytest.mark.parametrize(
    "table",
    [
        "| Model | Score |\n|---|---|\n| [GPT](https://openai.com) | 3 |\n",
        "| Title | Who |\n|---|---|\n| Chair | Ann |\n",
    ],
)
def test_tables_of_other_things_hold_no_entries(table: str) -> None:
    curated = parse(f"# A\n\n{table}")
    assert (curated.entries, curated.unreadable) == ((), ())


def test_rows_without_a_rule_are_read_as_lines() -> None:
    entry = only_entry("# A\n\n| [Brass Lamps](https://arxiv.org/abs/2401.00001) | no rule |\n")

    assert (entry.title, entry.arxiv_id) == ("Brass Lamps", ArxivId("2401.00001"))


def test_numbered_items_and_underlined_headings_are_read() -> None:
    curated = parse(
        "Lamps\n=====\n\nOil\n---\n1. **One** (1 Jan 2024)\n"
        "2) [Two](https://arxiv.org/abs/2401.00002), 2024\n\nProse of two\nlines\n---\n\n"
        "10. [Contents](#oil)\n"
    )
    assert [(entry.title, entry.headings) for entry in curated.entries] == [
        ("One", ("Lamps", "Oil")),
        ("Two", ("Lamps", "Oil")),
    ]
    assert [(heading.level, heading.line) for heading in curated.headings] == [(1, 1), (2, 4)]
    assert b"".join(piece for _, piece in pieces(curated)) == curated.files[0].data


def test_closing_marks_are_not_part_of_a_heading() -> None:
    curated = parse("# A ##\n## C#\n- **T** (1 Jan 2024)\n")
    assert curated.entries[0].headings == ("A", "C#")


def test_only_closed_comments_hide_text() -> None:
    text = (
        "# A\n<!-- - **Gone** (1 Jan 2024) -->\n- **T** (1 Jan 2024)\n<!--\n- **U** (1 Jan 2024)\n"
    )
    assert [entry.title for entry in parse(text).entries] == ["T", "U"]
