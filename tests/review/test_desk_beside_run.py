"""Papers are decided in Chromium while a process of `run` writes the same database."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pipeline.demo.replica.server import ReplicaServer
from tests.support.arxiv import make_record, noon
from tests.support.browser import Watched, browser, tab, url
from tests.support.cli import PATIENCE_SECONDS, survey_at
from tests.support.review import ReviewSite
from tests.support.storage import migrated

__all__ = ["browser", "tab", "url"]  # fixtures, found by pytest through these names

TUESDAY = date(2026, 3, 17)
IDS = tuple(f"2603.{number:05}" for number in range(1, 15))
NEW = 60


@pytest.fixture
def site(tmp_path: Path) -> ReviewSite:
    """A site over the database that commands in `tmp_path` use."""
    return ReviewSite(migrated(tmp_path / "var/survey.duckdb"))


@pytest.mark.slow
def test_ten_papers_are_decided_while_run_writes(
    site: ReviewSite, url: str, tab: Watched, tmp_path: Path
) -> None:
    site.fill(IDS)
    page = tab.page
    page.goto(f"{url}queue?at_least=0")
    papers = [make_record(number, TUESDAY) for number in range(101, 101 + NEW)]
    with ReplicaServer(papers, today=TUESDAY, page_size=5) as arxiv:
        survey = survey_at(tmp_path, url=arxiv.url, now=noon(TUESDAY).isoformat())
        command = [sys.executable, "-m", "pipeline", "run"]
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=survey.env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        while not arxiv.requests and process.poll() is None:
            page.wait_for_function("true")
        for number, arxiv_id in enumerate(IDS[:10]):
            expect(page.locator("#paper")).to_have_attribute(
                "data-paper", arxiv_id, timeout=PATIENCE_SECONDS * 100
            )
            for key in "d" if number % 2 else "r1":
                page.keyboard.press(key)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, said
    last = page.locator("#flash")
    expect(last).to_contain_text(IDS[9], timeout=PATIENCE_SECONDS * 100)
    expect(page.locator("#trouble")).to_be_hidden()
    assert [len(site.decisions(each)) for each in IDS] == [1] * 10 + [0] * 4
    with site.open_store() as store:
        assert len(store.papers.held([f"2603.{101 + n:05}" for n in range(NEW)])) == NEW
