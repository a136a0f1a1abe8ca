"""Parts of the real list changed at random: read whole, papers inserted, and taken out again.

`make mutations LISTS=10000` tries as many; the tests try a few. Skipped without ../shared/data.
"""

import os
import random
import sys
from pathlib import Path

import pytest

from pipeline.curated.insertion.insert import insert_papers
from pipeline.curated.parse import parse_list
from pipeline.curated.types import CuratedListError, ListFile
from tests.support.insertion import check_insertions, new_paper, taxonomy_of_list

pytestmark = pytest.mark.slow

LISTS = int(os.environ.get("LIVING_SURVEY_LISTS", "60"))
FIRST = int(os.environ.get("LIVING_SURVEY_LISTS_FROM", "0"))
PARTS = 10
#: one in so many is the whole list
WHOLE = 400
STRAY = (
    "", "", "---", "<br>", "  ", "\t", "> A note.", "Some words about this section.",
    "<!-- - **A Hidden Entry** [[Paper]](https://arxiv.org/abs/2401.00001) -->",
    "```text\n- an example\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "### Another Heading",
    "- **An Entry without a Link**", "</details>", "[back to top](#top)",
)  # fmt: skip
TITLES = (
    "Lanterns for Shy Otters", "KiteNet: Learning to Fold", "Can Herons | Count *Waves*?",
    "A [Note] on `Code` and <b>Tags</b>", "M\u00f6bius Oars & G\u00f6del's Canoe",
    "\u6c34\u58f6\u4e2d\u7684\u96e8\u58f0", 'The "Quiet" Drum: a Study',
    "Rafts_in_the_Rain and $O(n^2)$ Ropes",
)  # fmt: skip


def mutated(real: bytes, choose: random.Random) -> bytes:
    """Return a part of the list changed at random, now and then in another encoding."""
    lines = real.decode().split("\n")
    if choose.randrange(WHOLE):
        start = choose.randrange(len(lines))
        lines = lines[start : start + choose.choice((20, 40, 80, 160))]
    for _ in range(choose.choice((0, 1, 2, 4, 8, 16))):
        choose.choice(CHANGES)(lines, choose.randrange(len(lines)), choose)
    text = "\n".join(lines)
    if choose.random() < 0.3:
        text = text.rstrip("\n")
    data = text.replace("\n", choose.choice(("\n", "\n", "\n", "\r\n", "\r"))).encode()
    if choose.random() < 0.05:
        data = b"\xef\xbb\xbf" + data
    if choose.random() < 0.02:
        place = choose.randrange(len(data) + 1)
        data = data[:place] + b"\xff" + data[place:]
    return data


def _add(lines: list[str], place: int, choose: random.Random) -> None:
    lines.insert(place, choose.choice(STRAY))


def _remove(lines: list[str], place: int, _: random.Random) -> None:
    if len(lines) > 1:
        del lines[place]


def _repeat(lines: list[str], place: int, choose: random.Random) -> None:
    lines.insert(place, choose.choice(lines))


def _exchange(lines: list[str], place: int, choose: random.Random) -> None:
    other = choose.randrange(len(lines))
    lines[place], lines[other] = lines[other], lines[place]


def _lengthen(lines: list[str], place: int, choose: random.Random) -> None:
    lines[place] += choose.choice(("  ", "\t", "\\", " ", "|", "**", "]"))


def _cut(lines: list[str], place: int, choose: random.Random) -> None:
    lines[place] = lines[place][: choose.randrange(len(lines[place]) + 1)]


def _indent(lines: list[str], place: int, choose: random.Random) -> None:
    lines[place] = choose.choice(("  ", "> ", "    ", "\t", "- ", "#")) + lines[place]


def _join(lines: list[str], place: int, _: random.Random) -> None:
    lines[place : place + 2] = ["".join(lines[place : place + 2])]


CHANGES = (_add, _remove, _repeat, _exchange, _lengthen, _cut, _indent, _join)


def rendered(data: bytes) -> bytes:
    """Return the entries, headings and unreadable items of a list, and what is between them."""
    curated = parse_list(data)
    spans = [heading.span for heading in curated.headings]
    spans += [entry.span for entry in curated.entries]
    spans += [fault.span for fault in curated.unreadable]
    parts: list[bytes] = []
    place = 0
    for start, end in sorted(spans):
        assert place <= start < end
        parts += [data[place:start], data[start:end]]
        place = end
    return b"".join([*parts, data[place:]])


def takes_papers(data: bytes, choose: random.Random) -> int:
    """Insert one to three papers, check every byte, and return how many were taken."""
    taxonomy = taxonomy_of_list(data)
    if not taxonomy.sections:
        return 0
    papers = [
        (
            new_paper(
                number,
                choose.choice(TITLES),
                code=choose.choice((None, "https://github.com/a/otters")),
                venue=choose.choice(("", "CVPR 2026")),
            ),
            [choose.choice(taxonomy.sections).id],
        )
        for number in range(1, choose.randint(1, 3) + 1)
    ]
    made = insert_papers([ListFile("list.md", data)], papers, taxonomy)
    check_insertions(data, made, [paper for paper, _ in papers])
    return len(made.inserted)


@pytest.mark.parametrize("part", range(PARTS))
def test_changed_real_list_reads_whole_and_is_restored(shared_data: Path, part: int) -> None:
    real = (shared_data / "curated-list.md").read_bytes()
    taken = refused = 0
    for seed in range(FIRST + part, FIRST + LISTS, PARTS):
        choose = random.Random(seed)
        data = mutated(real, choose)
        if b"\xff" in data:
            refused += 1
            with pytest.raises(CuratedListError, match="UTF-8"):
                parse_list(data)
            continue
        try:
            assert rendered(data) == data
            taken += takes_papers(data, choose)
        except AssertionError as error:
            raise AssertionError(f"list {seed}") from error
    assert taken
    sys.stdout.write(f"{taken} papers inserted, {refused} lists refused as not UTF-8\n")
