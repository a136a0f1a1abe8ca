"""From arXiv to readers by commands alone: an issue waits for approval, papers are withdrawn."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo.replica.server import ReplicaServer
from tests.support.cli import Ended, SurveyInProcess, survey_in_process
from tests.support.replica import make_record

KETTLES, LANTERNS, OTTERS = "2603.90001", "2603.90002", "2603.90003"
SECTION = "agents"
LEAD = "Three papers let agents plan. One of them is about kettles."
HAND_WRITTEN = """Kept by hand since 2024.

# 📍 Multimodal Agents

- **Agents that Fold Paper Boats** (3 Feb 2026) [[Paper](https://arxiv.org/abs/2602.90100)]
- **Agents that Wind Clocks** (1 Feb 2026) [[Paper](https://arxiv.org/abs/2602.90101)]
"""
#: arXiv withdraws one paper before its issue goes out, and another after
WITHDRAWN = {LANTERNS: "2026-03-20T10:00:00+00:00", OTTERS: "2026-03-25T10:00:00+00:00"}


@dataclass
class Walk:
    """A survey and its arXiv on one clock."""

    directory: Path
    now: datetime = datetime(2026, 3, 18, 12, tzinfo=UTC)
    survey: SurveyInProcess = field(init=False)

    def open(self, url: str) -> None:
        self.survey = survey_in_process(
            self.directory,
            url=url,
            now="",
            LIVING_SURVEY_PUBLISH__ISSUES="approved",
            LIVING_SURVEY_REVIEW__REVIEWER="ada",
        )

    def at(self, day: int) -> "Walk":
        self.now = datetime(2026, 3, day, 12, tzinfo=UTC)
        return self

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
        make_record(arxiv_id, title=title, versions=_versions(arxiv_id))
        for arxiv_id, title in (
            (KETTLES, "Kettles that Sing"),
            (LANTERNS, "Lanterns that Blink"),
            (OTTERS, "Otters that Draw"),
        )
    ]
    walk = Walk(tmp_path)
    with ReplicaServer(records, today=lambda: walk.now) as arxiv:
        walk.open(arxiv.url)
        yield walk


def _versions(arxiv_id: str) -> list[dict[str, Any]]:
    first = {"version": 1, "submitted_at": "2026-03-16T09:00:00+00:00"}
    if arxiv_id not in WITHDRAWN:
        return [first]
    return [first, {"version": 2, "submitted_at": WITHDRAWN[arxiv_id], "withdrawn": True}]


def test_issue_is_edited_approved_published_and_corrected(walk: Walk) -> None:
    _approve_three(walk)
    walk.at(24)
    _edit_and_approve(walk)

    # LANTERNS is withdrawn before the issue goes out: what was approved is no longer what it says.
    walk.json("backfill", "--from", "2026-03-19", "--until", "2026-03-23")
    refused = walk.call("publish")
    assert refused.status == 1
    assert "No publisher approved the issue 2026-W12 as it is built now." in refused.out
    assert not (walk.directory / "var/digests").exists()
    assert walk.json("issue", "--build", "--approve", "--reviewer", "grace")["papers"] == 2
    _published(walk, {"digest:2026-W12": "published", "list": "nothing to publish"})
    listed, corrected = walk.text("var/digests/2026-W12.md").split("## Corrections")
    assert LEAD in listed
    assert _named(listed) == {KETTLES, OTTERS}
    assert _named(corrected) == {LANTERNS}
    added = [line for line in walk.text("README.md").splitlines() if "/2603." in line]
    assert [_named(line) for line in added] == [{KETTLES}, {OTTERS}]
    assert walk.text("README.md") == _with_lines(HAND_WRITTEN, added)

    # OTTERS is withdrawn after it: the old issue stays, the next one corrects it.
    walk.at(26).json("backfill", "--from", "2026-03-24", "--until", "2026-03-26")
    before = walk.text("var/digests/2026-W12.md"), walk.text("README.md")
    notes = _published(walk, {"digest:2026-W12": "nothing to publish", "list": "published"})
    assert [note.partition(";")[0] for note in notes if OTTERS in note] == [
        f"Proposed: {OTTERS} is withdrawn at arXiv"
    ]
    assert (walk.text("var/digests/2026-W12.md"), walk.text("README.md")) == before
    walk.at(31).json("issue", "2026-W13", "--build", "--approve", "--reviewer", "grace")
    _published(walk, {"digest:2026-W13": "published", "list": "nothing to publish"})
    corrections = walk.text("var/digests/2026-W13.md").partition("## Corrections")[2]
    assert _named(corrections) == {OTTERS}

    # Reading the published list records nothing of papers that ada decided.
    decided = walk.json("decisions")["decisions"]
    again = walk.at(31).call("bootstrap", "--json").document
    assert (again["approved"], again["already"]) == (0, 2)
    assert walk.json("decisions")["decisions"] == decided

    verified = walk.json("verify")
    assert verified["as_published"] is True
    assert [one["target"] for one in verified["targets"]] == [
        "digest:2026-W12",
        "digest:2026-W13",
        "list",
    ]
    _assert_traced(walk)


def _approve_three(walk: Walk) -> None:
    """Set up the survey with its list; fetch three papers and approve them."""
    (walk.directory / "README.md").write_text(HAND_WRITTEN, encoding="utf-8")
    walk.json("init", "--list", "README.md")
    brought = walk.json("backfill", "--from", "2026-03-16", "--until", "2026-03-18")
    assert brought["counts"]["new"] == 3
    for paper in (KETTLES, LANTERNS, OTTERS):
        walk.json("decide", paper, "approve", "--section", "agents")


def _edit_and_approve(walk: Walk) -> None:
    """Build the issue, edit its lead, build it again and let another person approve it."""
    assert walk.json("issue", "--build")["state"] == "built"
    edited = walk.json("issue", "2026-W12", "--lead", LEAD)
    assert (edited["state"], edited["is_current"]) == ("built", False)
    refused = walk.call("publish", "--target", "digest")
    assert refused.status == 1
    assert "approve it: `living-survey issue 2026-W12 --approve`." in refused.out
    approved = walk.json("issue", "--build", "--approve", "--reviewer", "grace")
    assert (approved["state"], approved["papers"]) == ("approved", 3)


def _published(walk: Walk, outcomes: dict[str, str]) -> list[str]:
    """Publish, compare what became of the targets, and return the notes."""
    targets = walk.json("publish")["targets"]
    assert {one["target"]: one["outcome"] for one in targets} == outcomes
    return [note for one in targets for note in one["notes"]]


def _assert_traced(walk: Walk) -> None:
    """Check that a published paper leads back to its response, decision, edits and files."""
    traced = walk.call("trace", KETTLES).out
    for said in (
        "oai?verb=ListRecords",
        "by ada: approved in agents",
        f"by ada: 2026-W12 lead (en): {LEAD}",
        "by grace: 2026-W12 approved",
        "in list, agents, by ada",
        "in digest:2026-W12, agents, by ada",
        "var/digests/2026-W12.html  sha256 ",
    ):
        assert said in traced
    assert "published  nowhere yet" in walk.call("trace", LANTERNS).out


def _named(text: str) -> set[str]:
    return {paper for paper in (KETTLES, LANTERNS, OTTERS) if paper in text}


def _with_lines(text: str, lines: list[str]) -> str:
    """Return a list with lines above its first entry."""
    head, mark, tail = text.partition("- **")
    return head + "".join(f"{line}\n" for line in lines) + mark + tail
