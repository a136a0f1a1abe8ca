"""SIGTERM ends a command at a whole batch, a second one at once; nothing is lost either way."""

import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

from pipeline.demo.replica.server import ReplicaServer
from storage.store import store_opener
from storage.types import RunStatus
from tests.support.arxiv import make_record, noon
from tests.support.cli import Survey, survey_at

TUESDAY = date(2026, 3, 17)
PAPERS = [make_record(number, TUESDAY) for number in range(1, 400)]
#: seconds; a service manager waits for longer
ENDS_WITHIN = 10
HOLDS_ON = """
import signal, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from pipeline.runtime.record import recorded
from storage.store import store_opener
opened = store_opener(Path(sys.argv[1]))
with recorded("run", opened, lambda: datetime.now(UTC)):
    try:
        print("running", flush=True)
        threading.Event().wait()
    finally:
        print("ending", flush=True)
        threading.Event().wait()
"""


def started(survey: Survey, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", *words],
        cwd=survey.directory,
        env=survey.env(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def runs(folder: Path) -> list[RunStatus]:
    with store_opener(folder / "var/survey.duckdb")() as store:
        return [run.status for run in store.runs.recent(10)]


def test_signal_ends_a_run_as_interrupted_and_the_next_one_completes_it(
    tmp_path: Path,
) -> None:
    with ReplicaServer(PAPERS, today=TUESDAY, page_size=10) as arxiv:
        survey = survey_at(
            tmp_path,
            url=arxiv.url,
            now=noon(TUESDAY).isoformat(),
            LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS="0.2",
        )
        process = started(survey, "run")
        pause = threading.Event()
        while len(arxiv.requests) < 8 and process.poll() is None:
            pause.wait(0.02)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=ENDS_WITHIN)
        assert process.returncode == 130
        assert "interrupted; run the same command to go on" in said
        assert "Traceback" not in said
        assert runs(tmp_path) == [RunStatus.INTERRUPTED]
        fast = {"LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": "0.001"}
        assert survey.json("run", **fast)["queue"] == len(PAPERS)
    assert runs(tmp_path)[0] is RunStatus.DONE


def test_second_signal_ends_the_process_at_once(tmp_path: Path) -> None:
    survey = Survey(tmp_path)
    assert survey.call("init").status == 0
    path = tmp_path / "var/survey.duckdb"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS_ON, str(path)],
        env=survey.env(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "ending\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(ENDS_WITHIN) == 128 + signal.SIGTERM
    process.stdout.close()
    assert runs(tmp_path) == [RunStatus.RUNNING]
    # the lock of the run ended with the process
    assert survey.call("status").status == 0


def test_service_that_just_begins_ends_on_sigterm(tmp_path: Path) -> None:
    survey = Survey(tmp_path)
    assert survey.call("init").status == 0
    process = started(survey, "serve", "--port", "0")
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    process.stderr.close()
