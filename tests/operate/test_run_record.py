"""What is recorded of a run: versions, requests, time by step, corrected papers."""

import platform
from datetime import date
from pathlib import Path

import pytest

from pipeline.demo.replica.server import ReplicaServer
from pipeline.runtime.record import Run
from tests.support.arxiv import make_record, noon
from tests.support.cli import SurveyInProcess, survey_in_process

TUESDAY = date(2026, 3, 17)


def survey_of(tmp_path: Path, arxiv: ReplicaServer) -> SurveyInProcess:
    return survey_in_process(tmp_path, url=arxiv.url, now=noon(TUESDAY).isoformat())


def test_run_records_what_it_was_made_of(tmp_path: Path) -> None:
    with ReplicaServer([make_record(1, TUESDAY)], today=TUESDAY) as arxiv:
        survey = survey_of(tmp_path, arxiv)
        survey.json("run")
        [run] = survey.json("status")["runs"]
        asked = len(arxiv.requests)
    assert run["counts"]["requests"] == asked > 0
    assert run["versions"]["python"] == platform.python_version()
    assert run["versions"].keys() >= {"living-survey", "duckdb", "scikit-learn", "numpy"}
    assert run["versions"]["model"] == "cue words"
    assert run["seconds"].keys() == {
        *("fetch", "suggestions", "train", "classify", "rules", "drift", "whole"),
    }
    assert run["seconds"]["whole"] >= run["seconds"]["fetch"] >= 0
    assert run["words"][0] == "run"


def test_requests_of_a_failed_run_are_counted(tmp_path: Path) -> None:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9/", now=noon(TUESDAY).isoformat())
    assert survey.call("run").status == 75
    [run] = survey.json("status")["runs"]
    assert run["counts"]["requests"] > 0
    assert run["status"] == "failed"


def test_step_that_fails_is_measured() -> None:
    ticks = iter([1.0, 3.5, 10.0, 10.25])
    run = Run(monotonic=lambda: next(ticks))
    with pytest.raises(ValueError, match="no"), run.step("fetch"):
        raise ValueError("no")
    with run.step("fetch"):
        pass
    assert run.seconds == {"fetch": 2.75}
