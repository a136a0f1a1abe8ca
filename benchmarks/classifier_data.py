"""The development data as examples and pools, split by time. Reads ../shared/data, writes nothing.

Trained on: the list, and papers of other curated lists announced before the cut. Tested on: those
announced later. The unlabelled background is older than the cut too, so nothing of the test's time
is seen in any way.
"""

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from classifiers.identity import marks
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy, load_taxonomy

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CUT = "2025-10"
#: later than everything
END = "9999"
#: share of approvals among random decisions, as in the starting recipe of the study
APPROVED_SHARE = 0.7
BACKGROUND = 5_000

_Row = dict[str, Any]


@dataclass(frozen=True)
class Development:
    """Everything the study needs."""

    taxonomy: Taxonomy
    listed: list[Example]
    #: what could be decided before the cut
    approvable: list[Example]
    rejectable: list[Example]
    stream: list[Document]
    #: after the cut
    test: list[Example]
    test_rejected: list[Example]
    #: by month after the cut: every paper of the stream, approved if a list names it
    pools: dict[str, list[Example]]

    @cached_property
    def before(self) -> frozenset[str]:
        """By what every paper from before the cut is known: nothing of it may be tested."""
        return marks((*(example.document for example in self.listed), *self.stream))

    def decisions(self, count: int, seed: int) -> list[Example]:
        """Return the list and `count` random decisions; all there are if there are fewer."""
        pick = random.Random(seed)
        approved = int(count * APPROVED_SHARE)
        return [
            *self.listed,
            *pick.sample(self.approvable, min(approved, len(self.approvable))),
            *pick.sample(self.rejectable, min(count - approved, len(self.rejectable))),
        ]

    def background(self, seed: int, count: int = BACKGROUND) -> list[Document]:
        """Return unlabelled papers from before the cut."""
        return random.Random(seed).sample(self.stream, min(count, len(self.stream)))


def load(cut: str = CUT, until: str = END) -> Development:
    """Return the development data, tested on [cut, until); FileNotFoundError without ../shared."""
    taxonomy = load_taxonomy()
    stream = (row for path in _months() for row in _lines(path) if row["day"] < until)
    rows = {row["arxiv_id"]: row for row in stream}
    labelled = {row["arxiv_id"]: row for row in _lines(DATA / "dev_labels.jsonl")}
    unlisted = json.loads((DATA / "dev_unlisted.json").read_text("utf-8"))
    examples = {
        key: Example(_document(rows[key]), in_scope=True, facets=_facets(label))
        for key, label in labelled.items()
        if key in rows
    }
    rejected = [
        Example(_document(rows[key]), in_scope=False)
        for key in unlisted["easy_negatives"]
        if key in rows
    ]
    late = {key for key, row in rows.items() if row["day"] >= cut}
    listed = _listed(taxonomy)
    earlier = [_document(row) for key, row in rows.items() if key not in late]
    # Four later papers are earlier ones under a second id.
    before = marks((*(example.document for example in listed), *earlier))
    late = {key for key in late if before.isdisjoint(marks([_document(rows[key])]))}
    early = {document.key for document in earlier}
    pools: dict[str, list[Example]] = {}
    for key in sorted(late):
        paper = examples.get(key) or Example(_document(rows[key]), in_scope=False)
        pools.setdefault(rows[key]["day"][:7], []).append(paper)
    return Development(
        taxonomy=taxonomy,
        listed=listed,
        approvable=[e for key, e in examples.items() if key in early],
        rejectable=[e for e in rejected if e.document.key in early],
        stream=earlier,
        test=[e for key, e in examples.items() if key in late],
        test_rejected=[e for e in rejected if e.document.key in late],
        pools=dict(sorted(pools.items())),
    )


def _listed(taxonomy: Taxonomy) -> list[Example]:
    """Return the curated list's papers; a title known to be another paper's is left out."""
    found: dict[str, tuple[Document, set[str]]] = {}
    for row in _lines(DATA / "seed_abstracts.jsonl"):
        if row["id_matches_title"] == "no":
            continue
        key = f"{row['arxiv_id']}/{row['title']}"
        _, sections = found.setdefault(key, (_document(row, key), set()))
        for path in row["labels"]:
            section = taxonomy.section_at(path.split(" > "))
            if section is not None:
                sections.add(section.id)
    return [
        Example(document, in_scope=True, sections=tuple(sorted(sections)))
        for document, sections in found.values()
    ]


def _facets(row: _Row) -> tuple[tuple[str, str], ...]:
    """Return what another list says; `none` and `unknown` say nothing."""
    pairs = [("task", task) for task in row["task"]]
    pairs += [("modality", modality) for modality in row["modality"] if modality != "none"]
    for technique in row["technique"]:
        pairs += [("technique", t) for t in technique.split("/") if t != "unknown"]
    return tuple(pairs)


def _document(row: _Row, key: str = "") -> Document:
    return Document(
        key or row["arxiv_id"],
        row["title"],
        row["abstract"] or "",
        tuple(row["categories"] or ()),
        _known_at(row),
    )


def _known_at(row: _Row) -> datetime:
    """Return the day a paper was announced; of the list's, which tells none, its id's month."""
    day = row.get("day") or f"20{row['arxiv_id'][:2]}-{row['arxiv_id'][2:4]}-01"
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _months() -> list[Path]:
    return sorted((DATA / "stream").glob("*.jsonl.gz"))


def _lines(path: Path) -> Iterator[_Row]:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    for line in content.decode().split("\n"):
        if line:
            yield json.loads(line)
