"""A reader's whole way in Chromium: subscribe, confirm, choose, leave, delete; without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from storage.subscriber_types import How
from tests.support import http
from tests.support.axe import contexts, faults
from tests.support.browser import browser, watch
from tests.support.subscribers import PublicPages, public_pages, served

__all__ = ["browser"]

ADA = "ada@example.org"


@pytest.fixture
def pages(tmp_path: Path) -> PublicPages:
    return public_pages(tmp_path, notice_url="https://example.org/privacy")


@pytest.fixture
def url(pages: PublicPages) -> Iterator[str]:
    with served(pages, about_url="https://survey.example.org") as address:
        yield address


def ask(page: Page, url: str, address: str) -> None:
    page.goto(f"{url}/subscribe")
    page.get_by_label("Mail address").fill(address)
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("heading", name="Look into your mailbox").wait_for()


def join(pages: PublicPages, url: str, address: str) -> str:
    """Subscribe and confirm without the browser; return the subscriber ID."""
    headers = {"origin": url}
    assert http.post(f"{url}/subscribe", data={"address": address}, headers=headers).is_success
    [asked] = [one for one in pages.waiting() if one.address == address]
    assert http.post(pages.links.confirm(asked.confirmation_id)).is_success
    return asked.subscriber_id


def test_reader_walks_from_the_form_to_deletion(
    pages: PublicPages, url: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en")
    watched = watch(context.new_page())
    page = watched.page
    page.goto(f"{url}/subscribe")
    page.get_by_label("Mail address").fill(ADA)
    page.get_by_text("once a month").check()
    page.get_by_text("Sections: all sections").click()
    page.get_by_label("Multimodal agents").check()
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("heading", name="Look into your mailbox").wait_for()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Send it again").click()
    asked = pages.waiting()
    assert len(asked) == 2

    page.goto(pages.links.confirm(asked[0].confirmation_id))
    assert pages.recipients() == ()
    page.get_by_role("button", name="Yes, subscribe me").click()
    page.get_by_role("heading", name="You are subscribed").wait_for()
    [recipient] = pages.recipients()
    assert (recipient.address, recipient.sections) == (ADA, ("agents",))
    assert recipient.rhythm.value == "monthly"

    page.get_by_role("link", name="See and change your choices").click()
    page.get_by_role("heading", name="Your subscription").wait_for()
    assert page.get_by_label("once a month").is_checked()
    page.get_by_text("every week").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your choices are saved.").wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    page.get_by_text("Resumed.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all that is held of you").click()
    assert ADA in download.value.path().read_text(encoding="utf-8")

    page.goto(pages.links.unsubscribe(recipient.subscriber_id))
    assert len(pages.recipients()) == 1
    page.get_by_role("button", name="Unsubscribe").click()
    page.get_by_role("heading", name="You are unsubscribed").wait_for()
    assert pages.recipients() == ()

    page.goto(pages.links.preferences(recipient.subscriber_id))
    page.get_by_role("button", name="Delete my data").click()
    page.get_by_role("button", name="Yes, delete").click()
    page.get_by_role("heading", name="Your data are deleted").wait_for()
    assert ADA not in pages.snapshot()
    assert context.cookies() == []
    assert watched.faults == []
    context.close()


def test_browser_sends_the_origin_that_the_form_needs(
    pages: PublicPages, url: str, browser: Browser
) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    ask(page, url, ADA)
    [request] = sent
    assert request.all_headers()["origin"] == url
    # The same form on another site, which is `localhost` here, subscribes nobody.
    page.goto(url.replace("127.0.0.1", "localhost") + "/subscribe")
    page.get_by_label("Mail address").fill("bo@example.org")
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("heading", name="This form was sent from another site").wait_for()
    assert len(pages.waiting()) == 1
    context.close()


def test_no_page_has_a_fault_of_access(pages: PublicPages, url: str, browser: Browser) -> None:
    key, left = join(pages, url, ADA), join(pages, url, "left@example.org")
    with pages.open_store() as store:
        store.subscribers.leave(left, How.PAGE, pages.clock())
    bo = {"address": "bo@example.org", "section": "agents"}
    http.post(f"{url}/subscribe", data=bo, headers={"origin": url})
    [asked] = [one for one in pages.waiting() if one.address == "bo@example.org"]
    links = pages.links
    visited = [
        *(f"{url}/subscribe", f"{url}/subscribe?lang=zh", f"{url}/nothing"),
        *(links.confirm(asked.confirmation_id), links.preferences(key), links.unsubscribe(key)),
        *(links.preferences(left), links.unsubscribe(left)),
    ]
    found = []
    for mode, context in contexts(browser).items():
        page = context.new_page()
        for place in visited:
            page.goto(place)
            for summary in page.locator("summary").all():
                summary.click()
            found += [f"{mode} {place}: {fault}" for fault in faults(page)]
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found += [f"{mode} {place}: too wide"] if wide else []
        page.goto(links.preferences(key))
        page.locator("button.danger").click()
        found += [f"{mode} delete: {fault}" for fault in faults(page)]
        context.close()
    assert "\n".join(found) == ""
