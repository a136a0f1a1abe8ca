"""Anchors are those that GitHub makes, and links to others are dead."""

import pytest

from pipeline.curated.lint.anchors import heading_texts
from pipeline.curated.lint.github_anchors import anchors, slug
from tests.support.lint import entry, fix_in, found_in


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Image Generation", "image-generation"),
        ("Non-LLM-based (Clip/T5)", "non-llm-based-clipt5"),
        ("🔅 LLM-based", "-llm-based"),
        ("⭐️ Star History", "️-star-history"),
        ("👨‍💻 Team", "-team"),
        ("3D, Video & Audio", "3d-video--audio"),
        ("图像生成（扩散）", "图像生成扩散"),
        ("C++ / C#", "c--c"),
        ("snake_case  twice", "snake_case--twice"),
        ("Über Ångström", "über-ångström"),
    ],
)
def test_anchor_is_made_as_github_does(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_repeated_headings_are_numbered() -> None:
    assert anchors(["Data", "data", "Other", "Data!"]) == ["data", "data-1", "other", "data-2"]


def test_headings_of_every_kind_count() -> None:
    text = (
        "# One *bold* `code`\n\nTwo [link](https://x.example) ![pic](p.png)\n===\n\n"
        "<h2 align='center'>Three <b>x</b></h2>\n\n> ### Four\n\n- # Five\n\n```\n# no\n```\n\n"
        "<!-- # no -->\n    # no\n"
    )

    assert [text.strip() for text in heading_texts(text.replace("<!-- # no -->", ""))] == [
        "One bold code",
        "Two link",
        "Three x",
        "Four",
        "Five",
    ]


@pytest.mark.parametrize("anchor", ["-boats", "boats", "-boats-1", "-wide-"])
def test_blank_at_the_end_of_a_heading_is_read_both_ways(anchor: str) -> None:
    text = (
        f"- [x](#{anchor})\n\n# ![icon](i.png) Boats\n\n## ![icon](i.png) Boats\n\n"
        "<h2 align='center'> Wide </h2>\n"
    )

    assert found_in(text, "dead-anchor") == ()


PAGE = (
    "# Contents\n{}\n\n# 🔅 Boats\n\n## Data\n\n"
    + entry("Copper Kettles Dream of Warm Steam", "2403.90001")
    + "\n# 图像 (New)\n\n## Data\n\n<a id='here'></a>\n"
)


@pytest.mark.parametrize(
    "link",
    [
        "[Boats](#-boats)",
        "[Data](#data-1)",
        "[New](#图像-new)",
        "[New](#%E5%9B%BE%E5%83%8F-new)",
        "[Here](#here)",
        "[Up](#top)",
        "<a href='#data'>Data</a>",
        "[Elsewhere](https://page.example/#nowhere)",
    ],
)
def test_link_to_a_heading_is_alive(link: str) -> None:
    assert found_in(PAGE.format(f"- {link}"), "dead-anchor") == ()


@pytest.mark.parametrize(
    "link",
    ["[Boats](#boats)", "[Data](#data-2)", "<a href='#nowhere'>x</a>", "[x][r]\n\n[r]: #nowhere"],
)
def test_link_to_no_heading_is_dead(link: str) -> None:
    assert len(found_in(PAGE.format(f"- {link}"), "dead-anchor")) == 1


def test_anchor_with_one_certain_heading_is_fixed() -> None:
    text = PAGE.format("- [🔅 Boats](#boats)\n  - [Data](#data)\n  - [Data](#data-7)\n- [x](#gone)")

    fixed = fix_in(text)

    wanted = text.replace("(#boats)", "(#-boats)").replace("#data-7", "#data-1")
    assert fixed.files[0].data.decode() == wanted
    assert [one.message for one in fixed.report.findings if one.rule.value == "dead-anchor"] == [
        "No heading has the anchor #gone."
    ]


def test_anchor_with_several_headings_is_left() -> None:
    text = PAGE.format("- [Data](#datas)\n- [Data](#dates)")

    assert fix_in(text).files[0].data.decode() == text
