"""The pictures of the documentation can be taken, are small, and are where the pages say."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from docs.generate import site_pictures
from docs.generate.screenshot import IMAGES, SHOTS, photograph
from pipeline.review.web.sessions import login_token
from tests.support.browser import browser, site, url
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
