"""The review site in Chromium without its scripts: read, decide, undo, on every screen."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pipeline.review.web.sessions import login_token
from storage.types import FacetScore, TermWeight, Verdict
from tests.support.browser import (
    CONTRAST,
    TWICE,
    UNLABELLED,
    Watched,
    browser,
    log_in,
    site,
    url,
    watch,
)
from tests.support.builders import make_paper, make_prediction
from tests.support.review import SECRET, ReviewSite, scores

__all__ = ["browser", "site", "url"]  # fixtures, found by pytest through these names

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


@pytest.fixture
def tab(browser: Browser) -> Iterator[Watched]:
    """A tab that runs no script of the pages, because everything works without."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, java_script_enabled=False
    )
    log_in(context)
    watched = watch(context.new_page())
    yield watched
    context.close()
    assert watched.faults == []


def rich(site: ReviewSite) -> None:
    """Fill a queue with everything that a card can show."""
    site.put(
        make_paper(
            "2603.00001",
            title="Drawing with words",
            abstract="A video diffusion model that audits clinical images. " * 12,
            comment="Code: https://github.com/ada/a-name-that-is-long/" + "x" * 80,
            version=3,
        ),
        make_prediction(
            in_scope=0.97,
            sections=scores(make_image=0.81, cut_video=0.3),
            facets=(FacetScore("modality", "image", 0.6),),
            terms=(TermWeight("diffusion", 1.5), TermWeight("clinical", -0.4)),
        ),
    )
    site.fill(["2603.00002", "cs/0012345"])


def rows(page: Page) -> Locator:
    return page.locator("#list ol li")


def test_paper_is_approved_and_undone(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(url)
    expect(page).to_have_title("Drawing with words - Queue - Talking Pictures: A Survey")
    card = page.get_by_role("article", name="Drawing with words")
    expect(card.locator("mark").first).to_have_text("diffusion")
    expect(page.get_by_text("What belongs in make-image.")).to_be_hidden()
    page.get_by_text("What belongs in these sections").click()
    expect(page.get_by_text("What belongs in make-image.")).to_be_visible()
    page.get_by_text("Other sections").click()
    page.get_by_role("checkbox", name="Agents").check()
    page.get_by_role("button", name="Approve as ticked").click()

    message = page.get_by_role("status")
    expect(message).to_contain_text("Approved Drawing with words into Images With words, Agents")
    expect(message).to_be_in_viewport()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("article", name="A study of paper 2603.00002")).to_be_visible()
    [decision] = site.decisions("2603.00001")
    assert decision.sections == ("make-image", "agents")

    message.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    expect(rows(page)).to_have_count(3)
    expect(page.get_by_role("article", name="Drawing with words")).to_be_visible()


