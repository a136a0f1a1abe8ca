"""A survey's name is the settings' title, else the first heading of its list."""

from pathlib import Path

import pytest

from config.schema import SurveySettings
from pipeline.curated.title import UNNAMED, survey_title

ENTRY = "- [Copper Kettles Dream of Steam](https://arxiv.org/abs/2403.90001)\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# 🔥 Awesome **Odd Machines** ![a](https://a.example/b.svg)\n", "Awesome Odd Machines"),
        ("<div>\n<h2> Odd Machines: Tea </h2>\n</div>\n\n# Kettles\n", "Odd Machines: Tea"),
        ("# 奇怪的机器 :rocket:\n## Kettles\n", "奇怪的机器"),
        ("# [Odd](https://a.example) [![b](https://a.example/c.svg)](https://a.example)\n", "Odd"),
        ("# Contents\n## Kettles\n", UNNAMED),
        ("", UNNAMED),
    ],
)
def test_name_is_the_first_heading_without_decoration(text: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(text + ENTRY, encoding="utf-8")

    assert survey_title(SurveySettings(list=(tmp_path / "list.md",))) == name


def test_title_of_the_settings_comes_first(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(f"# Odd Machines\n## Kettles\n{ENTRY}", encoding="utf-8")
    settings = SurveySettings(title="Kettles Monthly", list=(tmp_path / "list.md",))

    assert survey_title(settings) == "Kettles Monthly"


def test_a_missing_list_has_no_name(tmp_path: Path) -> None:
    assert survey_title(SurveySettings(list=(tmp_path / "gone.md",))) == UNNAMED


def test_only_the_beginning_of_a_list_is_read(tmp_path: Path) -> None:
    text = f"# Odd Machines\n## Kettles\n{ENTRY * 20_000}"
    (tmp_path / "list.md").write_text(text, encoding="utf-8")

    assert survey_title(SurveySettings(list=(tmp_path / "list.md",))) == "Odd Machines"
