"""The inbox in Chromium: one case after another, readable in every mode."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.support.axe import contexts, faults
from tests.support.browser import TWICE, UNLABELLED, Watched, browser, log_in, site, tab, url
from tests.support.builders import make_decision, make_paper
from tests.support.review import START, ReviewSite

__all__ = ["browser", "site", "tab", "url"]  # fixtures, found by pytest through these names

pytestmark = pytest.mark.slow
FIRST = make_paper("2603.00001", title="Drawing with Words", abstract="We draw one cat. " * 20)
SECOND = make_paper("2603.00002", title="Painting with Words " + "x" * 90, abstract="We paint.")


def fill(site: ReviewSite) -> None:
    twin = make_paper("2603.00003", title=FIRST.title, abstract="Another abstract is here.")
    for paper in (FIRST, SECOND, twin, make_paper("2603.00004", abstract="N/A")):
        site.put(paper)
    with site.open_store() as store:
        ids = (FIRST.arxiv_id, SECOND.arxiv_id)
        store.decisions.add(
            [
                make_decision(key, sections=("make-image",), reviewer="bo", decided_at=START)
                for key in ids
            ]
        )
        changed = [
            replace(FIRST, withdrawn=True, abstract="We drew no cat. " * 20, version=2),
            replace(SECOND, title="Painting without Words", journal_ref="J. Paint 7", version=2),
        ]
        store.papers.upsert(changed, seen_at=START + timedelta(days=1))
        store.same_work.find(at_least=0.5, limit=100, now=START)


def test_cases_are_answered_one_after_another(site: ReviewSite, url: str, tab: Watched) -> None:
    fill(site)
    page = tab.page
    page.goto(f"{url}inbox")
    expect(page.locator("del").first).to_have_text("not withdrawn")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#flash")).to_contain_text("Drawing with Words")
    expect(page.locator("#title")).to_have_text("Painting without Words")
    page.locator("#flash").get_by_role("button", name="Undo").click()
    expect(page.locator("#title")).to_have_text("Drawing with Words")


@pytest.mark.parametrize("path", ["/inbox", "/doubles", "/incomplete"])
def test_pages_of_the_inbox_are_accessible_in_every_mode(
    site: ReviewSite, url: str, browser: Browser, path: str
) -> None:
    fill(site)
    found = {}
    for mode, context in contexts(browser).items():
        log_in(context)
        page = context.new_page()
        page.goto(f"{url}{path[1:]}")
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[mode] = [*faults(page), *page.evaluate(UNLABELLED), *page.evaluate(TWICE)]
        found[mode] += [f"{width} px too wide"] if width > 0 else []
        context.close()
    assert found == {mode: [] for mode in found}
