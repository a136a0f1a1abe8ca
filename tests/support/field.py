"""Small lists in the forms that real lists have, each with what must be read of it.

The files are in `tests/curated/field/`. A line `%% name` begins a case; cases whose names begin
alike are neighbours of one form. Lines below it that begin with `%` state what is wanted where it
differs from `Case`'s defaults:

    %= boats 90001 | bridges 90003   sections and the papers approved in each
    %! no-id 5 6                     refusals: the reason and the lines; `any`: not compared
    %~ news 90006                    ids that are no entry's, by the aside's reason
    %s ends                          the ids of the sections end in those words
    %n Boats(船) | Bridges(桥)        names of the sections
    %t <h1>...</h1>                  the line above all others
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.ingest.protocol.record import Record
from tests.support.replica import make_record

FOLDER = Path(__file__).resolve().parents[1] / "curated" / "field"
LIST_TITLE = "Lists of Small Contraptions"
#: by the last five digits of the id: as arXiv has it, and as a reader sees it
TITLES: dict[str, tuple[str, str]] = {
    "90001": ("Paper Boats Remember Rain", "Paper Boats Remember Rain"),
    "90002": ("Ladders for Patient Snails", "Ladders for Patient Snails"),
    "90003": ("An Atlas of Folded Bridges", "An Atlas of Folded Bridges"),
    "90004": ("Quiet Drums for Loud Harbours", "Quiet Drums for Loud Harbours"),
    "90005": ("Pebble: Skipping Stones by Attention", "Pebble: Skipping Stones by Attention"),
    "90006": ("Can Herons Count Waves?", "Can Herons Count Waves?"),
    "90017": (
        "BoatNet: Floating by Looking at Puddles",
        "BoatNet: Floating by Looking at Puddles",
    ),
    "90011": (
        "$\\tau_{3}$-Boat: A Raft That Folds in $O(n \\log n)$ Steps",
        "τ3-Boat: A Raft That Folds in O(n log n) Steps",
    ),
    "90012": ('G{\\"o}del\'s Canoe and M\\"obius Oars', "Gödel's Canoe and Möbius Oars"),
    "90013": ("Poincar\\'e Waves of the Water Strider", "Poincaré Waves of the Water Strider"),
    "90014": ("Rope & Plank: Who Crosses <gap> First?", "Rope & Plank: Who Crosses <gap> First?"),
    "90015": ("Naïve Arches — Bending “Once”", "Naive Arches - Bending “Once”"),
}
AUTHORS: dict[str, list[str]] = {
    "90001": ["Ada Example", "Bo Sample"],
    "90002": ["Bo Sample", "Cy Person"],
}
_CASE = re.compile(r"^%% (?P<name>\w+)\n(?P<text>(?:(?!%% ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """A list and what is wanted of it."""

    name: str
    text: str
    #: section to the ids in it, both in the list's order
    sections: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("boats", ("2403.90001", "2403.90002")),
        ("bridges", ("2403.90003",)),
    )
    #: reason and line; None: not compared
    refused: tuple[tuple[str, int], ...] | None = ()
    #: reason and id
    asides: tuple[tuple[str, str], ...] = ()
    #: whether the sections' ids only end in the words of `sections`
    long_ids: bool = False
    names: tuple[str, ...] | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all papers wanted."""
        return tuple(one for _, ids in self.sections for one in ids)


def full_id(digits: str) -> str:
    """Return the arXiv id of five digits."""
    return f"2403.{digits}"


def read_cases() -> Iterator[Case]:
    """Yield the cases of all files."""
    for path in sorted(FOLDER.glob("*.txt")):
        for found in _CASE.finditer(path.read_text(encoding="utf-8")):
            yield _case(found["name"], found["text"])


def shown_titles() -> Mapping[str, str]:
    """Return the titles by id, as a reader sees them."""
    return {full_id(digits): shown for digits, (_, shown) in TITLES.items()}


def records() -> list[Record]:
    """Return the papers of all cases as arXiv has them."""
    return [
        make_record(
            full_id(digits),
            title=written,
            authors=AUTHORS.get(digits, ["Cy Person"]),
            day="2024-03-12",
        )
        for digits, (written, _) in TITLES.items()
    ]


def _case(name: str, text: str) -> Case:
    title = f"# {LIST_TITLE}"
    case = Case(name, "")
    refused: list[tuple[str, int]] = []
    asides: list[tuple[str, str]] = []
    kept = []
    for line in text.splitlines():
        words = line[3:]
        first, *rest = words.split()[:1] or [""], *words.split()[1:]
        match line[:2]:
            case "%=":
                case = replace(case, sections=tuple(_section(part) for part in words.split("|")))
            case "%!":
                refused += [(first[0], int(number)) for number in rest]
                case = replace(case, refused=None if first == ["any"] else tuple(refused))
            case "%~":
                asides += [(first[0], full_id(digits)) for digits in rest]
            case "%s":
                case = replace(case, long_ids=True)
            case "%n":
                case = replace(case, names=tuple(part.strip() for part in words.split("|")))
            case "%t":
                title = words
            case _:
                kept.append(line)
    written = "\n".join([title, "", *kept]).strip("\n") + "\n"
    return replace(case, text=written, asides=tuple(asides))


def _section(part: str) -> tuple[str, tuple[str, ...]]:
    name, *digits = part.split()
    return name, tuple(map(full_id, digits))
