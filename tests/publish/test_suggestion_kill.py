"""A service that is killed with SIGKILL loses no suggestion that it answered, and doubles none."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from storage.store import store_opener
from storage.suggestion_types import SuggestionState
from tests.support.cli import PATIENCE_SECONDS, Survey
from tests.support.storage import migrated
from tests.support.subscribers import ORIGIN
from tests.support.suggestions import PAPER, token_in

BEGAN, FILLED_IN = "2026-03-17T12:00:00Z", "2026-03-17T12:05:00Z"


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    with migrated(tmp_path / "var" / "survey.duckdb")():
        pass
    loopback = "http://127.0.0.1:9"
    return Survey(
        tmp_path,
        {
            "LIVING_SURVEY_SUBSCRIBERS__URL": ORIGIN,
            "LIVING_SURVEY_SUGGESTIONS__ENABLED": "true",
            "LIVING_SURVEY_ARXIV__OAI_URL": loopback,
            "LIVING_SURVEY_ARXIV__RSS_URL": loopback,
            "LIVING_SURVEY_ARXIV__QUERY_URL": loopback,
        },
    )


@contextmanager
def serving(survey: Survey, now: str) -> Iterator[tuple[httpx.Client, "subprocess.Popen[str]"]]:
    """Serve the public pages in a process of its own, which is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "serve", "--public", "--port", "0"],
        cwd=survey.directory,
        env=survey.env(LIVING_SURVEY_NOW=now),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split()[3]
        headers = {"origin": ORIGIN}
        with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS, headers=headers) as client:
            yield client, process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def stored(survey: Survey) -> int:
    with store_opener(survey.directory / "var" / "survey.duckdb")() as store:
        return len(store.suggestions.all(list(SuggestionState), 100))


def get_no_answer(client: httpx.Client, form: dict[str, str]) -> None:
    with pytest.raises(httpx.HTTPError):
        client.post("/suggestions", data=form, timeout=1.5)


def test_answered_suggestion_survives_a_kill_and_a_second_sending(survey: Survey) -> None:
    with serving(survey, BEGAN) as (client, _):
        token = token_in(client.get("/suggestions?kind=missing-paper").text)
    form = {"form": token, "kind": "missing-paper", "paper": PAPER}
    with serving(survey, FILLED_IN) as (client, process):
        first = client.post("/suggestions", data=form)
        assert first.status_code == 303
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert stored(survey) == 1
    with serving(survey, FILLED_IN) as (client, _):
        again = client.post("/suggestions", data=form)
        assert again.headers["location"] == first.headers["location"]
        assert client.get(first.headers["location"]).status_code == 200
    assert stored(survey) == 1


def test_suggestion_without_an_answer_is_sent_again_once(survey: Survey) -> None:
    with serving(survey, BEGAN) as (client, _):
        token = token_in(client.get("/suggestions?kind=missing-paper").text)
    form = {"form": token, "kind": "missing-paper", "paper": PAPER}
    with serving(survey, FILLED_IN) as (client, process):
        # held, so that the request stays between receipt and storage
        held = store_opener(survey.directory / "var" / "survey.duckdb")
        with held():
            get_no_answer(client, form)
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert stored(survey) == 0
    with serving(survey, FILLED_IN) as (client, _):
        assert client.post("/suggestions", data=form).status_code == 303
    assert stored(survey) == 1
