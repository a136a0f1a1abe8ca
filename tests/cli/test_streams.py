"""Commands whose answer cannot be written, or that were started without stdout."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.builders import make_paper
from tests.support.cli import PATIENCE_SECONDS, Ended, Survey, survey_at
from tests.support.storage import opener

NOW = "2026-03-17T12:00:00+00:00"
REJECT = ("decide", "2603.00001", "reject", "--reason", "duplicate", "--reviewer", "ada")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full"),
]


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    with opener(tmp_path / "var")() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=datetime.fromisoformat(NOW))
    return survey_at(tmp_path, url="http://127.0.0.1:9", now=NOW)


def called(survey: Survey, streams: str, *words: str, stdout: int = subprocess.PIPE) -> Ended:
    """Call a command with streams as a shell writes them, such as `>&-`."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "pipeline", *words],
        cwd=survey.directory,
        env=survey.env(),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    return Ended(done.returncode, done.stdout or "", done.stderr)


def decided(survey: Survey) -> int:
    with opener(survey.directory / "var")() as store:
        return store._session.number("SELECT count(*) FROM decisions WHERE standing")


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_decision_whose_answer_cannot_be_written_is_recorded_and_said_so(
    survey: Survey, form: tuple[str, ...]
) -> None:
    ended = called(survey, ">/dev/full", *REJECT, *form)
    assert ended.err.splitlines()[-1] == (
        "living-survey: The command is done, but its answer cannot be written: No space left on"
        " device. Look for a full disk where the answer goes. What was recorded stays."
    )
    assert "Traceback" not in ended.err
    assert (ended.status, decided(survey)) == (1, 1)


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_command_without_streams_does_its_work(survey: Survey, streams: str) -> None:
    ended = called(survey, streams, *REJECT, "--json")
    assert (ended.status, decided(survey)) == (0, 1)
    assert "Traceback" not in ended.err


def test_error_that_cannot_be_written_has_its_status(survey: Survey) -> None:
    ended = called(survey, ">/dev/full", "queue", "--section", "none", "--json")
    assert ended.status == 2
    assert ended.err.startswith("living-survey: ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("words", [("queue",), ("status",), ("status", "--json")], ids=" ".join)
def test_reader_that_has_gone_is_no_error(survey: Survey, words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as gone:
        ended = called(survey, "", *words, stdout=gone.fileno())
    assert (ended.status, ended.err) == (0, "")
