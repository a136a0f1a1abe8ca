"""A team in Chromium: two accounts at once, an invitation, and pages without a fault of access."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipeline.review.accounts import acts
from tests.support.accounts import PASSWORD
from tests.support.axe import contexts, faults
from tests.support.browser import CONTRAST, TWICE, UNLABELLED, Watched, browser, watch
from tests.support.serving import served_app
from tests.support.team import TeamSite, make_team

__all__ = ["browser"]

DAY = timedelta(days=1)
LONG_NAME = "A Fictional Survey of Multimodal Generation"
NEW = "eleven herons cross a frozen harbour"


@pytest.fixture
def place(tmp_path: Path) -> TeamSite:
    place = make_team(tmp_path, "bo")
    place.site.fill([f"2603.{number:05}" for number in range(1, 9)])
    return place


@pytest.fixture
def url(place: TeamSite) -> Iterator[str]:
    """The address of the team's site, served by uvicorn in a thread."""
    with served_app(place.app()) as url:
        yield url


@pytest.fixture
def people(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Two browsers of two people."""
    found = [browser.new_context(viewport={"width": 1400, "height": 900}) for _ in range(2)]
    yield found
    for one in found:
        one.close()


def log_in(page: Page, url: str, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{url}queue")
    expect(page).to_have_url(f"{url}login?next=/queue")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{url}queue")
    page.wait_for_load_state()  # keys are taken once the script runs


def decide(page: Page, many: int) -> None:
    """Reject papers with the keyboard, one after the other.

    A paper can come by itself, in place of one that the other person reads. Keys are not taken for
    it at first, and are pressed again.
    """
    paper = page.locator("article[data-paper]:not([aria-busy=true])")
    question = page.locator("#status").get_by_text("Why is it rejected?")
    for _ in range(many):
        before = paper.get_attribute("data-paper")
        while paper.get_attribute("data-paper") == before:
            page.keyboard.press("r")
            if question.is_visible():
                page.keyboard.press("1")


def test_two_people_decide_at_once_under_their_names(
    place: TeamSite, url: str, people: list[BrowserContext]
) -> None:
    tabs: list[Watched] = [watch(one.new_page()) for one in people]
    for tab, name in zip(tabs, ("ada", "bo"), strict=True):
        log_in(tab.page, url, name)
        expect(tab.page.get_by_role("link", name=name, exact=True)).to_be_visible()
    for _ in range(3):
        for tab in tabs:
            decide(tab.page, 1)
    for tab in tabs:
        expect(tab.page.locator("#done-today")).to_have_text("3")
        assert tab.faults == []
    with place.site.open_store() as store:
        by = [one.reviewer for one in store.decisions.recent(99)]
    assert sorted(by) == ["ada"] * 3 + ["bo"] * 3


def test_ended_session_keeps_the_verdict_until_the_next_login(
    place: TeamSite, url: str, people: list[BrowserContext]
) -> None:
    context = people[0]
    page = context.new_page()
    log_in(page, url, "bo")
    paper = page.locator("article[data-paper]").get_attribute("data-paper")
    with place.site.open_store() as store:
        acts.end_sessions(store, "bo", place.team.by())
    page.keyboard.press("r")
    page.keyboard.press("1")
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("The session has ended.")
    trouble.get_by_role("button").click()
    expect(trouble).to_contain_text("Log in again in another tab, then try again.")
    second = context.new_page()
    log_in(second, url, "bo")
    trouble.get_by_role("button").click()
    expect(trouble).to_be_hidden()
    expect(page.locator("#done-today")).to_have_text("1")
    assert [one.reviewer for one in place.site.decisions(str(paper))] == ["bo"]


def test_admin_invites_somebody_who_chooses_a_password(
    url: str, people: list[BrowserContext]
) -> None:
    admin, guest = (watch(one.new_page()) for one in people)
    page = admin.page
    log_in(page, url, "ada")
    page.get_by_role("link", name="ada", exact=True).click()
    page.get_by_role("link", name="Accounts of the team").click()
    page.locator("main #name").fill("cy")
    page.get_by_role("button", name="Add and make a link").click()
    link = page.get_by_label("Link, until").input_value()
    other = guest.page
    other.goto(link)
    expect(other.get_by_text("It is for the account cy.")).to_be_visible()
    other.get_by_label("New password").fill(NEW)
    other.get_by_label("The same again").fill(NEW)
    other.get_by_role("button", name="Set the password").click()
    expect(other.get_by_text("The password is set.")).to_be_visible()
    log_in(other, url, "cy", NEW)
    page.goto(f"{url}accounts")
    page.get_by_role("button", name="Disable cy").click()
    expect(page.get_by_text("The account is disabled")).to_be_visible()
    other.goto(f"{url}queue")
    expect(other).to_have_url(f"{url}login?next=/queue")
    assert admin.faults == guest.faults == []


@pytest.mark.slow
def test_pages_of_a_team_have_no_fault_of_access(
    place: TeamSite, url: str, browser: Browser
) -> None:
    found = []
    for mode, context in contexts(browser).items():
        page = context.new_page()
        with place.site.open_store() as store:
            token, _ = acts.make_link(store, "bo", place.team.by(), lasts=DAY)
        for path in ("login", f"password?link={token}"):
            page.goto(url + path)
            found += _faults(page, f"{mode} {path}")
        page.goto(f"{url}login")
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        found += _faults(page, f"{mode} wrong")
        log_in(page, url, "ada")
        for path in ("account", "accounts", "trail", "queue"):
            page.goto(url + path)
            found += _faults(page, f"{mode} {path}")
        context.close()
    assert "\n".join(found) == ""


def test_typed_password_is_shown_while_the_box_is_ticked(
    place: TeamSite, browser: Browser, url: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}login")
    field, box = page.get_by_label("Password"), page.get_by_label("Show what is typed")
    expect(field).to_have_attribute("type", "password")
    box.check()
    expect(field).to_have_attribute("type", "text")
    box.uncheck()
    expect(field).to_have_attribute("type", "password")
    box.check()
    page.get_by_label("Name").fill("ada")
    field.fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{url}queue")
    page.goto(f"{url}account")
    page.get_by_label("Show what is typed").check()
    for name in ("Present password", "New password", "The same again"):
        expect(page.get_by_label(name)).to_have_attribute("type", "text")
    context.close()


def test_tables_fit_a_phone(browser: Browser, url: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    log_in(page, url, "ada")
    page.goto(f"{url}board")
    page.get_by_label("Section").first.select_option(index=1)
    page.get_by_label("Person").nth(1).fill("ada")
    page.get_by_role("button", name="Assign the section").click()
    expect(page.locator(".held li").first).to_be_visible()
    for path in ("account", "accounts", "board", "trail"):
        page.goto(url + path)
        tables = page.locator(".wide")
        expect(tables.first).to_be_visible()
        for number in range(tables.count()):
            sizes = tables.nth(number).evaluate("box => [box.scrollWidth, box.clientWidth]")
            assert sizes[0] <= sizes[1], (path, sizes)
    expect(page.locator("td[data-head=Act]").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [1280, 1440])
def test_bar_of_a_team_shows_the_whole_name(browser: Browser, url: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    log_in(page, url, "ada")
    name = page.locator(".survey span")
    name.evaluate("(name, text) => name.textContent = text", LONG_NAME)
    shown, whole = name.evaluate("name => [name.clientHeight, name.scrollHeight]")
    assert 0 < whole <= shown + 1  # sizes are rounded
    assert page.evaluate("document.querySelector('.top').scrollWidth") == width
    context.close()


def _faults(page: Page, where: str) -> list[str]:
    wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    more = [*page.evaluate(CONTRAST), *page.evaluate(UNLABELLED), *page.evaluate(TWICE)]
    if wide > 0:
        more.append(f"{wide} px too wide")
    return [f"{where}: {fault}" for fault in [*faults(page), *more]]
