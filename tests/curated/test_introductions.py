"""Blocks that introduce a list are no entries; entries in front of its sections stay."""

import pytest

from config.taxonomy import load_taxonomy
from pipeline.curated.parse import parse_list
from pipeline.curated.types import AsideReason, CuratedList, ListFile
from pipeline.taxonomy.draft import draft_taxonomy

_ARXIV = "https://arxiv.org/abs/2401.0000"
_SECTIONS = f"""
## Lamps

- **Brass Lamps at Night** [[paper]({_ARXIV}1)]
- **Wicks without Wax** [[paper]({_ARXIV}2)]

## Oil

- **Oil and Water** [[paper]({_ARXIV}3)]
"""
_SURVEY = f"**Lamps in General: A Survey** [[arXiv]({_ARXIV}9)]"


def sections(curated: CuratedList) -> dict[str, int]:
    return draft_taxonomy(curated, load_taxonomy(), name="A survey").entries


@pytest.mark.parametrize(
    "introduction",
    [
        f"> Our survey: {_SURVEY} please cite it.",
        f"> {_SURVEY}",
        f"{_SURVEY}",
        f"{_SURVEY}\\\n*Ada Vole, Bo Finch*",
        f"- Our survey: {_SURVEY}",
        f"* 📖 {_SURVEY}. Please cite us!",
        f"This repository accompanies [Lamps in General: A Survey]({_ARXIV}9).",
        f"The official list of\n\n[Lamps in General: A Survey]({_ARXIV}9)",
        f'<p align="center"><a href="{_ARXIV}9">Lamps in General: A Survey</a></p>',
        f"[**Paper**]({_ARXIV}9) | [**Slides**](https://lamps.example/)",
        f"我们的综述：[Lamps in General: A Survey]({_ARXIV}9)",
        f"### Introduction\n\n{_SURVEY}",
        f"## 📖 Our survey\n\n- {_SURVEY}",
        f"```\n@article{{vole}}\n```\n\n| Survey | Link |\n|---|---|\n| Lamps | {_ARXIV}9 |",
    ],
)
@pytest.mark.parametrize("title", ["# Lists of Lamps\n\n", '<h1 align="center">Lamps</h1>\n\n', ""])
def test_introduction_is_an_aside(title: str, introduction: str) -> None:
    curated = parse_list(f"{title}{introduction}\n{_SECTIONS}".encode())

    assert [entry.arxiv_id.base for entry in curated.entries if entry.arxiv_id] == [
        "2401.00001", "2401.00002", "2401.00003"
    ]  # fmt: skip
    assert not curated.unreadable
    assert [(one.reason, [id_.base for id_ in one.arxiv_ids]) for one in curated.asides] == [
        (AsideReason.PROSE, ["2401.00009"])
    ]
    assert sections(curated) == {"lamps": 2, "oil": 1}


def test_introduction_in_a_file_of_its_own_is_an_aside() -> None:
    readme = f"# Lists of Lamps\n\n> Our survey: {_SURVEY}\n\nSee [the list](lamps.md).\n"

    curated = parse_list(
        [ListFile("README.md", readme.encode()), ListFile("lamps.md", _SECTIONS.encode())]
    )

    assert len(curated.entries) == 3
    assert sections(curated) == {"lamps": 2, "oil": 1}


@pytest.mark.parametrize(
    ("front", "ids"),
    [
        (f"- **Lamps by the Sea** [[paper]({_ARXIV}4)]", ["awesome-lists", "lamps", "oil"]),
        (f"- [Lamps by the Sea]({_ARXIV}4)", ["awesome-lists", "lamps", "oil"]),
        (
            "".join(f"| {title} | {_ARXIV}{n} |\n" for n, title in enumerate(
                ["Title | Link |\n|---|---|\n| Lamps by the Sea", "Lamps by the Lake",
                 "Lamps Above the Clouds"], start=4)),
            ["awesome-lists", "lamps", "oil"],
        ),
    ],
)  # fmt: skip
def test_entries_in_front_of_the_sections_stay(front: str, ids: list[str]) -> None:
    curated = parse_list(f"# Awesome Lists\n\n{front}\n{_SECTIONS}".encode())

    assert "2401.00004" in [entry.arxiv_ids[0].base for entry in curated.entries]
    assert list(sections(curated)) == ids


def test_list_without_sections_has_no_introduction() -> None:
    text = f"# Lamps\n\n{_SURVEY}\n\n- **Oil and Water** [[paper]({_ARXIV}3)], our work\n"

    assert len(parse_list(text.encode()).entries) == 2
