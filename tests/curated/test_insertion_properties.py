"""Lists mixed and damaged at random take papers; no other byte changes, the papers read back."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks.list_papers import made_up
from benchmarks.list_styles import ListedPaper, Style, read_styles, write_list
from pipeline.curated.insertion.insert import insert_papers
from pipeline.curated.types import ListFile
from tests.support.insertion import check_insertions, new_paper, taxonomy_of_list

PAPERS = made_up(40, seed=11)
STYLES = read_styles()
TOPICS = ("Boats", "Bridges", "Kites", "Small Lamps")
STRAY = (
    "", "", "<!-- - **A Hidden Entry** -->", "Some words about this section.", "---",
    "![figure](a.png)", "  ", "<br>", "> A note.", "```text\nan example\n```", "\t",
    "[back to top](#top)", "| a | b |\n|---|---|\n| 1 | 2 |",
)  # fmt: skip
TITLES = (
    "Lanterns for Shy Otters", "KiteNet: Learning to Fold", "Can Herons | Count *Waves*?",
    "A [Note] on `Code` and <b>Tags</b>", "Möbius Oars & Gödel's Canoe", "水壶中的雨声与远方的灯",
    'The "Quiet" Drum: a Study', "Rafts_in_the_Rain and $O(n^2)$ Ropes",
)  # fmt: skip


def mutated(seed: int) -> tuple[bytes, random.Random]:
    """Return a small list in one or two styles, changed at random; with what made it."""
    choose = random.Random(seed)
    text = "\n".join(parts(choose))
    lines = text.split("\n")
    for _ in range(choose.choice((0, 0, 1, 2, 4))):
        place = choose.randrange(len(lines) + 1)
        match choose.randrange(4):
            case 0:
                lines.insert(place, choose.choice(STRAY))
            case 1 if place < len(lines) and not lines[place].strip():
                del lines[place]
            case 2 if place < len(lines):
                lines[place] += choose.choice(("  ", "\t", "\\", " "))
            case _:
                lines.insert(place, "")
    text = "\n".join(lines)
    if choose.random() < 0.3:
        text = text.rstrip("\n")
    end = choose.choice(("\n", "\n", "\r\n", "\r"))
    data = text.replace("\n", end).encode()
    return (b"\xef\xbb\xbf" if choose.random() < 0.1 else b"") + data, choose


def parts(choose: random.Random) -> Iterator[str]:
    """Yield the topics of a list, now and then one in another style."""
    style = choose.choice(STYLES)
    papers = choose.sample(PAPERS, len(PAPERS))
    if choose.random() < 0.7:
        papers.sort(key=lambda paper: paper.day, reverse=choose.random() < 0.7)
    for topic in TOPICS[: choose.randint(1, 4)]:
        count = choose.randint(0 if topic != "Boats" else 1, 5)
        below, papers = papers[:count], papers[count:]
        own = choose.choice(STYLES) if choose.random() < 0.15 else style
        yield written(own, topic, below)


def written(style: Style, topic: str, papers: list[ListedPaper]) -> str:
    numbered = [replace(paper, number=number) for number, paper in enumerate(papers, start=1)]
    return write_list(replace(style, around=(), title="# Awesome Papers"), {topic: numbered})


def takes_papers(seed: int) -> bool:
    """Insert one to three papers; return whether all were taken."""
    data, choose = mutated(seed)
    taxonomy = taxonomy_of_list(data)
    papers = [
        (
            new_paper(
                number, title,
                code=choose.choice((None, "https://github.com/a/otters")),
                project=choose.choice((None, "https://otters.example/")),
            ),
            [choose.choice(taxonomy.sections).id],
        )
        for number, title in enumerate(choose.sample(TITLES, choose.randint(1, 3)), start=1)
        if taxonomy.sections
    ]  # fmt: skip
    made = insert_papers([ListFile("list.md", data)], papers, taxonomy)
    check_insertions(data, made, [paper for paper, _ in papers])
    return not made.refused and not made.listed


@pytest.mark.parametrize("seed", range(25))
def test_mutated_list_takes_papers(seed: int) -> None:
    takes_papers(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(5))
def test_hundreds_of_mutated_lists_take_papers(block: int) -> None:
    taken = sum(takes_papers(seed) for seed in range(1000 + 100 * block, 1100 + 100 * block))

    assert taken >= 80  # same titles by chance and times without a heading are left out
