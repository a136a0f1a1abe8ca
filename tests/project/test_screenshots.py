"""The pictures of the documentation can be taken, are small, and are where the pages say."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from docs.generate import site_pictures
from docs.generate.changed_papers import CHANGED, SNAPSHOT, change_papers
from docs.generate.screenshot import IMAGES, SHOTS, photograph
from pipeline.review.web.sessions import login_token
from storage.store import store_opener
from tests.support.browser import browser, site, url
from tests.support.builders import make_decision, make_paper
from tests.support.cli import survey_in_process
from tests.support.review import SECRET, ReviewSite

__all__ = ["browser", "site", "url"]

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
#: bytes of all pictures
MOST = 1_600_000


@pytest.mark.slow
def test_pictures_can_be_taken(
    site: ReviewSite, url: str, browser: Browser, tmp_path: Path
) -> None:
    site.fill([f"2603.{number:05}" for number in range(1, 12)])
    files = photograph(browser, f"{url}?token={login_token(SECRET)}", tmp_path)

    assert [file.name for file in files] == [shot.name for shot in SHOTS]
    for file in files:
        assert file.read_bytes().startswith(b"\x89PNG")
    assert len({file.read_bytes() for file in files[:3]}) == 3


def test_picture_of_the_inbox_has_cases(tmp_path: Path) -> None:
    """The pages of the guide show an empty inbox otherwise."""
    now = datetime(2026, 3, 23, 12, tzinfo=UTC)
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=now.isoformat())
    assert survey.call("init").status == 0
    database = tmp_path / "var" / "survey.duckdb"
    with store_opener(database)() as store:
        decided = now - timedelta(days=7)
        store.papers.upsert([make_paper(key) for key in CHANGED], seen_at=decided)
        store.decisions.add([make_decision(key, decided_at=decided) for key in CHANGED])
    change_papers(database, tmp_path / SNAPSHOT)
    assert survey.call("import", SNAPSHOT, "--accept-old").status == 0
    cases = survey.call("inbox").out
    assert all(key in cases for key in CHANGED)
    assert "withdrawn" in cases
    assert "title" in cases


@pytest.mark.slow
def test_pictures_of_the_site_can_be_taken(browser: Browser, tmp_path: Path) -> None:
    for shot in site_pictures.SHOTS:
        page = tmp_path / "site" / shot.path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"<!doctype html><title>{shot.name}</title><h1>{shot.name}</h1>")
    files = site_pictures.photograph_site(browser, tmp_path / "site", tmp_path)
    assert [file.name for file in files] == [shot.name for shot in site_pictures.SHOTS]
    assert len({file.read_bytes() for file in files}) == len(files)


@pytest.mark.slow
def test_pictures_of_the_site_show_the_demos_day(browser: Browser, tmp_path: Path) -> None:
    for shot in site_pictures.SHOTS:
        page = tmp_path / "site" / shot.path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            "<!doctype html><title>day</title><script>"
            "if (new Date().toISOString().slice(0, 10) === '2026-03-23')"
            " document.documentElement.style.background = 'lime'</script>"
        )
    for file in site_pictures.photograph_site(browser, tmp_path / "site", tmp_path):
        with Image.open(file) as picture:
            assert picture.convert("RGB").getpixel((5, 5)) == (0, 255, 0)


def test_pages_show_pictures_that_exist() -> None:
    shown = {
        (page.parent / address).resolve()
        for page in PAGES
        for address in PICTURE.findall(page.read_text(encoding="utf-8"))
        if "://" not in address
    }
    assert [path for path in shown if not path.is_file()] == []
    assert {IMAGES / shot.name for shot in (*SHOTS, *site_pictures.SHOTS)} <= shown


def test_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) < MOST
