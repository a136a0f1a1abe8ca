"""`import --candidates`: likely works of a corpus come into the queue with arXiv's records."""

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.demo.replica.server import ReplicaServer
from tests.support.arxiv import make_record, noon
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.hub import hub_of, member
from tests.support.storage import migrated

TUESDAY = date(2026, 3, 17)
INSIDE = "A diffusion model for text-to-image generation and image editing"
PAPERS = [make_record(n, TUESDAY, title=f"{INSIDE} {n}") for n in range(1, 6)]


def rows() -> list[dict[str, str]]:
    """Return works at arXiv, one of them twice and one unknown there, and works elsewhere."""
    at_arxiv = [
        {"id": f"W{n}", "title": INSIDE, "doi": f"10.48550/arXiv.2603.{n:05}"}
        for n in (1, 2, 3, 4, 9)
    ]
    return [
        *at_arxiv,
        {"id": "again", "title": INSIDE, "arxiv_id": "2603.00003v2"},
        {"id": "journal", "title": INSIDE, "doi": "10.1000/1"},
        {"id": "nowhere", "title": INSIDE},
        {"id": "said again", "title": INSIDE, "abstract": f"{INSIDE}.", "doi": "10.1000/3"},
        {
            "id": "whole",
            "title": INSIDE,
            "abstract": f"{INSIDE}, with a study.",
            "doi": "10.1000/2",
        },
        {"id": "off", "title": "Galaxies", "arxiv_id": "2603.00005"},
    ]


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    (tmp_path / "works.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
    migrated(tmp_path / "var" / "survey.duckdb")
    return survey_in_process(tmp_path, url="http://127.0.0.1:9", now=noon(TUESDAY).isoformat())


def scored(survey: SurveyInProcess) -> int:
    """Score the corpus; return the least percentage of the works in scope."""
    survey.json("classify", "--corpus", "works.jsonl", "--output", "scores")
    import pyarrow.parquet as pq

    found = pq.read_table(survey.directory / "scores" / "scores" / "whole.parquet").to_pylist()
    inside = {row["in_scope"] for row in found if row["id"] != "off"}
    [off] = [row["in_scope"] for row in found if row["id"] == "off"]
    assert min(inside) > off
    return int(min(inside) * 100)


def test_best_candidates_come_into_the_queue_once(tmp_path: Path, survey: SurveyInProcess) -> None:
    least = scored(survey)
    with ReplicaServer(PAPERS, today=TUESDAY) as arxiv:
        here = survey_in_process(tmp_path, url=arxiv.url, now=noon(TUESDAY).isoformat())
        words = ("import", "--candidates", "scores", "--at-least", str(least))
        first = here.json(*words, "--limit", "3")
        assert 0 < len(first["added"]) <= 3
        assert (first["left"], first["unnamed"], first["held"]) == (5, 1, 0)
        second = here.call(*words)
        assert second.status == 0
        assert f"added      {5 - len(first['added'])} papers" in second.out
        assert "left out   2 works without a title or an abstract in the scores" in second.out
        assert "left out   1 work without an arXiv ID or a DOI" in second.out
        assert "arXiv does not have 2603.00009" in second.err
        assert here.json(*words)["added"] == []
        traced = here.json("trace", "2603.00003")
        said = here.call("trace", "doi:10.1000/2").out
    assert traced["fetched"][0]["runs"][0]["command"] == "import"
    assert f"import --candidates scores --at-least {least}" in said
    queue = {row["arxiv_id"] for row in here.json("queue")["items"]}
    assert queue == {"doi:10.1000/2"} | {f"2603.{n:05}" for n in (1, 2, 3, 4)}


def test_works_that_the_hub_does_not_hold_are_named(
    tmp_path: Path, survey: SurveyInProcess
) -> None:
    words = ("import", "--candidates", "scores", "--at-least", str(scored(survey)))
    with ReplicaServer(PAPERS, today=TUESDAY) as arxiv:
        hub = member(
            tmp_path / "hub",
            lambda: noon(TUESDAY),
            oai_url=arxiv.oai_url,
            rss_url=arxiv.rss_url,
            query_url=arxiv.query_url,
        )
        assert hub.fetch().exit_status == 0
    with hub_of(hub) as url:
        own = {key: text for key, text in survey.environment.items() if "_URL" not in key}
        behind = SurveyInProcess(tmp_path, {**own, "LIVING_SURVEY_ARXIV__HUB_URL": url})
        ended = behind.call(*words)
    assert "The hub does not hold 2603.00009. Set query_url" in ended.err


def test_works_with_a_doi_are_stored_while_arxiv_is_down(
    tmp_path: Path, survey: SurveyInProcess
) -> None:
    words = ("import", "--candidates", "scores", "--at-least", str(scored(survey)))
    ended = survey.call(*words, "--json")
    assert ended.status == 75
    assert (ended.document["added"], ended.document["not_asked"]) == (["doi:10.1000/2"], 5)
    assert "5 papers at arXiv could not be looked up: " in ended.err
    assert "127.0.0.1:9" in ended.err
    with migrated(tmp_path / "var" / "survey.duckdb")() as store:
        run = store.runs.last("import")
    assert run is not None
    assert (run.status, run.counts["added"], run.counts["not_asked"]) == ("failed", 1, 5)
    assert run.error == ended.document["failure"]
    assert [row["arxiv_id"] for row in survey.json("queue")["items"]] == ["doi:10.1000/2"]
    with ReplicaServer(PAPERS, today=TUESDAY) as arxiv:
        here = survey_in_process(tmp_path, url=arxiv.url, now=noon(TUESDAY).isoformat())
        found = here.json(*words)
    assert (len(found["added"]), found["not_asked"], found["failure"]) == (4, 0, None)


def test_pairs_are_looked_for_at_once(tmp_path: Path) -> None:
    title = f"{INSIDE} in many words"
    work = {"title": title, "abstract": f"{title}, with a study.", "doi": "10.1000/4"}
    work["authors"] = "Ada Example; Second Author"
    (tmp_path / "works.jsonl").write_text(json.dumps(work))
    migrated(tmp_path / "var" / "survey.duckdb")
    twins = [make_record(n, TUESDAY, title=title) for n in (1, 2)]
    least = {"LIVING_SURVEY_REVIEW__LIKELY_FROM": "10"}
    with ReplicaServer(twins, today=TUESDAY) as arxiv:
        now = noon(TUESDAY).isoformat()
        survey = survey_in_process(tmp_path, url=arxiv.url, now=now, **least)
        assert "doubles" not in survey.call("add", "2603.00001").out
        survey.json("classify", "--corpus", "works.jsonl", "--output", "scores")
        brought = survey.call("import", "--candidates", "scores")
        assert "doubles    1 pair, perhaps the same work" in brought.out
        assert "doubles    3 pairs, perhaps the same work" in survey.call("add", "2603.00002").out
    pairs = survey.json("doubles")["pairs"]
    assert {(pair["first_id"], pair["second_id"]) for pair in pairs} == {
        ("2603.00001", "doi:10.1000/4"),
        ("2603.00002", "doi:10.1000/4"),
        ("2603.00001", "2603.00002"),
    }


def test_unfinished_or_foreign_scores_are_refused(survey: SurveyInProcess) -> None:
    scored(survey)
    (survey.directory / "scores" / "manifest.json").unlink()
    ended = survey.call("import", "--candidates", "scores")
    assert (ended.status, "are unfinished" in ended.err) == (1, True)
    ended = survey.call("import", "--candidates", "nothing")
    assert (ended.status, "no manifest.json" in ended.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "takes FILE or --candidates"),
        (("a.json", "--candidates", "scores"), "takes FILE or --candidates"),
        (("--candidates", "scores", "--category", "cs.CV"), "filter FILE"),
        (("a.json", "--limit", "5"), "belong to --candidates"),
        (("a.json", "--at-least", "5"), "belong to --candidates"),
    ],
)
def test_options_of_the_other_kind_are_refused(
    survey: SurveyInProcess, words: tuple[str, ...], said: str
) -> None:
    ended = survey.call("import", *words)
    assert ended.status == 2
    assert said in ended.err
