"""A machine that slept for weeks catches up: few requests, at arXiv's rate, no day missing."""

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.protocol.record import Record
from pipeline.ingest.windows import windows_until
from storage.calendar import announcement_days
from storage.store import store_opener
from tests.support.arxiv import make_record, noon
from tests.support.cli import PATIENCE_SECONDS, Survey, survey_at

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 24)
INTERVAL = 0.1
A_DAY = 12
PAGE = 20
SETTINGS = {
    "LIVING_SURVEY_ARXIV__SETS": '["cs"]',
    "LIVING_SURVEY_ARXIV__CATEGORIES": '["cs.CV"]',
    "LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": str(INTERVAL),
}


def papers_of(first: date, last: date) -> list[Record]:
    days = announcement_days(first, last)
    return [
        make_record(A_DAY * place + number, day)
        for place, day in enumerate(days, start=1)
        for number in range(A_DAY)
    ]


def survey_on(day: date, arxiv: ReplicaServer, folder: Path) -> Survey:
    return survey_at(folder, url=arxiv.url, now=noon(day).isoformat(), **SETTINGS)


def held(folder: Path) -> int:
    with store_opener(folder / "var/survey.duckdb")() as store:
        return store.papers.count()


def planned(first: date, today: date, papers: Sequence[Record]) -> int:
    """Return the requests of a catch-up: the feed, and the pages of each window."""
    pages = 0
    for window in windows_until("cs", first, today):
        until = window.until_day or today
        inside = sum(window.from_day <= paper.datestamp <= until for paper in papers)
        pages += max(1, -(-inside // PAGE))
    return 1 + pages


@pytest.mark.parametrize("pause", [1, 8, 22, 50])
def test_sleep_ends_with_every_day_complete(tmp_path: Path, pause: int) -> None:
    today = FIRST + timedelta(days=pause)
    papers = papers_of(FIRST, today)
    with ReplicaServer(papers, today=FIRST, page_size=PAGE) as arxiv:
        survey_on(FIRST, arxiv, tmp_path).json("run")
    with ReplicaServer(papers, today=today, page_size=PAGE) as arxiv:
        survey = survey_on(today, arxiv, tmp_path)
        survey.json("run")
        status = survey.json("status")
        requests = len(arxiv.requests)
        assert arxiv.log.most_in_flight == 1
        assert arxiv.log.smallest_gap is not None
        assert arxiv.log.smallest_gap > INTERVAL - 0.005
    assert held(tmp_path) == len(papers)
    assert requests <= planned(FIRST - timedelta(days=3), today, papers)
    assert status["overdue"] == []
    assert status["coverage"]["gaps"] == []
    # a day whose feed arXiv no longer serves is settled by its records
    days = {day["day"]: day["status"] == "complete" or day["backfilled"] for day in status["days"]}
    assert all(days.values()), status["days"]
    watched = announcement_days(max(FIRST, today - timedelta(days=12)), today)
    assert {str(day) for day in watched} <= days.keys()


def test_killed_catch_up_goes_on_after_the_weeks_it_has_read(tmp_path: Path) -> None:
    papers = papers_of(FIRST, LAST + timedelta(days=28))
    today = LAST + timedelta(days=28)
    with ReplicaServer(papers, today=FIRST, page_size=PAGE) as arxiv:
        survey_on(FIRST, arxiv, tmp_path).json("run")
    whole = planned(FIRST - timedelta(days=3), today, papers)
    with ReplicaServer(papers, today=today, page_size=PAGE) as arxiv:
        survey = survey_on(today, arxiv, tmp_path)
        for _ in range(3):
            _killed_after(survey, arxiv, requests=whole // 4)
        survey.json("run")
        requests = len(arxiv.requests)
    assert held(tmp_path) == len(papers)
    # Each kill costs the feed, the overlap and at most one week's pages again.
    week = 1 + -(-5 * A_DAY // PAGE)
    assert requests <= whole + 3 * (1 + 2 * week)


def _killed_after(survey: Survey, arxiv: ReplicaServer, *, requests: int) -> None:
    """Run and kill by SIGKILL after so many further requests."""
    goal = len(arxiv.requests) + requests
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run"],
        cwd=survey.directory,
        env=survey.env(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pause = threading.Event()
    while process.poll() is None and len(arxiv.requests) < goal:
        pause.wait(INTERVAL / 4)
    process.send_signal(signal.SIGKILL)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGKILL


def test_second_run_after_a_catch_up_asks_little(tmp_path: Path) -> None:
    papers = papers_of(FIRST, LAST)
    with ReplicaServer(papers, today=FIRST, page_size=PAGE) as arxiv:
        survey_on(FIRST, arxiv, tmp_path).json("run")
    with ReplicaServer(papers, today=LAST, page_size=PAGE) as arxiv:
        survey = survey_on(LAST, arxiv, tmp_path)
        survey.json("run")
        before = len(arxiv.requests)
        survey.json("run")
        again = [request.channel for request in arxiv.requests[before:]]
    assert again.count(Channel.FEED) == 1
    assert len(again) <= planned(LAST - timedelta(days=3), LAST, papers)
