"""Take the pictures of the site in docs/images; `make screenshot` calls this."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from docs.generate.shots import Shot, photograph_page

#: the day of the demo's digest: the page compares the promise with the browser's clock, and the
#: real one would call the demo late
DAY = datetime(2026, 3, 23, 12, tzinfo=UTC)
#: a paper of the demo with a sentence about where it is accepted
_PAPER = "papers/2603.90104.html"

SHOTS = (
    Shot("site.png", "index.html", height=720),
    Shot("site-paper-dark.png", _PAPER, dark=True, height=720),
    Shot("site-phone.png", _PAPER, width=390, height=844),
)


def photograph_site(browser: Browser, site: Path, folder: Path) -> tuple[Path, ...]:
    """Open a site's pages from the disk, take every picture and return the files."""
    files = []
    for shot in SHOTS:
        context = shot.context(browser)
        page = context.new_page()
        page.clock.set_fixed_time(DAY)
        page.goto((site / shot.path).as_uri())
        photograph_page(page, folder / shot.name)
        files.append(folder / shot.name)
        context.close()
    return tuple(files)
