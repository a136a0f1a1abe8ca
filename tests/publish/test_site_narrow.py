"""Pages on narrow and wide screens: nothing scrolls sideways, formulas scroll, nothing jumps."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.publish.targets import recorded_target
from tests.support.axe import faults
from tests.support.browser import browser
from tests.support.builders import make_decision, make_paper
from tests.support.digest import MONDAY
from tests.support.publish import published
from tests.support.site import PublishedSite, make_site, publish_site

__all__ = ["browser"]

pytestmark = pytest.mark.slow

FORMULA = "$\\sqrt{" + "W" * 55 + "} = 0$"
WORD = "Unbreakable" * 30
URL = "https://example.org/" + "a-very-long-path/" * 20
PAPER = "2603.00400"
_SIDEWAYS = (
    "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
)
_LABELS = """() => [...document.querySelectorAll('.top nav a')]
  .map((one) => [one.textContent, one.getBoundingClientRect().x, one.getBoundingClientRect().y])"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> PublishedSite:
    """A site with a paper whose texts are as wide as texts can be."""
    made = make_site(tmp_path_factory.mktemp("narrow"), hostile=False)
    services = made.services
    paper = make_paper(
        PAPER,
        title=f"Wide {FORMULA} {WORD}",
        abstract=f"We present {WORD}, a loom of {FORMULA}. It is at {URL}. $$ {FORMULA[1:-1]} $$",
        authors=(WORD, "Ada Example"),
        comment=f"Accepted at ICML 2026. Code: {URL}",
        journal_ref=WORD,
    )
    decision = make_decision(PAPER, sections=("agents", "generation-3d"), decided_at=MONDAY)
    with services.open_store() as store:
        store.papers.upsert([paper], seen_at=MONDAY)
        store.decisions.add([replace(decision, note=f"It is {FORMULA} {WORD} {URL}")])
    published(services, recorded_target("digest:2026-W12", services.settings), override="Wide.")
    assert publish_site(services).outcome == "published"
    return made


@pytest.fixture(params=[320, 390, 768, 1280, 1920])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    yield context.new_page()
    context.close()


def _kinds(site: PublishedSite) -> list[Path]:
    """Return a page of each kind that names the wide paper, and the letter."""
    names = (
        *("index.html", "search.html", "issues/index.html", "issues/2026-W12.html"),
        *("sections/agents.html", "why/index.html", "why/2603.html", f"papers/{PAPER}.html"),
        *("papers/2603.00001.html", "2026-W12.html"),
    )
    return [site.folder / name for name in names]


def test_no_page_scrolls_sideways(page: Page, site: PublishedSite) -> None:
    wide = {}
    for path in _kinds(site):
        page.goto(path.as_uri())
        if beyond := page.evaluate(_SIDEWAYS):
            wide[path.name] = beyond
    assert wide == {}


def test_long_formula_scrolls_in_itself(browser: Browser, site: PublishedSite) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    page.goto((site.folder / f"papers/{PAPER}.html").as_uri())
    formula = page.locator(".abstract .formula").first
    assert formula.evaluate("one => one.scrollWidth > one.clientWidth + 100")
    formula.evaluate("one => { one.scrollLeft = 200 }")
    assert formula.evaluate("one => one.scrollLeft") == 200
    assert page.locator("body").evaluate("one => one.scrollLeft") == 0
    assert faults(page) == []
    page.context.close()


def test_navigation_stays_in_its_place(page: Page, site: PublishedSite) -> None:
    places = {}
    for path in _kinds(site)[:-1]:
        page.goto(path.as_uri())
        places[path.name] = page.evaluate(_LABELS)
    assert len({str(one) for one in places.values()}) == 1, places
