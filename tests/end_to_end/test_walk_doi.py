"""Papers that are not at arXiv by commands alone: from a scored corpus to every publication."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from lxml import etree

from pipeline.demo.replica.server import ReplicaServer
from storage.paper_key import key_address, key_stem
from tests.support.cli import Ended, SurveyInProcess, survey_in_process
from tests.support.replica import make_record

#: with every sign that a place could misread
HOSTILE = "doi:10.1002/(sici)1521(1999)<1::aid-\"'&;>3.0.co;2-#?%41"
JOURNAL = "doi:10.1000/agents.7"
BARE = "doi:10.1000/bare"
AT_ARXIV = "2603.90001"
SECTION = "agents"
HAND_WRITTEN = """Kept by hand since 2024.

# 📍 Multimodal Agents

- **Agents that Fold Paper Boats** (3 Feb 2026) [[Paper](https://arxiv.org/abs/2602.90100)]
- **Agents that Wind Clocks** (1 Feb 2026) [[Paper](https://arxiv.org/abs/2602.90101)]
- **Agents of a Journal** (1 Jan 2026) [[Paper](https://doi.org/10.1000/unknown)]
"""
ABSTRACT = (
    "We let a multimodal agent plan with a large language model, which calls tools for image"
    " generation and video editing and reflects on what it has drawn."
)


def works() -> list[dict[str, Any]]:
    """Return works as OpenAlex writes them: at arXiv, in journals, without a text or an ID."""

    def work(name: str, title: str, doi: str | None, **more: Any) -> dict[str, Any]:
        return {
            "id": name,
            "title": title,
            "abstract": ABSTRACT,
            "doi": doi and f"https://doi.org/{doi}",
            "authorships": [{"author": {"display_name": "Ada Example"}}],
            "publication_date": "2026-03-02",
            **more,
        }

    return [
        work("W1", "Kettles that Sing", f"10.48550/arXiv.{AT_ARXIV}"),
        work("W2", "Lanterns that Blink", JOURNAL.removeprefix("doi:").upper()),
        work("W3", "Lanterns that Blink", JOURNAL.removeprefix("doi:")),
        work("W4", "Otters that Draw", "10.1002/(SICI)1521(1999)<1::aid-\"'&;>3.0.CO;2-#?%2541"),
        work("W5", "Kettles that Sing", "10.1000/kettles"),
        work("W6", "Bare", BARE.removeprefix("doi:"), abstract=""),
        work("W7", "Nameless", None),
    ]


@dataclass
class Walk:
    """A survey and its arXiv on one clock."""

    directory: Path
    arxiv: ReplicaServer
    now: datetime = datetime(2026, 3, 18, 12, tzinfo=UTC)
    survey: SurveyInProcess = field(init=False)

    def __post_init__(self) -> None:
        self.survey = survey_in_process(
            self.directory,
            url=self.arxiv.url,
            now="",
            LIVING_SURVEY_REVIEW__REVIEWER="ada",
            LIVING_SURVEY_PUBLISH__TARGETS='["list", "digest", "feeds", "site"]',
            LIVING_SURVEY_PUBLISH__BASE_URL="https://survey.example.org",
        )

    def call(self, *words: str) -> Ended:
        return self.survey.call(*words, LIVING_SURVEY_NOW=self.now.isoformat())

    def json(self, *words: str) -> Any:
        ended = self.call(*words, "--json")
        assert ended.status == 0, (words, ended)
        return ended.document

    def text(self, name: str) -> str:
        return (self.directory / name).read_text(encoding="utf-8")


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    records = [
        make_record(AT_ARXIV, title="Kettles that Sing", abstract=ABSTRACT, doi="10.1000/Kettles"),
        make_record("2602.90100", title="Agents that Fold Paper Boats"),
        make_record("2602.90101", title="Agents that Wind Clocks"),
    ]
    (tmp_path / "README.md").write_text(HAND_WRITTEN, encoding="utf-8")
    (tmp_path / "works.jsonl").write_text("".join(json.dumps(one) + "\n" for one in works()))
    with ReplicaServer(records, today=lambda: Walk.now) as arxiv:
        walk = Walk(tmp_path, arxiv)
        walk.call("init", "--list", "README.md")
        walk.json("bootstrap")
        walk.json(
            "classify", "--corpus", "works.jsonl", "--output", "scores", "--candidates-from", "0"
        )
        walk.json("import", "--candidates", "scores", "--at-least", "0")
        yield walk


def test_import_brings_works_once_and_says_what_it_left_out(walk: Walk) -> None:
    queue = {row["arxiv_id"] for row in walk.json("queue")["items"]}
    assert queue == {AT_ARXIV, JOURNAL, HOSTILE}
    again = walk.json("import", "--candidates", "scores", "--at-least", "0")
    # the published version of a paper at arXiv is not stored beside it
    assert (again["added"], again["held"]) == ([], 4)
    assert (again["without_text"], again["unnamed"]) == (1, 1)
    with duckdb.connect(walk.directory / "var" / "survey.duckdb", read_only=True) as database:
        row = database.execute(
            "SELECT version, source, doi, categories, announced, authors FROM papers"
            " WHERE arxiv_id = $key",
            {"key": JOURNAL},
        ).fetchone()
    assert row == (1, "corpus", "10.1000/agents.7", [], None, ["Ada Example"])


def test_arxiv_is_never_asked_for_them_and_nothing_is_missing(walk: Walk) -> None:
    before = len(walk.arxiv.requests)
    for _ in range(2):
        assert walk.call("run").status == 0
    asked = " ".join(map(str, walk.arxiv.requests[before:]))
    assert asked
    assert "doi" not in asked.lower()
    doctor = walk.call("doctor", "--json").document
    assert not [one for one in doctor["findings"] if "doi:" in json.dumps(one)]
    assert walk.json("trace", "https://doi.org/10.1000/AGENTS.7")["arxiv_id"] == JOURNAL


def test_approved_papers_stand_in_every_publication(walk: Walk) -> None:
    for typed in ("https://doi.org/10.1000/agents.7", HOSTILE, AT_ARXIV):
        walk.json("decide", typed, "approved", "--section", SECTION)
    walk.json("undo")
    walk.json("decide", AT_ARXIV, "approved", "--section", SECTION)
    walk.now = datetime(2026, 3, 24, 12, tzinfo=UTC)
    published = walk.json("publish")
    assert {one["outcome"] for one in published["targets"]} == {"published"}

    listed = walk.text("README.md")
    added = [line for line in listed.splitlines() if line not in HAND_WRITTEN.splitlines()]
    assert len(added) == 3
    for key in (JOURNAL, HOSTILE):
        [line] = [line for line in added if key_address(key) in line]
        assert "arxiv" not in line.lower()
    digest = walk.text("var/digests/2026-W12.md")
    assert f"[doi:10.1000/agents.7]({key_address(JOURNAL)})" in digest
    assert digest.count(key_address(HOSTILE)) == 2  # by its title and by its DOI
    pages = {path.name for path in (walk.directory / "var/digests/papers").glob("doi-*.html")}
    assert pages == {f"{key_stem(JOURNAL)}.html", f"{key_stem(HOSTILE)}.html"}
    feed = etree.parse(walk.directory / "var/digests/feeds/all.atom")
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 5
    bibtex = walk.call("export", HOSTILE, JOURNAL, "--format", "bibtex").out
    assert re.findall(r"@\w+\{(.*),", bibtex) == [key_stem(JOURNAL), key_stem(HOSTILE)]
    assert "eprint" not in bibtex
    assert "doi = {10.1000/agents.7}" in bibtex
    for name in ("ris", "csl-json", "csv", "jsonl"):
        assert "10.1000/agents.7" in walk.call("export", "--format", name).out

    again = walk.json("publish")
    assert {one["outcome"] for one in again["targets"]} == {"nothing to publish"}
    assert walk.text("README.md") == listed
    found = walk.call("lint", "--json").document["findings"]
    assert [(one["rule"], one["title"]) for one in found] == [("no-id", "Agents of a Journal")]
    assert walk.json("verify")["as_published"] is True
    # the list is read again: its entries are the papers that were approved
    read = walk.json("bootstrap")
    assert read["agreed"] == 5
    assert [one["reason"] for one in read["refused"]] == ["no-id"]
    assert walk.json("bootstrap")["approved"] == 0
