"""The command `export` on a real database."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.cli import Ended, Survey, SurveyInProcess, survey_in_process
from tests.support.storage import opener

IMAGE, VIDEO = "generation-image-llm-based", "editing-video-llm-based"


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """Four approvals, one of them withdrawn, and a paper in each other state."""
    (tmp_path / "living-survey.toml").write_text('[database]\npath = "survey.duckdb"\n')
    with opener(tmp_path)() as store:
        papers = [make_paper(f"2603.{number:05}") for number in range(1, 9)]
        papers[3] = make_paper("2603.00004", withdrawn=True)
        store.papers.upsert(papers, seen_at=datetime(2026, 3, 17, tzinfo=UTC))
        days = {1: 17, 2: 18, 3: 24, 4: 25}
        approvals = [
            make_decision(
                f"2603.0000{number}",
                sections=(IMAGE,) if number % 2 else (VIDEO,),
                decided_at=datetime(2026, 3, day, 9, tzinfo=UTC),
            )
            for number, day in days.items()
        ]
        store.decisions.add(
            [
                *approvals,
                make_decision("2603.00005", verdict=Verdict.REJECTED, sections=()),
                make_decision("2603.00006", verdict=Verdict.DEFERRED, sections=()),
                make_decision("2603.00007", reviewer="bo"),
            ]
        )
        store.decisions.undo(reviewer="bo", undone_at=datetime(2026, 3, 26, tzinfo=UTC))
    return survey_in_process(tmp_path, url="http://127.0.0.1:9", now="2026-03-30T00:00:00Z")


def _ids(ended: Ended) -> list[str]:
    assert ended.status == 0, ended.err
    return [row["arxiv_id"][-1] for row in csv.DictReader(io.StringIO(ended.out))]


def test_export_holds_standing_approvals_only(survey: SurveyInProcess) -> None:
    ended = survey.call("export", "--format", "csv")
    assert _ids(ended) == ["1", "2", "3", "4"]
    assert ended.err == "1 withdrawn paper is marked: 2603.00004\n"


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--section", IMAGE], "13"),
        (["--section", IMAGE, "--section", VIDEO], "1234"),
        (["--task", "editing"], "24"),
        (["--task", "editing", "--modality", "image"], ""),
        (["--modality", "image", "--modality", "video"], "1234"),
        (["--week", "2026-W12"], "12"),
        (["--week", "2026-W12", "--week", "2026-W13"], "1234"),
        (["--since", "2026-03-18", "--until", "2026-03-24"], "23"),
        (["--since", "2026-03-18", "--section", IMAGE], "3"),
        (["--week", "2026-W12", "--since", "2026-03-18"], "2"),
        (["--without-withdrawn"], "123"),
        (["2603.00002", "arXiv:2603.00003v2"], "23"),
    ],
)
def test_export_selects(survey: SurveyInProcess, options: Sequence[str], ids: str) -> None:
    assert _ids(survey.call("export", "--format", "csv", *options)) == list(ids)


def test_papers_left_out_are_named(survey: SurveyInProcess) -> None:
    ended = survey.call("export", "--format", "bibtex", "--without-withdrawn")
    assert ended.err == "1 withdrawn paper is left out: 2603.00004\n"
    assert "2603.00004" not in ended.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "bibtexx"], "There is no format 'bibtexx'. Did you mean bibtex?"),
        ([], "The format of the export is missing."),
        (["--format", "parquet"], "parquet is not text. Add --output FILE.parquet"),
        (["--format", "csv", "--section", "nowhere"], "The taxonomy has no section 'nowhere'."),
        (["--format", "csv", "--task", "editting"], "no task 'editting'. Did you mean editing?"),
        (["--format", "csv", "--week", "2026-W60"], "There is no week 2026-W60."),
        (
            ["--format", "csv", "--since", "2026-03-18", "--until", "2026-03-01"],
            "is before --since",
        ),
        (["--format", "csv", "--json"], "the export needs a file"),
        (["--format", "csv", "--output", "survey.duckdb"], "would have the wrong format"),
    ],
)
def test_wrong_use_is_one_sentence(
    survey: SurveyInProcess, words: Sequence[str], said: str
) -> None:
    ended = survey.call("export", *words)
    assert ended.status == 2
    assert "--json" in words or not ended.out
    assert said in ended.err


@pytest.mark.parametrize("arxiv_id", ["2603.00005", "2603.00007", "2603.00008", "2603.00099"])
def test_undecided_papers_are_refused_by_name(survey: SurveyInProcess, arxiv_id: str) -> None:
    ended = survey.call("export", "2603.00001", arxiv_id, "--format", "ris")
    assert (ended.status, ended.out) == (1, "")
    assert f"Not approved, so not exported: {arxiv_id}." in ended.err


def test_format_follows_the_name_of_the_file(survey: SurveyInProcess) -> None:
    document = survey.json("export", "--output", "out/survey.parquet")
    assert document["papers"] == 4
    assert document["withdrawn"] == ["2603.00004"]
    table = pq.read_table(survey.directory / "out" / "survey.parquet")
    assert table["arxiv_id"].to_pylist() == [f"2603.0000{number}" for number in range(1, 5)]


@pytest.mark.slow
def test_parquet_goes_through_a_pipe(survey: SurveyInProcess) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "export", "--format", "parquet", "--output", "-"],
        cwd=survey.directory,
        env=Survey(survey.directory, survey.environment).env(),
        capture_output=True,
        check=True,
    )
    assert pq.read_table(io.BytesIO(done.stdout)).num_rows == 4


def test_empty_selection_says_so(survey: SurveyInProcess) -> None:
    ended = survey.call("export", "--format", "csl-json", "--week", "2020-W01")
    assert (ended.status, json.loads(ended.out)) == (0, [])
    assert ended.err == "no approved paper fits, so the export is empty\n"


def test_write_error_leaves_the_old_file(survey: SurveyInProcess) -> None:
    (survey.directory / "folder").write_text("a file where a folder is needed")
    ended = survey.call("export", "--output", "folder/survey.bib")
    assert ended.status == 1
    assert "The export folder/survey.bib cannot be written" in ended.err


def test_second_export_has_equal_bytes(survey: SurveyInProcess) -> None:
    first = survey.call("export", "--format", "jsonl")
    assert survey.call("export", "--format", "jsonl").out == first.out
    [line, *_] = first.out.splitlines()
    assert json.loads(line)["approved_at"] == "2026-03-17T09:00:00Z"
