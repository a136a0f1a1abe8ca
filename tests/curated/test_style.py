"""The style of a list's titles is learned from the list itself."""

import pytest

from pipeline.curated.markdown.likeness import is_venue_name, likeness
from pipeline.curated.parse import parse_list

_ARXIV = "https://arxiv.org/abs/2401.0000"


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("Brass Lamps at Night", 1, 1),
        ("Lamps: A Survey of Oil, Wicks and Wax", 1, 1),
        ("黄铜灯的夜间使用研究", 1, 1),
        ("Sora", 0.1, 0.3),
        ("ICLR 2025 Spotlight", 0, 0),
        ("12 Feb 2025", 0, 0),
        ("Project Page", 0, 0),
        ("PDF", 0, 0),
        ("Ada Vole, Bo Finch and Cy Heron", 0, 0.2),
        ("Please cite us if this list helped you", 0, 0.4),
        ("the bells paper", 0, 0.5),
    ],
)
def test_likeness_tells_titles_from_other_texts(text: str, least: float, most: float) -> None:
    assert least <= likeness(text) <= most


@pytest.mark.parametrize("text", ["arXiv", "NeurIPS'23", "ICAPS 2023", "CVPR, 2024", "SIGMOD 2017"])
def test_venues_are_recognised(text: str) -> None:
    assert is_venue_name(text)


@pytest.mark.parametrize("text", ["Brass Lamps", "Lamps of 1999 and Later Oil Burners", "Ada Vole"])
def test_titles_and_names_are_no_venues(text: str) -> None:
    assert not is_venue_name(text)


def test_dominant_style_decides_about_short_titles() -> None:
    """In a list of bold titles, one word in bold is a title too, although other text is longer."""
    rows = "".join(
        f"- **Lamps Number {n} at Night** of the workshop on oil [[paper](https://arxiv.org/abs/2401.{n:05})]\n"
        for n in range(10, 40)
    )
    curated = parse_list(
        f"# L\n\n{rows}- **Sora** A summary of some words [[paper]({_ARXIV}1)]\n".encode()
    )

    assert [entry.title for entry in curated.entries][-1] == "Sora"


def test_nicknames_in_bold_lose_to_titles_in_quotes() -> None:
    curated = parse_list(
        f'# L\n\n* **LampNet**: "Brass Lamps at Night", ICLR, 2024. [[Paper]({_ARXIV}1)]\n'
        f'* **?**: "Wicks without Wax", arXiv, 2024. [[Paper]({_ARXIV}2)]\n'.encode()
    )

    assert [entry.title for entry in curated.entries] == [
        "Brass Lamps at Night",
        "Wicks without Wax",
    ]
    assert "LampNet: Brass Lamps at Night" in curated.entries[0].readings


def test_bullets_of_short_names_keep_their_section() -> None:
    curated = parse_list(
        f"# L\n\n## Video\n\n- Sora [paper]({_ARXIV}1)\n- Gen-2 [paper]({_ARXIV}2)\n".encode()
    )

    assert [(e.title, e.headings) for e in curated.entries] == [
        ("Sora", ("L", "Video")),
        ("Gen-2", ("L", "Video")),
    ]
