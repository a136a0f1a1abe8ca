"""Hostile texts do nothing on the pages for everybody in Chromium."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from config.reasons import DEFAULT_REASONS
from storage.types import Verdict
from tests.support import http
from tests.support.browser import browser, watch
from tests.support.hostile import MARKUP, TEXT, WOULD_RUN
from tests.support.subscribers import served
from tests.support.suggestions import FILLED_IN, PAPER, Suggesting, suggesting, token_in

__all__ = ["browser"]


@pytest.fixture
def site(tmp_path: Path) -> Suggesting:
    made = suggesting(tmp_path)
    made.hold(title=TEXT, abstract=TEXT, authors=(TEXT,), comment=TEXT)
    return made


@pytest.fixture
def url(site: Suggesting) -> Iterator[str]:
    given = {"suggestions": site.settings, "reasons": DEFAULT_REASONS, "mails": True}
    with served(site.pages, survey=MARKUP, **given) as address:
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["obeyed", "bypassed"])
def test_hostile_texts_do_nothing_on_public_pages(
    site: Suggesting, url: str, browser: Browser, policy: str
) -> None:
    context = browser.new_context(bypass_csp=policy == "bypassed", locale="en")
    watched = watch(context.new_page())
    page = watched.page
    asked = f"{url}/suggestions?kind=wrong-section&arxiv_id={PAPER}"
    form = {"form": token_in(http.get(asked).text), "kind": "missing-paper", "paper": PAPER}
    site.pages.clock.now += FILLED_IN
    texts = {"note": MARKUP, "name": MARKUP, "credited": "1", "section": "agents"}
    sent = http.post(f"{url}/suggestions", data={**form, **texts}, headers={"origin": url})
    assert sent.status_code == 303, sent.text
    site.decide(verdict=Verdict.REJECTED, reason="other", note=TEXT)
    seen, would_run = set(), []
    hostile = quote(MARKUP)
    for path in (
        sent.headers["location"],
        f"/subscribe?lang={hostile}",
        f"/suggestions?kind={hostile}&arxiv_id={hostile}",
        f"/suggestions?kind=accepted-at&arxiv_id={PAPER}&new_value={hostile}",
        f"/confirm/{hostile}",
        f"/preferences/{hostile}",
        f"/unsubscribe/{hostile}",
        f"/{hostile}",
    ):
        page.goto(url + path)
        would_run += [(path, one) for one in page.evaluate(WOULD_RUN)]
        seen |= {path} if "alert(1)" in page.locator("body").inner_text() else set()
    page.goto(f"{url}/subscribe")
    page.get_by_label("Mail address").evaluate("field => field.type = 'text'")
    page.get_by_label("Mail address").fill(MARKUP)
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("alert").wait_for()
    would_run += page.evaluate(WOULD_RUN)
    assert would_run == []
    assert [one for one in watched.faults if "status of 4" not in one] == []
    assert seen
    context.close()
