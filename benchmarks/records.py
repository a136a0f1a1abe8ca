"""Records to measure with: real abstracts spliced when ../shared exists, else made-up words.

Deterministic: the same count gives the same bytes. Every record is unlike every other, so that
neither a database's compression nor a cache flatters the figures.
"""

import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

_STREAM = Path(__file__).resolve().parents[2] / "shared" / "data" / "stream"
_CATEGORIES = [
    "cs.CV", "cs.CL", "cs.AI", "cs.LG", "cs.MM", "cs.GR", "cs.SD", "cs.HC", "cs.CR", "eess.AS",
    "eess.IV", "math.CO", "math.IT", "cs.IT", "hep-ph", "quant-ph", "astro-ph.CO", "stat.ML",
    "cond-mat.mtrl-sci", "math.AG", "gr-qc", "physics.optics",
]  # fmt: skip
_SYLLABLES = [
    "ba", "cor", "di", "fen", "gu", "hal", "ix", "jo", "kel", "lum", "mer", "no", "par", "qui",
    "ros", "sta", "tur", "ul", "vex", "wen", "yi", "zo",
]  # fmt: skip
_LICENSES = (
    "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "http://creativecommons.org/licenses/by/4.0/",
    None,
)
_WIDTH = 80


class Texts:
    """Titles, abstracts and names to splice records from."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self.titles, self.abstracts, self.names = _real() or _made_up(self._random)

    def record(self, number: int, arxiv_id: str, submitted: datetime) -> dict[str, object]:
        """Return one record in the shape of arXiv's bulk snapshot."""
        pick = self._random
        first, second = pick.choice(self.abstracts), pick.choice(self.abstracts)
        abstract = f"{first[: len(first) // 2]} {number} {second[len(second) // 2 :]}"
        names = [pick.choice(self.names) for _ in range(min(40, 1 + int(pick.expovariate(0.25))))]
        versions = [
            {"version": f"v{v + 1}", "created": _rfc2822(submitted + timedelta(days=60 * v))}
            for v in range(min(6, 1 + int(pick.expovariate(1.4))))
        ]
        title = pick.choice(self.titles)
        return {
            "id": arxiv_id,
            "submitter": names[0],
            "authors": ", ".join(names),
            "title": _wrapped(f"{title[: len(title) // 2]} {number}"),
            "comments": f"{pick.randrange(4, 60)} pages" if pick.random() < 0.7 else None,
            "journal-ref": f"J. Samp. {number % 97} ({submitted.year})"
            if pick.random() < 0.3
            else None,
            "doi": f"10.1000/{number}" if pick.random() < 0.4 else None,
            "report-no": None,
            "categories": " ".join(pick.sample(_CATEGORIES, pick.choice((1, 1, 2, 3)))),
            "license": pick.choice(_LICENSES),
            "abstract": f"  {_wrapped(abstract)}\n",
            "versions": versions,
            "update_date": (submitted + timedelta(days=60 * len(versions))).date().isoformat(),
            "authors_parsed": [[*reversed(name.rsplit(" ", 1)), ""] for name in names],
        }


def snapshot_records(count: int, *, until: datetime, texts: Texts) -> Iterator[dict[str, object]]:
    """Yield `count` records in the order of arXiv's snapshot, the last one submitted at `until`."""
    first = datetime(2007, 4, 1, tzinfo=UTC)
    step = (until - first) / max(1, count - 1)
    month, serial = "", 0
    for number in range(count):
        submitted = (first + step * number).replace(microsecond=0)
        if month != f"{submitted:%y%m}":
            month, serial = f"{submitted:%y%m}", 0
        serial += 1
        width = 4 if month < "1501" and serial < 10_000 else 5
        yield texts.record(number, f"{month}.{serial:0{width}}", submitted)


def stream_row(texts: Texts, number: int, arxiv_id: str, announced: date) -> dict[str, object]:
    """Return a record as the replica reads it: announced on a day, submitted on the one before."""
    submitted = datetime.combine(announced, datetime.min.time(), UTC) - timedelta(hours=12)
    row = texts.record(number, arxiv_id, submitted)
    return {
        "arxiv_id": arxiv_id,
        "day": announced.isoformat(),
        "title": row["title"],
        "abstract": row["abstract"],
        "authors": str(row["authors"]).split(", "),
        "categories": ["cs.CV", "cs.LG", "eess.IV"] if number % 4 == 0 else ["cs.CV"],
        "comment": row["comments"],
        "license": row["license"],
        "doi": row["doi"],
    }


def write_snapshot(path: Path, count: int, *, until: datetime) -> int:
    """Write a snapshot of `count` records as arXiv's is written; return its bytes."""
    with path.open("w", encoding="ascii") as file:
        for record in snapshot_records(count, until=until, texts=Texts()):
            file.write(json.dumps(record, separators=(",", ":")) + "\n")
    return path.stat().st_size


def _real() -> tuple[list[str], list[str], list[str]] | None:
    titles: list[str] = []
    abstracts: list[str] = []
    names: dict[str, None] = {}
    for path in sorted(_STREAM.glob("*.jsonl.gz"))[:4]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                paper = json.loads(line)
                titles.append(paper["title"])
                abstracts.append(paper["abstract"])
                names.update(dict.fromkeys(n for n in paper["authors"][:3] if " " in n))
    return (titles, abstracts, list(names)) if abstracts else None


def _made_up(pick: random.Random) -> tuple[list[str], list[str], list[str]]:
    words = ["".join(pick.choices(_SYLLABLES, k=pick.randrange(1, 5))) for _ in range(20_000)]
    titles = [" ".join(pick.choices(words, k=12)).capitalize() for _ in range(5_000)]
    abstracts = [" ".join(pick.choices(words, k=150)).capitalize() + "." for _ in range(5_000)]
    names = [f"{a.capitalize()} {b.capitalize()}" for a, b in pairwise(words)]
    return titles, abstracts, names


def _wrapped(text: str) -> str:
    """Wrap as arXiv stores text: at 80 columns."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) >= _WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def _rfc2822(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
