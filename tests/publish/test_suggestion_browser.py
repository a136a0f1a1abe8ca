"""Suggesting in Chromium, without script, on a screen and a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from config.reasons import DEFAULT_REASONS
from storage.suggestion_types import SuggestionKind
from tests.support import http
from tests.support.axe import contexts, faults
from tests.support.browser import browser, watch
from tests.support.subscribers import served
from tests.support.suggestions import FILLED_IN, PAPER, Suggesting, suggesting, token_in

__all__ = ["browser"]


@pytest.fixture
def site(tmp_path: Path) -> Suggesting:
    made = suggesting(tmp_path)
    made.hold(title="Planning before Drawing")
    return made


@pytest.fixture
def url(site: Suggesting) -> Iterator[str]:
    given = {"suggestions": site.settings, "reasons": DEFAULT_REASONS, "mails": True}
    with served(site.pages, **given) as address:
        yield address


def test_author_suggests_sees_the_answer_and_takes_the_name_back(
    site: Suggesting, url: str, browser: Browser
) -> None:
    context = browser.new_context(
        java_script_enabled=False, locale="en", viewport={"width": 390, "height": 844}
    )
    watched = watch(context.new_page())
    page = watched.page
    page.goto(f"{url}/suggestions")
    page.get_by_role("link", name="A paper is missing", exact=True).click()
    page.get_by_label("arXiv ID or link").fill(f"see https://arxiv.org/pdf/{PAPER}v2")
    page.get_by_label("Where does it belong?").select_option(label="Multimodal agents")
    page.get_by_label("Why?").fill("It plans.")
    page.get_by_text("an author").check()
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_text("You may name me").check()
    site.pages.clock.now += FILLED_IN
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Your suggestion").wait_for()
    page.get_by_text("waits for a reviewer").wait_for()
    page.reload()
    [stored] = site.stored()
    assert (stored.new_value, stored.credited) == ("agents", True)
    site.decide()
    page.reload()
    page.get_by_text("The paper has been in the list since 2026-03-17.").wait_for()
    page.get_by_role("button", name="Erase my name and address").click()
    page.get_by_text("Your name and your address are erased.").wait_for()
    assert site.stored()[0].name == ""
    assert context.cookies() == []
    assert watched.faults == []
    context.close()


def test_form_of_another_site_suggests_nothing(
    site: Suggesting, url: str, browser: Browser
) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    place = f"{url.replace('127.0.0.1', 'localhost')}/suggestions?kind=missing-paper"
    page.goto(place)
    page.get_by_label("arXiv ID or link").fill(PAPER)
    site.pages.clock.now += FILLED_IN
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="This form was sent from another site").wait_for()
    assert not site.stored()
    context.close()


def test_no_page_has_a_fault_of_access(site: Suggesting, url: str, browser: Browser) -> None:
    token = token_in(http.get(f"{url}/suggestions?kind=missing-paper").text)
    site.pages.clock.now += FILLED_IN
    long = {"name": "Ada " * 20, "note": "x" * 500, "section": "agents"}
    form = {"form": token, "kind": "missing-paper", "paper": PAPER, **long}
    sent = http.post(f"{url}/suggestions", data=form, headers={"origin": url})
    page_of = f"{url}{sent.headers['location']}"
    kinds = [f"{url}/suggestions?kind={one.value}&arxiv_id={PAPER}" for one in SuggestionKind]
    visited = [f"{url}/suggestions", *kinds, f"{kinds[0]}&lang=zh", page_of, f"{page_of}?lang=zh"]
    found = []
    for mode, context in contexts(browser).items():
        page = context.new_page()
        for place in visited:
            page.goto(place)
            found += [f"{mode} {place}: {fault}" for fault in faults(page)]
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found += [f"{mode} {place}: too wide"] if wide else []
        page.goto(kinds[0])
        site.pages.clock.now += FILLED_IN
        page.get_by_label("arXiv ID or link").fill("nothing")
        page.locator("button.main").click()
        page.get_by_role("alert").wait_for()
        found += [f"{mode} fault: {fault}" for fault in faults(page)]
        context.close()
    assert "\n".join(found) == ""