def test_rejected_and_deferred_papers_are_listed(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(f"{url}queue?section=make-image")
    rows(page).get_by_role("link", name="A study of paper 2603.00002").click()
    page.get_by_label("Note", exact=True).fill("off topic\nreally")
    page.get_by_role("button", name="Other modality").click()
    # the next paper of the same list stands there
    expect(page.get_by_role("article", name="A study of paper cs/0012345")).to_be_visible()
    assert "section=make-image" in page.url
    page.get_by_role("button", name="Defer").click()
    page.get_by_role("link", name="Deferred").click()
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("link", name="Decisions").click()
    expect(page.get_by_text("off topic really")).to_be_visible()
    page.get_by_role("link", name="A study of paper cs/0012345").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A study of paper cs/0012345")
    assert [each.verdict for each in site.decisions("2603.00002")] == [Verdict.REJECTED]
    assert [each.verdict for each in site.decisions("cs/0012345")] == [Verdict.DEFERRED]


def test_session_without_script(site: ReviewSite, url: str, tab: Watched) -> None:
    ids = [f"2603.{number:05}" for number in range(1, 6)]
    site.fill(ids)
    page = tab.page
    page.goto(f"{url}queue?at_least=0")
    shown = page.locator("#paper")
    page.get_by_role("button", name="Approve: Images With words").click()
    expect(shown).to_have_attribute("data-paper", ids[1])
    page.get_by_label("Note", exact=True).fill("A catalogue of kettles.")
    page.get_by_role("button", name="Duplicate").click()
    expect(shown).to_have_attribute("data-paper", ids[2])
    page.get_by_text("Defer until…").click()
    page.get_by_label("a day").fill("2026-04-01")
    page.get_by_role("button", name="Defer until then").click()
    expect(shown).to_have_attribute("data-paper", ids[3])
    page.get_by_role("link", name="Next paper").click()
    expect(shown).to_have_attribute("data-paper", ids[4])
    page.get_by_role("button", name="Undo last").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    expect(rows(page)).to_have_count(3)
    [approved], [rejected], [deferred] = (site.decisions(each) for each in ids[:3])
    assert (approved.verdict, approved.sections) == (Verdict.APPROVED, ("make-image",))
    assert (rejected.verdict, rejected.reason) == (Verdict.REJECTED, "duplicate")
    assert rejected.note == "A catalogue of kettles."
    assert (deferred.verdict, deferred.return_on) == (Verdict.DEFERRED, date(2026, 4, 1))
    assert deferred.undone_by == "ada"


def test_decision_in_a_second_tab_is_noticed(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(url)
    second = page.context.new_page()
    second.goto(url)
    page.get_by_role("button", name="Duplicate").click()
    second.get_by_role("button", name="Approve as ticked").click()
    expect(second.get_by_role("alert")).to_contain_text("Nothing was recorded")
    expect(second.get_by_role("alert")).to_be_focused()
    assert len(site.decisions("2603.00001")) == 1


def test_hostile_text_is_shown_as_text(site: ReviewSite, url: str, tab: Watched) -> None:
    site.put(
        make_paper("2603.00001", title=HOSTILE, abstract=f"A study. {HOSTILE}", comment=HOSTILE),
        make_prediction(sections=scores(agents=0.9), terms=(TermWeight("script", 1.0),)),
    )
    page = tab.page
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    page.get_by_label("Note", exact=True).fill(HOSTILE)
    page.get_by_role("button", name="Not a research paper").click()
    expect(page.get_by_role("status")).to_contain_text(HOSTILE)
    page.get_by_role("link", name="Decisions").click()
    expect(page.get_by_role("main").get_by_role("link").last).to_have_text(HOSTILE)
    expect(page.locator(".said")).to_have_text(HOSTILE)
    assert page.locator("script:not([src]), img[src=x]").count() == 0


def test_verdicts_are_the_first_tab_stops(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(url)
    page.keyboard.press("Tab")  # the box of the first candidate
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve: Images With words")).to_be_focused()
    page.get_by_role("button", name="Reject", exact=True).focus()
    page.keyboard.press("Enter")
    # the question has the focus, at the same paper
    expect(page.get_by_role("group", name="Why is it rejected?")).to_be_focused()
    expect(page.get_by_role("article", name="Drawing with words")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Rejected")
    assert [each.reason for each in site.decisions("2603.00001")] == ["no-language"]
    expect_refusal(tab)


def test_enter_in_a_box_decides_nothing(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(url)
    page.get_by_role("checkbox", name="Images With words").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Nothing is recorded yet: press a verdict.")
    expect(page.get_by_role("article", name="Drawing with words")).to_be_visible()
    assert site.decisions("2603.00001") == []
    expect_refusal(tab)


def expect_refusal(tab: Watched) -> None:
    """Forget that the browser logs an answer with status 400."""
    [logged] = tab.faults
    assert "400 (Bad Request)" in logged
    tab.faults.clear()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (1440, 900), (640, 400)])
def test_first_screen_shows_title_abstract_and_every_button(
    site: ReviewSite, url: str, tab: Watched, width: int, height: int
) -> None:
    """640 by 400 is 1280 by 800 at 200 % zoom."""
    rich(site)
    page = tab.page
    page.set_viewport_size({"width": width, "height": height})
    page.goto(url)
    buttons = "#verdict button:visible" if width > 992 else ".press button:visible"
    for shown in (*page.locator(buttons).all(), page.locator("h1")):
        box = shown.bounding_box()
        assert box is not None
        assert box["y"] >= 0, shown
        assert box["y"] + box["height"] <= height, shown
        assert box["x"] + box["width"] <= width, shown
    press, text = page.locator(".press").bounding_box(), page.locator(".abstract").bounding_box()
    assert press is not None
    assert text is not None
    assert text["y"] + 40 <= (press["y"] if width < 992 else height)


def test_buttons_of_a_phone_are_stuck_to_the_bottom(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    rich(site)
    page = tab.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(url)
    expect(rows(page).first).to_be_hidden()
    page.locator(".fold summary").click()
    expect(rows(page).first).to_be_visible()
    page.locator(".fold summary").click()
    text = page.locator(".abstract")
    clamped = text.bounding_box()
    page.locator(".unfold summary").click()
    whole = text.bounding_box()
    assert clamped is not None
    assert whole is not None
    assert clamped["height"] < whole["height"]
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    reject = page.get_by_role("button", name="Reject", exact=True).bounding_box()
    assert reject is not None
    assert 744 < reject["y"] + reject["height"] <= 844


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_every_page_fits_the_screen_and_is_readable(
    site: ReviewSite, url: str, browser: Browser, width: int, scheme: str
) -> None:
    rich(site)
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=False,
    )
    log_in(context)
    watched = watch(context.new_page())
    page = watched.page
    page.goto(url)
    page.goto(f"{url}queue?paper=cs/0012345")
    page.get_by_role("button", name="Duplicate").click()
    for address in (
        "queue",
        "queue?section=cut-video",
        "paper/cs/0012345",
        "decisions",
        "deferred",
    ):
        page.goto(url + address)
        page.evaluate("() => document.querySelectorAll('details').forEach((d) => d.open = true)")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(CONTRAST) == [], address
        assert page.evaluate(UNLABELLED) == [], address
        assert page.evaluate(TWICE) == [], address
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("main")).to_have_count(1)
    assert watched.faults == []
    context.close()


def test_the_printed_address_is_opened_once(url: str, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    answer = page.goto(f"{url}queue")
    assert answer is not None
    assert answer.status == 403
    assert page.get_by_role("heading").inner_text() == "Open the queue with its printed address."
    page.goto(f"{url}?token={login_token(SECRET)}")
    assert page.url == f"{url}queue"
    assert page.get_by_role("link", name="Queue").is_visible()
    page.goto(f"data:text/html,<a href='{url}queue'>elsewhere</a>")
    page.get_by_role("link").click()
    page.get_by_role("link", name="open the queue").click()
    assert page.get_by_role("link", name="Queue").is_visible()
    context.close()
