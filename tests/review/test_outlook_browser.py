"""Queue health and planner in Chromium: the slider, a session, phone and dark."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import CONTRAST, TWICE, UNLABELLED, Watched, browser, site, tab, url
from tests.support.outlook import fill_weeks
from tests.support.review import ReviewSite

__all__ = ["browser", "site", "tab", "url"]  # fixtures, found by pytest through these names

PAGES = ("queue-health", "plan", "decisions", "deferred", "audit")


def test_slider_tells_the_row_and_saves_it(site: ReviewSite, url: str, tab: Watched) -> None:
    fill_weeks(site)
    page = tab.page
    page.goto(f"{url}queue-health?limit=50")
    said = page.locator("#limit-said")
    expect(said).to_contain_text("Limit 50 % · Papers a week 7.0")
    page.get_by_label("Limit in percent").press("ArrowLeft")
    expect(said).to_contain_text("Limit 45 %")
    page.get_by_label("Limit in percent").press("Home")
    expect(said).to_contain_text("Limit 0 % · Papers a week 14.0")
    expect(page.locator('tr[aria-current="true"]')).to_contain_text("0 %")
    page.get_by_role("button", name="Use 0 % as my limit").click()
    expect(page.locator(".flash")).to_contain_text("0 % is your limit now.")
    assert tab.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone(site: ReviewSite, url: str, tab: Watched, scheme: str) -> None:
    fill_weeks(site)
    page = tab.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 320, "height": 640})
    for name in PAGES:
        page.goto(f"{url}{name}")
        wide = "document.scrollingElement.scrollWidth"
        assert page.evaluate(wide) <= 320, name
        assert page.evaluate(CONTRAST) == [], name
        assert page.evaluate(UNLABELLED) == [], name
        assert page.evaluate(TWICE) == [], name
    assert tab.faults == []
