"""The editor's page in Chromium: a whole session, a phone, zoom, dark colours."""

from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from storage.issue_types import IssueState
from tests.support.browser import CONTRAST, TWICE, UNLABELLED, Watched, browser, go, site, tab, url
from tests.support.builders import make_decision
from tests.support.review import START, ReviewSite

__all__ = ["browser", "site", "tab", "url"]  # fixtures, found by pytest through these names

WEEK = "2026-W11"
IDS = ("2603.00001", "2603.00002", "2603.00003")
WIDE = "document.scrollingElement.scrollWidth"


@pytest.fixture
def week(site: ReviewSite) -> ReviewSite:
    """A site with three papers approved in the week."""
    site.fill(IDS)
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision(key, sections=("agents",), decided_at=START - timedelta(days=3))
                for key in IDS
            ]
        )
    return site


def test_editor_writes_builds_approves(week: ReviewSite, url: str, tab: Watched) -> None:
    page = tab.page
    page.goto(f"{url}queue")
    go(page, "w")
    page.get_by_role("link", name=WEEK).click()
    lead = page.get_by_label("English", exact=True)
    lead.fill("Agents plan pictures.")
    expect(page.locator("#count-en")).to_have_text("21 of 600 characters")
    page.locator(f"[id='place-{IDS[1]}']").fill("1")
    page.locator(f"[id='note-{IDS[0]}']").fill("Read <b>this</b> first.")
    page.get_by_role("button", name="Save and build").click()
    expect(page.locator(".flash")).to_contain_text("Built.")
    expect(lead).to_have_value("Agents plan pictures.")
    expect(page.locator(".papers li").first).to_have_attribute("data-paper", IDS[1])
    letter = page.frame_locator(".preview iframe")
    expect(letter.get_by_text("Agents plan pictures.").last).to_be_visible()
    expect(letter.get_by_text("Read <b>this</b> first.")).to_be_visible()
    page.get_by_role("button", name="Approve the issue").click()
    expect(page.locator("h1")).to_contain_text("approved to send")
    page.get_by_role("button", name="Withdraw approval").click()
    expect(page.locator("h1")).to_contain_text("built")
    page.wait_for_load_state()  # with the script that reads keys
    page.keyboard.press("k")
    page.wait_for_url("**/issue/2026-W10")
    page.keyboard.press("j")
    page.wait_for_url(f"**/issue/{WEEK}")
    with week.open_store() as store:
        assert store.issues.state(WEEK) is IssueState.BUILT
        assert store.issues.edits(WEEK).notes == {IDS[0]: "Read <b>this</b> first."}
    assert tab.faults == []


def test_text_typed_before_the_script_is_loaded_counts(
    week: ReviewSite, url: str, tab: Watched
) -> None:
    page = tab.page
    page.goto(f"{url}queue")
    held: list[Route] = []
    page.route("**/issue.js*", lambda route: held.append(route))  # noqa: PLW0108  its wrapper needs a function
    with page.expect_request("**/issue.js*"):
        page.goto(f"{url}issue/{WEEK}", wait_until="commit")
    page.get_by_label("English", exact=True).fill("Agents plan pictures.")
    counter = page.locator("#count-en")
    assert counter.text_content() == "0 of 600 characters"
    for route in held:
        route.continue_()
    expect(counter).to_have_text("21 of 600 characters")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{url}queue")
    assert tab.faults == ["dialog: "]  # asked whether to leave
    tab.faults.clear()


def test_editions_of_the_preview_are_linked(week: ReviewSite, url: str, tab: Watched) -> None:
    page = tab.page
    page.goto(f"{url}issue/{WEEK}/preview")
    page.get_by_role("link", name="中文").first.click()
    page.wait_for_url(f"**/{WEEK}.zh.html")
    assert page.locator("html").get_attribute("lang") == "zh"
    assert tab.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_issue_fits_a_phone(week: ReviewSite, url: str, tab: Watched, scheme: str) -> None:
    page = tab.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for width in (320, 640):  # 640: a screen of 1,280 at 200 %
        page.set_viewport_size({"width": width, "height": 640})
        for name in ("issues", f"issue/{WEEK}"):
            page.goto(f"{url}{name}")
            assert page.evaluate(WIDE) <= width, name
            assert page.evaluate(CONTRAST) == [], name
            assert page.evaluate(UNLABELLED) == [], name
            assert page.evaluate(TWICE) == [], name
    assert tab.faults == []
