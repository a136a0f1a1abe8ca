"""The same commands on real papers: December 2025 through a local arXiv, end to end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo.replica.records import load_records
from pipeline.demo.replica.server import ReplicaServer
from tests.support.cli import Survey, survey_at

PAPERS = 3097

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def december(
    tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> Iterator[tuple[Survey, ReplicaServer]]:
    records = load_records(
        [shared_data / "stream" / "2025-12.jsonl.gz", shared_data / "seed_abstracts.jsonl"]
    )
    directory = tmp_path_factory.mktemp("december")
    with ReplicaServer(records) as arxiv:
        survey = survey_at(directory, url=arxiv.url, now="2026-01-05T12:00:00Z")
        assert survey.call("init", "--list", str(shared_data / "curated-list.md")).status == 0
        yield survey, arxiv


def test_december_2025_from_arxiv_to_a_digest(december: tuple[Survey, ReplicaServer]) -> None:
    survey, arxiv = december

    seeded = survey.json("bootstrap")
    assert seeded["entries"] == 477
    assert seeded["approved"] > 380
    assert len(seeded["refused"]) == 477 - seeded["agreed"]
    # 416 distinct ids in at most 100 a request
    assert len([r for r in arxiv.requests if "id_list" in r.path]) <= 6

    brought = survey.json("backfill", "--from", "2025-12-01", "--until", "2025-12-31")
    assert brought["counts"] == {"new": PAPERS, "revised": 0, "unchanged": 54}
    assert brought["quarantined"] == 0
    asked = len(arxiv.requests)
    again = survey.json("backfill", "--from", "2025-12-01", "--until", "2025-12-31")
    assert (again["windows"], len(arxiv.requests)) == (0, asked)

    trained = survey.json("train")
    assert trained["approved"] == seeded["approved"]
    classified = survey.json("classify")
    assert classified["classified"] >= PAPERS
    assert classified["model_id"] == trained["model_id"]

    queue = survey.json("queue", "--limit", "30")
    # refused entries whose id is another paper are papers we now hold, and undecided
    undecided = classified["classified"] - seeded["approved"]
    # a few of December have no abstract, so they are no papers of the queue
    incomplete = survey.json("status")["incomplete"]
    assert undecided >= PAPERS
    assert 0 < incomplete < 20
    assert queue["waiting"] == undecided - incomplete
    for item in queue["items"][:2]:
        survey.json(
            *("decide", item["arxiv_id"], "approve", "--suggested", "--reviewer", "ada"),
            LIVING_SURVEY_NOW="2025-12-17T12:00:00Z",
        )
    rejected = queue["items"][2]["arxiv_id"]
    survey.json(
        "decide", rejected, "reject", "--reason", "other", LIVING_SURVEY_NOW="2025-12-17T12:00:00Z"
    )

    digest = survey.json("digest", "--week", "2025-W51")
    assert digest["papers"] == 2
    page = (survey.directory / "var/digests/2025-W51.html").read_text()
    for item in queue["items"][:2]:
        assert f"https://arxiv.org/abs/{item['arxiv_id']}" in page
    assert rejected not in page
