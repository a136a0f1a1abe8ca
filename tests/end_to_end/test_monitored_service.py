"""A service that is scraped all the time answers reviewers, and its log has no token."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html
from prometheus_client.parser import text_string_to_metric_families

from storage.store import store_opener
from tests.support import http
from tests.support.builders import make_paper, make_prediction
from tests.support.cli import Survey, survey_at
from tests.support.storage import add_predictions

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
TOKEN = "planted-metrics-token-5b1d"
IDS = [f"2603.{number:05}" for number in range(1, 7)]
PATIENCE = 60.0

pytestmark = pytest.mark.slow


@contextmanager
def served(survey: Survey) -> Iterator[tuple[str, list[str]]]:
    """Start `serve` as a person does; yield the printed address and the lines of its log."""
    service = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "serve", "--port", "0", "--reviewer", "ada"],
        cwd=survey.directory,
        env=survey.env(METRICS_TOKEN=TOKEN, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    printed = threading.Event()

    def read() -> None:
        assert service.stdout is not None
        for line in service.stdout:
            lines.append(line)
            if "?token=" in line:
                printed.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert printed.wait(PATIENCE), lines
        [address] = [word for line in lines for word in line.split() if "?token=" in word]
        yield address, lines
    finally:
        service.terminate()
        assert service.wait(PATIENCE) == 0
        reader.join()
        assert service.stdout is not None
        service.stdout.close()


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    """Return a survey with some papers that wait."""
    survey = survey_at(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("init").status == 0
    with store_opener(tmp_path / "var" / "survey.duckdb")() as store:
        store.papers.upsert([make_paper(one) for one in IDS], seen_at=NOW)
        held = store.papers.get_many(IDS)
        add_predictions(
            store,
            [
                make_prediction(one, in_scope=0.9, content_hash=held[one].content_hash)
                for one in IDS
            ],
        )
    return survey


def scrape(base: str, stop: threading.Event, found: list[float]) -> None:
    """Ask for the numbers again and again."""
    with httpx.Client(timeout=PATIENCE) as client:
        while not stop.is_set():
            answer = client.get(
                f"{base}/metrics", headers={"authorization": f"Bearer {TOKEN}"}
            ).raise_for_status()
            values = {
                (one.name, *one.labels.values()): one.value
                for family in text_string_to_metric_families(answer.text)
                for one in family.samples
            }
            found.append(values["living_survey_decisions", "standing"])


def test_scraping_does_not_hold_up_decisions(survey: Survey) -> None:
    # Numbers are never kept here, so that every scrape reads the database.
    environment = {**survey.environment, "LIVING_SURVEY_MONITOR__SECONDS": "0.001"}
    stop, found = threading.Event(), list[float]()
    with served(Survey(survey.directory, environment)) as (address, lines):
        base = address.partition("/?")[0]
        scrapers = [threading.Thread(target=scrape, args=(base, stop, found)) for _ in range(2)]
        for one in scrapers:
            one.start()
        try:
            with httpx.Client(timeout=PATIENCE, follow_redirects=True) as client:
                page = client.get(address)
                for _ in IDS:
                    tree: Any = html.fromstring(page.text)
                    [form] = [one for one in tree.forms if one.action == "/decide"]
                    sent = {**dict(form.form_values()), "verdict": "deferred"}
                    page = client.post(f"{base}/decide", data=sent, headers={"origin": base})
                    assert page.status_code == 200, page.text
            assert http.get(f"{base}/metrics").status_code == 401
        finally:
            stop.set()
            for one in scrapers:
                one.join()
    with store_opener(survey.directory / "var" / "survey.duckdb")() as store:
        assert store.account.tally().standing == len(IDS)
    assert len(found) >= 2
    assert TOKEN not in "".join(lines)
    assert "Traceback" not in "".join(lines)
