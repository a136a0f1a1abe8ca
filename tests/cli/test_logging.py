"""[log] decides what a command logs, in which form and where."""

import json
import logging
from pathlib import Path

import pytest

from tests.support.cli import Result, call_in_process


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIVING_SURVEY_NOW", "2026-03-17T12:00:00Z")
    for key in ("OAI_URL", "RSS_URL", "QUERY_URL"):
        monkeypatch.setenv(f"LIVING_SURVEY_ARXIV__{key}", "http://127.0.0.1:9/")
    assert call_in_process("init").exit_code == 0
    return tmp_path


def classify(*options: str, **log: str) -> Result:
    variables = {f"LIVING_SURVEY_LOG__{key.upper()}": value for key, value in log.items()}
    return call_in_process("classify", *options, env=variables)


@pytest.mark.usefixtures("survey")
def test_commands_log_nothing_below_warning_by_default() -> None:
    ended = classify()
    assert (ended.exit_code, ended.stderr) == (0, "")


@pytest.mark.usefixtures("survey")
def test_info_names_the_run_and_its_counts() -> None:
    started, done = classify(level="info").stderr.splitlines()
    run = started.split(" run=")[1].split()[0]
    assert " info run started " in started
    assert f" info run ended run={run} command=classify status=done classified=0" in done


@pytest.mark.usefixtures("survey")
def test_json_lines_leave_stdout_to_the_answer() -> None:
    ended = classify("--json", level="info", format="json")
    assert json.loads(ended.stdout)["classified"] == 0
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["run started", "run ended"]
    assert lines[0]["run"] == lines[1]["run"]


def test_a_file_takes_info_lines(survey: Path) -> None:
    ended = classify(file="var/log/survey.log")
    assert ended.stderr == ""
    text = (survey / "var" / "log" / "survey.log").read_text()
    assert [line.split(" ")[1] for line in text.splitlines()] == ["info", "info"]
    assert all(one.name != "config.logs" for one in logging.getLogger().handlers)


@pytest.mark.usefixtures("survey")
def test_debug_overrides_the_level() -> None:
    assert " run started " in classify("--debug", level="error").stderr


@pytest.mark.usefixtures("survey")
@pytest.mark.parametrize(("key", "value"), [("level", "loud"), ("format", "xml")])
def test_wrong_value_is_one_sentence(key: str, value: str) -> None:
    ended = classify(**{key: value})
    assert ended.exit_code == 2
    assert value in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
