"""The site's pages of a paper whose key is a DOI of hostile signs, in Chromium from a disk."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.paper_key import key_address, key_stem
from storage.types import Source
from tests.support.axe import faults
from tests.support.browser import browser
from tests.support.builders import SUBMITTED, make_decision, make_paper
from tests.support.site import REVIEWER, PublishedSite, make_site, publish_site

__all__ = ["browser"]  # a fixture, found by pytest through this name

pytestmark = pytest.mark.slow

KEY = "doi:10.1002/(sici)1521(1999)<1::aid-\"'&;>3.0.co;2-#?%41"
TITLE = "Otters that Draw"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> PublishedSite:
    made = make_site(tmp_path_factory.mktemp("site"), hostile=False)
    paper = make_paper(KEY, title=TITLE, categories=(), primary_category="", source=Source.CORPUS)
    with made.services.open_store() as store:
        store.papers.upsert([paper], seen_at=SUBMITTED)
        store.decisions.add(
            [make_decision(KEY, decided_at=SUBMITTED, reviewer=REVIEWER, sections=("agents",))]
        )
    report = publish_site(made.services)
    assert not report.error, report.error
    return made


@pytest.fixture
def page(browser: Browser, site: PublishedSite) -> Page:
    context = browser.new_context()
    return context.new_page()


def test_search_selection_and_page_lead_to_it(page: Page, site: PublishedSite) -> None:
    root = site.folder.as_uri()
    seen: list[str] = []
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.goto(f"{root}/search.html")
    expect(page.locator("#search[data-complete]")).to_be_visible()
    page.get_by_role("searchbox").fill("otters draw")
    found = page.locator("#search li.paper")
    assert found.evaluate_all("all => all.map(one => one.dataset.paper)") == [KEY]
    page.get_by_role("checkbox", name=f"Select: {TITLE}").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="BibTeX").click()
    assert (
        Path(download.value.path())
        .read_text(encoding="utf-8")
        .startswith(f"@misc{{{key_stem(KEY)},")
    )
    found.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert page.url == f"{root}/papers/{key_stem(KEY)}.html"
    link = page.get_by_role("link", name="Read at the publisher")
    assert link.get_attribute("href") == key_address(KEY)
    assert page.get_by_role("link", name="PDF").count() == 0
    assert "arXiv" not in page.locator("main").inner_text()
    assert faults(page) == []
    assert seen == []


def test_reader_is_told_why_by_its_doi(page: Page, site: PublishedSite) -> None:
    page.goto(f"{site.folder.as_uri()}/why/index.html")
    page.get_by_label("arXiv ID").fill(KEY.upper())
    page.get_by_role("button", name="Find").click()
    answer = page.locator(".answer-of")
    expect(answer).to_contain_text("In the list.")
    answer.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
