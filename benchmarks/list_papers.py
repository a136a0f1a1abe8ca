"""Papers to write lists of: real ones when ../shared exists, else made up. Deterministic."""

import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.list_styles import ListedPaper

_STREAM = Path(__file__).resolve().parents[2] / "shared" / "data" / "stream"
_THINGS = (
    "Kites", "Barrels", "Hedges", "Tin Whistles", "Snow Ploughs", "Wicker Chairs", "Sundials",
    "Millstones", "Pebbles", "Umbrellas", "Compasses", "Paper Boats", "Ropes", "Ladders",
)  # fmt: skip
_DOING = (
    "Sorting", "Watching", "Mending", "Counting", "Drawing", "Following", "Folding", "Weighing",
    "Lending", "Painting", "Hiding", "Numbering",
)  # fmt: skip
_HOW = (
    "in Slow Motion", "without Supervision", "at the Edge of the Map", "by Ear", "before Noon",
    "from Noisy Sketches", "with a Small Lamp", "under Heavy Rain", "for Beginners",
)  # fmt: skip
_NAMES = (
    "Ada Example", "Bo Sample", "Cy Person", "Dee O'Specimen", "Élan Beispiel", "Fu Muster",
    "Gil van der Proef", "Hana Prøve", "Ines Exemplo", "Jo Mallinen",
)  # fmt: skip


def is_real() -> bool:
    """Say whether real papers are at hand."""
    return _STREAM.is_dir()


def papers(count: int, *, seed: int = 0) -> list[ListedPaper]:
    """Return real papers, drawn at random, or made-up ones."""
    return real(count, seed=seed) if is_real() else made_up(count, seed=seed)


def real(count: int, *, seed: int = 0) -> list[ListedPaper]:
    """Return papers of ../shared/data/stream, all months alike."""
    rows = []
    for path in sorted(_STREAM.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    drawn = random.Random(seed).sample(rows, min(count, len(rows)))
    return [
        ListedPaper(
            row["arxiv_id"],
            " ".join(row["title"].split()),
            tuple(row["authors"]),
            date.fromisoformat(row["day"]),
            abstract=row["abstract"],
        )
        for row in drawn
    ]


def made_up(count: int, *, seed: int = 0) -> list[ListedPaper]:
    """Return papers with titles unlike one another; every second has a short name."""
    pick = random.Random(seed)
    titles: dict[str, None] = {}
    while len(titles) < count:
        thing, other = pick.sample(_THINGS, 2)
        title = f"{pick.choice(_DOING)} {thing} {pick.choice(_HOW)}"
        if len(titles) % 2:
            title = f"{thing.replace(' ', '')[:5]}{len(titles)}: {title}"
        titles.setdefault(f"{title} and {other} {pick.choice(_HOW)}")
    return [
        ListedPaper(
            f"{2403 + number // 5000 % 9}.{90000 + number % 5000:05}",
            title,
            tuple(pick.sample(_NAMES, pick.randint(1, 4))),
            date(2024 + number % 2, 3 + number % 9, 1 + number % 27),
        )
        for number, title in enumerate(titles)
    ]


def with_wrong_ids(listed: Sequence[ListedPaper], share: float, *, seed: int = 0) -> set[str]:
    """Return the ids of a share of the papers, drawn at random; see `exchanged`."""
    ids = [paper.arxiv_id for paper in listed]
    return set(random.Random(seed).sample(ids, max(2, round(share * len(ids)))))


def exchanged(listed: Sequence[ListedPaper], ids: set[str]) -> list[ListedPaper]:
    """Return the papers with these ids exchanged among them, so that each is another paper's."""
    places = [place for place, paper in enumerate(listed) if paper.arxiv_id in ids]
    changed = list(listed)
    for place, other in zip(places, places[1:] + places[:1], strict=True):
        changed[place] = replace(listed[place], arxiv_id=listed[other].arxiv_id)
    return changed
