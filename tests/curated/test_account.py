"""Every ID and paper-like link of any list ends in exactly one outcome."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curated.account import Outcome, account
from pipeline.curated.formats.read import read_files
from pipeline.curated.markdown.links import find_occurrences
from pipeline.curated.parse import parse_list
from pipeline.curated.tally import tally
from pipeline.curated.types import AsideReason, ListFile
from tests.support.curated import LIST, pieces

_ARXIV = "https://arxiv.org/abs/2401.0000"
_PIECES = st.sampled_from(
    [
        f"- **Brass Lamps at Night** [[paper]({_ARXIV}1)]",
        f"- [Brass Lamps at Night]({_ARXIV}2), see [the oil paper]({_ARXIV}3)",
        f"  - [pdf]({_ARXIV}4)",
        "  - **Wicks without Wax** [[paper](https://openreview.net/forum?id=a)]",
        f"**Wicks without Wax** \\\n*Ada Vole* \\\n[[Paper]({_ARXIV}5)]",
        "**Wicks**",
        f"- Paper: {_ARXIV}6",
        f"| Title | Link |\n|---|---|\n| Oil and Water | [x]({_ARXIV}7) |",
        f"<details><summary>Oil</summary>\n\n- [Oil and Old Water]({_ARXIV}8)\n\n</details>",
        "</details>",
        f"<!-- {_ARXIV}1 -->",
        f"```\n{_ARXIV}2\n```",
        f"<ul><li><a href='{_ARXIV}3'>Glass and Sand</a></li></ul>",
        "## News",
        "## Lamps",
        "### 1. Lamps That Read Aloud",
        f"# [Lamps That Read Aloud]({_ARXIV}9)",
        f"We build on [earlier work]({_ARXIV}1).",
        f"[1]: {_ARXIV}2",
        "- [Oil and Water][1]",
        "> - quoted arXiv:2401.00003",
        "    indented https://doi.org/10.1000/1",
        "---",
        "",
        "* * *",
        "- [ ]",
        "[![arXiv](https://img.shields.io/badge/a.svg)](https://arxiv.org/abs/2401.00004)",
        *LIST.split("\n\n"),
    ]
)


@given(lines=st.lists(_PIECES, max_size=12), apart=st.sampled_from(["\n", "\n\n", "\r\n", "\r"]))
def test_sums_add_up_for_any_list(lines: list[str], apart: str) -> None:
    text = apart.join(line.replace("\n", apart) for line in lines)
    curated = parse_list(text.encode())

    found = account(curated)

    assert len(found.named) == len(find_occurrences(text.replace("\r\n", "\n").replace("\r", "\n")))
    assert sum(found.totals.values()) == len(found.named)
    assert found.totals[Outcome.NOWHERE] == 0
    assert sum(found.asides.values()) == found.totals[Outcome.ASIDE]
    entered = {one.base for entry in curated.entries for one in entry.arxiv_ids}
    for one in found.named:
        if one.outcome is Outcome.ENTRY and one.arxiv_id is not None:
            assert one.arxiv_id.base in entered
    assert b"".join(piece for _, piece in pieces(curated)) == curated.files[0].data


@given(st.text(st.sampled_from("abcA 0123.:/-*_[]()<>|#`\n\"'!$\\&="), max_size=80))
def test_any_text_is_accounted_for(text: str) -> None:
    data = f"# A\n- [T x y z]({_ARXIV}1) {text}\n{text}\n\n{text}".encode()
    curated = parse_list(data)

    assert sum(account(curated).totals.values()) == len(account(curated).named)
    assert account(curated).totals[Outcome.NOWHERE] == 0
    assert b"".join(piece for _, piece in pieces(curated)) == data


def test_each_place_has_its_outcome() -> None:
    curated = parse_list(
        [
            ListFile(
                "a.md",
                (
                    f"# Lamps\n\n## News\n\n- Our survey: [Lamps in General]({_ARXIV}9)\n\n"
                    "## Oil\n\n"
                    f"- **Brass Lamps at Night** [[paper]({_ARXIV}1)], extends [lamps]({_ARXIV}2)\n"
                    "- **Wicks without Wax** [[paper](https://openreview.net/forum?id=a)]\n"
                    f"- {_ARXIV}3\n<!-- {_ARXIV}4 -->\n\n```\n{_ARXIV}5\n```\n"
                ).encode(),
            ),
            ListFile("b.md", f"## Wax\n\n- [Wax at Noon]({_ARXIV}6)\n".encode()),
        ]
    )

    places = [(one.file, one.line, one.outcome, one.reason) for one in account(curated).named]

    assert places == [
        ("a.md", 5, Outcome.ASIDE, AsideReason.NEWS),
        ("a.md", 9, Outcome.ENTRY, None),
        ("a.md", 9, Outcome.ASIDE, AsideReason.MENTION),
        ("a.md", 10, Outcome.NO_ID, None),
        ("a.md", 11, Outcome.UNREADABLE, None),
        ("a.md", 12, Outcome.ASIDE, AsideReason.COMMENT),
        ("a.md", 15, Outcome.ASIDE, AsideReason.CODE),
        ("b.md", 3, Outcome.ENTRY, None),
    ]
    assert account(curated).arxiv_ids["2401.00006"] == {Outcome.ENTRY}


def test_what_no_item_holds_ends_nowhere() -> None:
    text = (
        f"# Lamps\n\n- [Brass Lamps at Night]({_ARXIV}1)\n- {_ARXIV}2\n\n"
        f"We build on [earlier work]({_ARXIV}3).\n"
    )
    whole = parse_list(text.encode())

    assert tally(whole).silent == 0
    for name in ("entries", "unreadable", "asides"):
        lost = replace(whole, **{name: ()})
        assert account(lost).totals[Outcome.NOWHERE] == 1, name
        assert tally(lost).silent == 1
        assert tally(lost).places == 1 + sum(tally(lost).outcomes.values())


@pytest.mark.parametrize("url", [f"{_ARXIV}1", "https://openreview.net/forum?id=a"])
def test_only_the_definition_of_a_used_link_belongs_to_an_entry(url: str) -> None:
    entry = "# Lamps\n\n- **Brass Lamps at Night** [paper][1], Ada Vole, 2024\n\n"

    used = account(parse_list(f"{entry}[1]: {url}\n".encode()))
    again = account(parse_list(f"{entry}[1]: {url}\n\nSee also {url} for lamps.\n".encode()))

    assert not used.asides
    assert used.totals[Outcome.NOWHERE] == 0
    assert again.asides == {AsideReason.PROSE: 1}


def test_id_that_only_a_field_tells_is_in_the_entry() -> None:
    lamps = b"@misc{a, title={Brass Lamps at Night}, eprint={2401.00001}, year=2024}\n"
    wicks = b"@misc{b, title={Wicks without Wax}, url={https://arxiv.org/abs/2401.00002}}\n"

    found = account(read_files([ListFile("lamps.bib", lamps + wicks)]))

    assert [(one.line, str(one.arxiv_id), one.outcome) for one in found.named] == [
        (1, "2401.00001", Outcome.ENTRY),
        (2, "2401.00002", Outcome.ENTRY),
    ]


def test_place_behind_a_comment_within_an_aside_is_in_the_aside() -> None:
    text = f"# News\n\n- [Lamps]({_ARXIV}1) <!-- {_ARXIV}2 --> and\n  [oil]({_ARXIV}3)\n"

    found = account(parse_list(text.encode()))

    assert [one.reason for one in found.named] == [
        AsideReason.NEWS, AsideReason.COMMENT, AsideReason.NEWS
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_table_is_accounted_for_in_each_encoding_it_is_read_in(encoding: str) -> None:
    text = "title,arxiv_id\nBrass Lamps at Night,https://arxiv.org/abs/2401.00001\n"

    found = account(read_files([ListFile("lamps.csv", text.encode(encoding))]))

    assert [(one.line, str(one.arxiv_id), one.outcome) for one in found.named] == [
        (2, "2401.00001", Outcome.ENTRY)
    ]
