"""The message on a first word is whole on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipeline.review.double.rules import TeamRules
from tests.support.browser import browser, log_in, url
from tests.support.review import ReviewSite, make_site

__all__ = ["browser", "url"]

#: whether what was decided has a line of its own, in which the verdict is whole
WHOLE = """() => {
  const badge = document.querySelector("#flash .badge");
  const line = badge.closest("p").getBoundingClientRect();
  const right = badge.getBoundingClientRect().right;
  return right <= line.right && line.width > 250;
}"""


@pytest.fixture
def site(tmp_path: Path) -> ReviewSite:
    """A site where two people read every paper."""
    site = make_site(tmp_path)
    site.rules = TeamRules(percent=100)
    site.fill(("2603.00001", "2603.00002", "2603.00003"))
    return site


def test_message_on_a_word_is_whole_on_a_phone(
    site: ReviewSite, url: str, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    log_in(context)
    page = context.new_page()
    page.goto(f"{url}queue")
    page.locator(".verdicts button, form button.approve").first.click()
    page.get_by_text("Kept. It counts when another person says the same.").wait_for()
    assert page.evaluate(WHOLE)
    context.close()
