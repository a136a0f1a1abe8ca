"""`start`: a survey's first day against a local arXiv, from the list to the queue."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pytest

from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.records import load_records
from pipeline.demo.replica.server import ReplicaServer
from storage.store import store_opener
from tests.support.cli import Survey, SurveyInProcess, survey_at, survey_in_process

NOW = "2026-03-20T22:00:00+00:00"
SAMPLE = Path(str(files("pipeline") / "demo" / "sample"))
RECORDS = load_records([SAMPLE / "papers.jsonl", SAMPLE / "listed.jsonl"])
LIST = str(SAMPLE / "list.md")

pytestmark = pytest.mark.slow  # it trains


@pytest.fixture
def arxiv() -> Iterator[ReplicaServer]:
    with ReplicaServer(RECORDS, today=datetime.fromisoformat(NOW).date()) as server:
        yield server


def _asked(arxiv: ReplicaServer, channel: Channel) -> int:
    return sum(request.channel is channel for request in arxiv.requests)


def test_first_day_ends_with_a_queue_and_nothing_to_complain_about(
    tmp_path: Path, arxiv: ReplicaServer
) -> None:
    survey = survey_in_process(tmp_path, url=arxiv.url, now=NOW)
    ended = survey.call("start", "--list", LIST, "--contact", "you@example.org")
    assert ended.status == 0, ended.err
    assert "taxonomy   built-in, because it has a section for" in ended.out
    for step in ("bootstrap", "backfill 2026-02-18 to 2026-03-20", "train", "run"):
        assert f"\n# {step}: " in ended.out
    assert "Next:" not in ended.out
    assert "no day since 2026-02-23 is missing" in ended.out
    assert "living-survey serve" in ended.out
    assert "30 0 * * *  cd " in ended.out
    doctor = survey.json("doctor")
    assert [one for one in doctor["findings"] if one["wrong"]] == []
    status = survey.json("status")
    assert status["queue"] > 100
    assert status["coverage"]["gaps"] == []
    assert status["model_id"].startswith("tfidf-")

    before = len(arxiv.requests)
    again = survey.json("start")
    assert len(arxiv.requests) == before
    assert again["steps"] == {}
    assert again["left"] == []


def test_list_of_another_field_gets_a_drafted_taxonomy(
    tmp_path: Path, arxiv: ReplicaServer
) -> None:
    entries = [record for record in RECORDS if record.arxiv_id.startswith("2602.")][:6]
    lines = [f"- **{one.title}** [arXiv](https://arxiv.org/abs/{one.arxiv_id})" for one in entries]
    text = ["# Teapots", "", "## Spouts", "", *lines[:3], "", "## Handles", "", *lines[3:], ""]
    (tmp_path / "mine.md").write_text("\n".join(text), encoding="utf-8")
    survey = survey_in_process(tmp_path, url=arxiv.url, now=NOW)
    ended = survey.call("start", "--list", "mine.md", "--contact", "you@example.org")
    assert ended.status == 0, ended.err
    assert "drafted from the list's headings, because the built-in one has a section for 0 of" in (
        ended.out
    )
    assert (tmp_path / "taxonomy.toml").exists()
    assert 'title = "Teapots"' in (tmp_path / "living-survey.toml").read_text()
    assert "# train: 6 approved papers of the 20 it needs" in ended.out


def test_arxiv_out_of_reach_ends_with_75_and_goes_on_later(tmp_path: Path) -> None:
    today = datetime.fromisoformat(NOW).date()
    down = Fault(Kind.STATUS, Channel.OAI, status=503)
    with ReplicaServer(RECORDS, today=today, faults=[down]) as arxiv:
        survey = survey_in_process(tmp_path, url=arxiv.url, now=NOW)
        ended = survey.call("start", "--list", LIST, "--contact", "you@example.org")
    assert ended.status == 75
    assert "Call `living-survey start` again" in ended.err
    for state in tmp_path.glob("limiter*"):
        state.unlink()  # the cool-down is over
    with ReplicaServer(RECORDS, today=today) as arxiv:
        survey = survey_in_process(tmp_path, url=arxiv.url, now=NOW)
        document = survey.json("start")
        assert _asked(arxiv, Channel.QUERY) == 0  # the list is imported
    assert list(document["steps"]) == ["backfill", "train", "run"]


def test_list_without_an_approved_paper_stops_before_the_harvest(
    tmp_path: Path, arxiv: ReplicaServer
) -> None:
    text = "# Teapots\n\n## Spouts\n\n- **A Spout** [arXiv](https://arxiv.org/abs/2602.00001)\n"
    (tmp_path / "mine.md").write_text(text, encoding="utf-8")
    survey = survey_in_process(tmp_path, url=arxiv.url, now=NOW)
    ended = survey.call("start", "--list", "mine.md", "--contact", "you@example.org")
    assert ended.status == 1
    assert "no paper of the list is approved" in ended.err
    assert _asked(arxiv, Channel.OAI) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "There is no survey here"),
        (("--list", "missing.md", "--contact", "a@example.org"), "missing.md"),
    ],
)
def test_start_without_a_list_writes_nothing(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW)
    ended = survey.call("start", *words)
    assert ended.status in (1, 2)
    assert said in ended.err
    assert list(tmp_path.glob("*.toml")) == []


def test_contact_is_needed_before_anything_is_written(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    ended = survey.call("start", "--list", LIST)
    assert ended.status == 2
    assert "--contact" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_survey_with_another_list_is_left_alone(tmp_path: Path) -> None:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW)
    assert survey.call("init", "--list", LIST).status == 0
    (tmp_path / "other.md").write_text("# Other\n")
    ended = survey.call("start", "--list", "other.md")
    assert ended.status == 2
    assert "another list than other.md" in ended.err


def test_kill_at_each_step_and_calling_again_ends_as_undisturbed(
    tmp_path: Path, arxiv: ReplicaServer
) -> None:
    survey = survey_at(tmp_path, url=arxiv.url, now=NOW)
    words = ("start", "--list", LIST, "--contact", "you@example.org")
    for step in ("# bootstrap", "# backfill", "# train", "# run"):
        _kill_at(survey, step, *words)
    ended = survey.call(*words)
    assert ended.status == 0, ended.err
    assert "# bootstrap: done before" in ended.out
    assert "# train: done before" in ended.out
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        decided = store.decisions.approvals()
        assert store.integrity.faults() == ()
    apart = tmp_path / "apart"
    apart.mkdir()
    undisturbed = survey_at(apart, url=arxiv.url, now=NOW).json(*words)
    assert undisturbed["approved"] == decided
    assert undisturbed["queue"] == json.loads(survey.call("status", "--json").out)["queue"]


def _kill_at(survey: Survey, step: str, *words: str) -> None:
    """Kill the command as soon as it says that a step begins."""
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", *words],
        cwd=survey.directory,
        env=survey.env(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(f"{step}") and "done before" not in line:
                os.kill(process.pid, signal.SIGKILL)
                return
    raise AssertionError(f"{step} was never begun")
