"""Headings are read without numbers, counts and ways to the top; dates are told from subjects."""

import re
from typing import get_args

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from config.headings import clean_heading, heading_key, numbered_heading
from config.taxonomy_file import SectionRow
from config.when import When, says_when

WORDS = st.sampled_from(
    [
        "Kettles",
        "Lanterns",
        "3D Generation",
        "2D to 3D",
        "4D",
        "6DoF Pose",
        "水壶",
        "纸灯笼",
        "C++",
        "A*",
    ]
)
NUMBERS = st.sampled_from(
    [
        "",
        "1. ",
        "46.",
        "4）",
        "1.2.3 ",
        "IV. ",
        "II.",
        "(b) ",
        "(12) ",
        "二、",
        "第三章 ",
        "（一）",
        "① ",
        "1️⃣ ",
    ]
)
ENDS = st.sampled_from(
    [
        *(
            "",
            ":",
            "：",
            " (23)",
            " [12 papers]",
            "（12篇）",
            " ↑",
            " [⬆](#top)",
            " [🔝](#readme-top)",
        ),
        *(
            " **[ «🎯Back To Top» ](#)**",
            " ([back to top](#contents))",
            " [[top]](#toc)",
            " 返回顶部",
        ),
        *(
            " <a href='#top'>top</a>",
            " :fire:",
            " ![b](https://x.example/b.svg)",
            " <a name=k></a>",
        ),
    ]
)
MARKS = st.sampled_from(
    ["{}", "**{}**", "*{}*", "<b>{}</b>", "[{}](#k)", "📍 {}", "<span id='k'>{}</span>"]
)


@given(NUMBERS, WORDS, ENDS, MARKS)
def test_numbers_marks_and_ends_are_not_words(number: str, words: str, end: str, mark: str) -> None:
    assume(not (number == "46." and words[0].isdigit()))  # "46.3D" could be a number of dimensions
    assert clean_heading(f"{mark.format(number + words)}{end}") == words
    assert clean_heading(f"{number}{mark.format(words)}{end}") == words


@given(st.text(max_size=60))
@example("1. 2. 3. x")
@example("\u00b7\U000e0100")
def test_key_ignores_what_cleaning_removes(heading: str) -> None:
    cleaned = clean_heading(heading)
    assert clean_heading(cleaned) == cleaned
    assert heading_key(cleaned) == heading_key(heading)


@pytest.mark.parametrize(
    "name",
    [
        *("3D Generation", "2.5D Wax", "2D to 3D", "4D", "6DoF", "360° video", "1.58-bit Kettles"),
        *(
            "1.x Kettles",
            "12 Angry Kettles",
            "1.2 Kettles",
            "A. Kettle",
            "From Bottom to Top",
            "GPT-4",
        ),
        *("Kettles (2024)", "Kettles (3D)", "第三人称水壶", "हिन्दी", "R&D", "12:30:45", "2024"),
    ],
)
def test_numbers_that_are_words_stay(name: str) -> None:
    assert clean_heading(name) == numbered_heading(name) == name
    assert clean_heading(f"3. {name}") == name or re.match(r"\d", name)


@pytest.mark.parametrize(
    ("when", "headings"),
    [
        (When.YEAR, "2024 | 🔥 2024 (120) | 2024 年 | 2024年论文 | Before 2020 | Papers in 2023"),
        (When.YEAR, "2019 & earlier | 2022 - 2023 | Pre-2020 | 2020s"),
        (When.QUARTER, "Q1 2024 | Spring 2024 | 2024年上半年"),
        (When.MONTH, "March 2024 | 2024-03 | 202403 | 2024 年 3 月 | May | 三月 | 03/2024"),
        (When.WEEK, "Week of March 4 | Mar 4 - Mar 10 (2024) | Week 12 | 第10周 | 2024-W12"),
        (When.WEEK, "Top Kettle Papers of the Week (March 4 - March 10)"),
        (When.DAY, "17th June 2026 | June 17, 2026 | 2024/03/12 | 2024年3月4日 | 20240312"),
        (When.VENUE, "CVPR 2024 | ICLR'24 | NeurIPS2023 Workshop | SIGGRAPH Asia 2023"),
        (When.VENUE, "arXiv 2024 | arXiv | Preprints | arXiv papers"),
    ],
)
def test_heading_of_a_date_says_when(when: When, headings: str) -> None:
    for heading in headings.split(" | "):
        assert says_when(heading) is when, heading
        assert says_when(f"**{heading}** [⬆](#top)") is when, heading


def test_heading_of_a_subject_does_not_say_when() -> None:
    names = """Kettles|Kettles 2024|3D Generation|100 Papers|Latest Papers|Nature|ACL|CVPR|GPT-4
    LLM 2024|Fall Detection|Spring|Week|Day and Night|Marching Cubes|360° video|1|9999
    2024年综述|月球|日志|论文|年"""
    for heading in ["", "2024" * 100, *re.split(r"\||\n\s+", names)]:
        assert says_when(heading) is None, heading


def test_taxonomy_takes_every_kind_of_date() -> None:
    accepted, _ = get_args(SectionRow.model_fields["by_date"].annotation)
    assert set(get_args(accepted)) == set(When)
