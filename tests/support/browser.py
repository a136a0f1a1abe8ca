"""Fixtures for the review site in Chromium, with checks of what every page must satisfy.

Without Chromium the tests are skipped; with LIVING_SURVEY_REQUIRE_BROWSER=1 they fail.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    expect,
    sync_playwright,
)

from tests.support.review import ReviewSite, make_site, session_cookie
from tests.support.serving import served_app

#: contrast of every text with its background after WCAG 2: 4.5 to 1, or 3 to 1 for large text
CONTRAST = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const c = rgb(getComputedStyle(n).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const faults = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    if (!own || !node.checkVisibility() || node.matches('.unseen, .skip')) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(rgb(style.color)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) {
      faults.push(`${node.className || node.tagName}: ${ratio.toFixed(2)}`);
    }
  }
  return faults;
}"""
UNLABELLED = """() => [...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
  .filter((n) => !n.labels.length && !n.ariaLabel).map((n) => n.outerHTML)"""
TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map((n) => n.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}"""

#: press keys one after the other: in Python, a busy machine may take longer than the page waits
KEYS = """(keys) => {
  for (const key of keys) {
    const event = { key, code: `Key${key.toUpperCase()}`, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', event));
  }
}"""

#: the defaults of 5 and 30 seconds fail sound code on a busy machine
_PATIENCE_MS = 300_000
expect.set_options(timeout=_PATIENCE_MS)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, per module because playwright keeps an event loop running."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        reason = "no Chromium on this machine; install one (Debian: apt-get install chromium)"
        if os.environ.get("LIVING_SURVEY_REQUIRE_BROWSER") == "1":
            pytest.fail(f"LIVING_SURVEY_REQUIRE_BROWSER=1, but {reason}")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        new_context = chromium.new_context

        def patient_context(**options: Any) -> BrowserContext:
            context = new_context(**options)
            context.set_default_timeout(_PATIENCE_MS)
            return context

        # Every test opens its contexts here, so that none keeps the default.
        chromium.new_context = patient_context  # type: ignore[method-assign]
        yield chromium
        chromium.close()


@pytest.fixture
def site(tmp_path: Path) -> ReviewSite:
    """A review site with an empty queue."""
    return make_site(tmp_path)


@pytest.fixture
def url(site: ReviewSite) -> Iterator[str]:
    """The address of `site`, served by uvicorn in a thread."""
    with served_app(site.app()) as url:
        yield url


@dataclass
class Watched:
    """A browser tab and the faults seen in it."""

    page: Page
    #: console messages (breaches of the content policy too), script errors, dialogs, foreign hosts
    faults: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        """Record errors and warnings."""
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def on_route(self, route: Route) -> None:
        """Allow requests to this machine only; record others."""
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            self.faults.append(f"request to {route.request.url}")
            route.abort()


def log_in(context: BrowserContext) -> None:
    """Give a context a session, as the printed address does."""
    for name, value in session_cookie().items():
        context.add_cookies([{"name": name, "value": value, "url": "http://127.0.0.1"}])


def go(page: Page, letter: str) -> None:
    """Press `g` and a letter."""
    page.evaluate(KEYS, ["g", letter])


def watch(page: Page) -> Watched:
    """Return a tab whose faults are recorded."""
    watched = Watched(page)
    page.on("console", watched.on_console)
    page.on("pageerror", lambda error: watched.faults.append(f"script: {error}"))
    page.on("dialog", lambda dialog: watched.faults.append(f"dialog: {dialog.message}"))
    page.route("**/*", watched.on_route)
    return watched


@pytest.fixture
def tab(browser: Browser) -> Iterator[Watched]:
    """A watched tab of 1400 by 900 pixels; any fault fails the test at its end."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    log_in(context)
    watched = watch(context.new_page())
    yield watched
    context.close()
    assert watched.faults == []
