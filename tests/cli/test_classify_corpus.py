"""`classify --corpus` as it is called."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.corpus import write_corpus
from tests.support.storage import migrated


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    survey = survey_in_process(
        tmp_path, url="http://127.0.0.1:9", now=datetime(2026, 3, 17, tzinfo=UTC).isoformat()
    )
    migrated(tmp_path / "var" / "survey.duckdb")
    return survey


def test_corpus_is_scored_and_the_run_is_recorded(survey: SurveyInProcess, tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    (corpus / "README.txt").touch()
    words = ("classify", "--corpus", str(corpus), "--output", str(tmp_path / "scores"))
    ended = survey.call(*words)
    assert (ended.status, ended.err) == (0, "")
    assert "works      36, 0 without an abstract" in ended.out
    assert "passed     over 1 file of other kinds" in ended.out
    report = survey.json(*words)
    assert (report["scored"], report["totals"]["works"], report["failed"]) == (0, 36, [])
    ended = survey.call(*words, "--column", "title=headline", "--candidates-from", "7")
    assert ended.status != 0
    assert "scores was made differently: candidates from 50 %, now 7 %; title from " in ended.err
    assert ", now from headline. Name another directory with --output." in ended.err
    (corpus / "day=0" / "part_001.jsonl").write_bytes(b"\n")
    (corpus / "day=1" / "part_002.parquet").write_bytes(b"PAR1")
    ended = survey.call(*words)
    assert ended.status == 1
    assert "day=1/part_002.parquet failed three times: PartitionError" in ended.err


def test_output_is_never_read_as_a_part_of_the_corpus(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    (tmp_path / "link").symlink_to(corpus)
    for inside in (corpus / "scores", tmp_path / "link" / "day=0" / "scores"):
        ended = survey.call("classify", "--corpus", str(corpus), "--output", str(inside))
        assert ended.status == 2
        assert f"{inside} is inside the corpus" in ended.err
        assert not inside.exists()
    addresses = ("--corpus", corpus.as_uri(), "--output", f"{corpus.as_uri()}/scores")
    assert "is inside the corpus" in survey.call("classify", *addresses).err
    words = ("classify", "--corpus", str(corpus), "--output", str(corpus / "_scores"))
    reports = [survey.json(*words) for _ in range(2)]
    assert [report["scored"] for report in reports] == [6, 0]
    assert {report["totals"]["works"] for report in reports} == {36}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--output", "x"), "need --corpus"),
        (("--column", "title=x"), "need --corpus"),
        (("--candidates-from", "5"), "need --corpus"),
        (("--plan",), "need --corpus"),
        (("--works", "5"), "need --corpus"),
        (("--corpus", "x"), "--corpus needs --output"),
        (("--corpus", "x", "--works", "5"), "--works belongs to --plan"),
        (("--corpus", "none", "--output", "x"), "none does not exist, or holds no files"),
        (("--corpus", "x", "--output", "x", "--column", "x"), "--column x names no field"),
    ],
)
def test_wrong_options_are_refused(
    survey: SurveyInProcess, words: tuple[str, ...], said: str
) -> None:
    ended = survey.call("classify", *words)
    assert ended.status == 2
    assert said in ended.err


@pytest.mark.slow
def test_plan_says_what_the_corpus_would_take(survey: SurveyInProcess, tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    ended = survey.call("classify", "--corpus", str(corpus), "--plan")
    assert (ended.status, ended.err) == (0, "")
    assert "sample     36 works of 6 partitions" in ended.out
    assert "workers  expected" in ended.out
    words = ("classify", "--corpus", str(corpus), "--plan", "--works", "250000000")
    assert survey.json(*words)["works"]["mean"] == 250_000_000
