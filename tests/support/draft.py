"""Two fictional curated lists of other fields, and an arXiv that has their papers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.demo.replica.records import load_records
from pipeline.ingest.protocol.record import Record

#: what a paper of a section is about: a title's beginning, a title's end, a sentence of abstract
Topic = tuple[Sequence[str], Sequence[str], str]

_NAMES = ("Aldo Example", "Berta Sample", "Carl Made-Up", "Dora Nobody")
_ADVERBS = ("Fast", "Robust", "Learned", "Frugal", "Patient", "Modular", "Honest", "Steady")

GRASPING: dict[tuple[str, ...], Topic] = {
    ("🦾 Grasp Synthesis", "Parallel-Jaw"): (
        ("Parallel Jaw Grasp Detection", "Planar Grasp Pose Estimation"),
        ("from Depth Images", "in Dense Clutter"),
        "A parallel jaw gripper needs a planar grasp pose; we rank antipodal candidates.",
    ),
    ("🦾 Grasp Synthesis", "Dexterous Hands"): (
        ("Dexterous Grasp Generation", "Multi-Finger Hand Contact Optimization"),
        ("with Differentiable Simulation", "for Anthropomorphic Hands"),
        "A dexterous hand with many fingers closes around objects by optimising contact forces.",
    ),
    ("🖐 Sensing", "Tactile"): (
        ("Tactile Slip Detection", "Vision-Based Tactile Sensing"),
        ("with Gel Skins", "at the Fingertip"),
        "Tactile sensors in a gel fingertip feel slip and texture when the object moves.",
    ),
    ("🖐 Sensing", "Datasets"): (
        ("A Dataset of Household Grasps", "A Benchmark of Cluttered Bins"),
        ("with Real Robot Trials", "Recorded over a Year"),
        "We release a dataset and benchmark with labelled trials of real robots.",
    ),
    ("Surveys",): (
        ("A Survey of Robot Manipulation", "A Review of Grasp Planning"),
        ("since the First Grippers", "and Its Open Questions"),
        "This survey reviews the literature on robot grasping and orders it.",
    ),
}
GRAPHS: dict[tuple[str, ...], Topic] = {
    ("Storage Engines",): (
        ("Adjacency Storage Layouts", "Compressed Edge Storage"),
        ("for Property Graphs", "on Flash Disks"),
        "The storage engine keeps adjacency lists in pages and compresses edges on disk.",
    ),
    ("Query Languages",): (
        ("Semantics of Path Queries", "A Query Language with Regular Path Patterns"),
        ("over Labelled Graphs", "with Variables"),
        "We give a query language for graphs semantics, syntax and the complexity of paths.",
    ),
    ("Transactions",): (
        ("Snapshot Isolation", "Concurrency Control"),
        ("for Graph Transactions", "under Long Traversals"),
        "Transactions on graphs conflict at hubs; our concurrency control keeps isolation.",
    ),
    ("Other",): (
        ("Teaching Graph Databases", "An Essay on Graph Vendors"),
        ("in Two Weeks", "and Their Customers"),
        "Notes from a classroom and a market.",
    ),
}
ELSEWHERE: Topic = (
    ("Protein Folding Kinetics", "Monetary Policy Shocks", "Galaxy Rotation Curves"),
    ("in Yeast", "after the Crisis", "at High Redshift"),
    "We fit a model to measurements and report intervals.",
)


@dataclass(frozen=True)
class Field:
    """One survey of another field."""

    list_text: str
    records: tuple[Record, ...]
    #: new papers: arXiv id to the headings (without emoji) where they belong, () for nowhere
    stream: Mapping[str, tuple[str, ...]]


def robot_grasping(directory: Path) -> Field:
    """A list with a title, groups and emoji; entries as the first survey writes them."""
    return _field(directory, GRASPING, "Awesome Robot Grasping", "cs.RO", "2509")


def graph_databases(directory: Path) -> Field:
    """A flat list of plain links, without a title."""
    return _field(directory, GRAPHS, "", "cs.DB", "2510")


def _field(
    directory: Path, topics: dict[tuple[str, ...], Topic], title: str, category: str, month: str
) -> Field:
    rows: list[dict[str, object]] = []
    lines = [f"# {title}", "", "Papers we like.", ""] if title else []
    above: tuple[str, ...] = ()
    stream: dict[str, tuple[str, ...]] = {}
    for headings, topic in topics.items():
        for depth, heading in enumerate(headings):
            if headings[: depth + 1] != above[: depth + 1]:
                lines += [f"{'#' * (depth + 2)} {heading}", ""]
        above = headings
        for number in range(6):
            row = _paper(f"{month}.{10000 + len(rows)}", topic, number, category)
            rows.append(row)
            lines += [_entry(row, linked=not title), ""]
    for number in range(3):
        for headings, topic in topics.items():
            row = _paper(f"2603.{20000 + len(rows)}", topic, 6 + number, category, new=True)
            stream[str(row["arxiv_id"])] = tuple(h.split(" ", 1)[-1] if not h[0].isascii() else h
                                                 for h in headings)  # fmt: skip
            rows.append(row)
    for number in range(24):
        row = _paper(f"2603.{20000 + len(rows)}", ELSEWHERE, number, category, new=True)
        stream[str(row["arxiv_id"])] = ()
        rows.append(row)
    path = directory / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return Field("\n".join(lines), load_records([path]), stream)


def _paper(
    arxiv_id: str, topic: Topic, number: int, category: str, *, new: bool = False
) -> dict[str, object]:
    begin, end, sentence = topic
    title = (
        f"{_ADVERBS[number % 8]} {begin[number % len(begin)]}"
        f" {end[number // len(begin) % len(end)]}, Part {number}"
    )
    return {
        "arxiv_id": arxiv_id,
        "day": "2026-03-12" if new else "2025-10-20",
        "title": title,
        "abstract": f"{sentence} Experiment {number} of {title.lower()} is fictional.",
        "authors": [_NAMES[number % 4], _NAMES[(number + 1) % 4]],
        "categories": [category],
    }


def _entry(row: dict[str, object], *, linked: bool) -> str:
    url = f"https://arxiv.org/abs/{row['arxiv_id']}"
    if linked:
        return f"- [{row['title']}]({url})"
    return f"+ **{row['title']}** (20 Oct 2025)\n  Aldo Example\n  [[Paper]]({url})"
