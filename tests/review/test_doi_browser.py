"""The desk and the page of a paper whose key is a DOI of hostile signs, in Chromium."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from storage.paper_key import key_address
from storage.types import Source, Verdict
from tests.support.axe import faults
from tests.support.browser import TWICE, Watched, browser, site, tab, url
from tests.support.builders import make_paper
from tests.support.review import ReviewSite

__all__ = ["browser", "site", "tab", "url"]  # fixtures, found by pytest through these names

pytestmark = pytest.mark.slow

KEY = "doi:10.1002/(sici)1521(1999)<1::aid-\"'&;>3.0.co;2-#?%41"
TITLE = "Otters that Draw"


def put(site: ReviewSite) -> None:
    """Put a work that is not at arXiv into the queue, as a corpus describes it."""
    paper = make_paper(
        KEY, title=TITLE, categories=(), primary_category="", source=Source.CORPUS, versions=()
    )
    site.put(paper)


def test_paper_is_opened_decided_and_undone(site: ReviewSite, url: str, tab: Watched) -> None:
    put(site)
    page = tab.page
    page.goto(f"{url}queue")
    card = page.get_by_role("article", name=TITLE)
    link = card.get_by_role("link", name=KEY, exact=True)
    assert link.get_attribute("href") == key_address(KEY)
    assert card.get_by_role("link", name="PDF").count() == 0
    assert card.get_by_text("published 2026-03-16").count() == 1
    assert card.get_by_text("version").count() == 0
    assert faults(page) == []
    assert page.evaluate(TWICE) == []
    card.get_by_role("link", name="All reasons").click()
    page.wait_for_url(lambda address: "/paper/" in address)
    assert page.evaluate("() => decodeURIComponent(location.pathname)") == f"/paper/{KEY}"
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.get_by_role("button", name="Approve").first.click()
    page.wait_for_url(lambda address: "done=" in address)
    [decision] = site.decisions(KEY)
    assert decision.verdict is Verdict.APPROVED
    page.goto(f"{url}paper/{quote(KEY)}")
    expect(page.get_by_role("article", name=TITLE)).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Taken back:")).to_be_visible()
    assert site.decisions(KEY)[0].undone_by is not None


@pytest.mark.parametrize("typed", [KEY, KEY.upper(), key_address(KEY)])
def test_search_finds_it_in_every_notation(
    site: ReviewSite, url: str, tab: Watched, typed: str
) -> None:
    put(site)
    site.fill(["2603.00001"])
    page = tab.page
    page.goto(f"{url}queue")
    search = page.get_by_role("searchbox").first
    search.fill(typed)
    search.press("Enter")
    expect(page.get_by_role("article", name=TITLE)).to_be_visible()
