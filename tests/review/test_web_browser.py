"""The review site in Chromium: read, decide, undo, on small and large screens."""

import pytest
from playwright.sync_api import Browser, expect

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
    tab,
    url,
    watch,
)
from tests.support.builders import make_paper, make_prediction
from tests.support.review import SECRET, ReviewSite, scores

__all__ = ["browser", "site", "tab", "url"]  # fixtures, found by pytest through these names

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


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


def test_paper_is_approved_and_undone(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(url)
    expect(page).to_have_title("Queue - Talking Pictures: A Survey")
    card = page.get_by_role("article", name="Drawing with words")
    expect(card.locator("mark").first).to_have_text("diffusion")
    expect(card.get_by_text("What belongs in make-image.")).to_be_hidden()
    card.get_by_text("Definition").first.click()
    expect(card.get_by_text("What belongs in make-image.")).to_be_visible()
    card.get_by_text("Other sections").click()
    card.get_by_label("Agents").check()
    card.get_by_role("button", name="Approve").click()

    message = page.get_by_role("status")
    expect(message).to_contain_text("Approved Drawing with words into Images With words, Agents")
    expect(message).to_be_in_viewport()
    expect(page.get_by_role("article")).to_have_count(2)
    [decision] = site.decisions("2603.00001")
    assert decision.sections == ("make-image", "agents")

    message.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    expect(page.get_by_role("article")).to_have_count(3)


def test_rejected_and_deferred_papers_are_listed(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(f"{url}queue?section=make-image")
    card = page.get_by_role("article", name="A study of paper 2603.00002")
    card.get_by_label("Note").fill("off topic\nreally")
    card.get_by_role("button", name="Reject").click()
    # the browser scrolls to the next paper
    expect(page.get_by_role("article", name="A study of paper cs/0012345")).to_be_in_viewport()
    assert "section=make-image" in page.url
    page.get_by_role("article", name="cs/0012345").get_by_role("button", name="Defer").click()
    page.get_by_role("link", name="Deferred").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="Decisions").click()
    expect(page.get_by_text("off topic really")).to_be_visible()
    page.get_by_role("link", name="A study of paper cs/0012345").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A study of paper cs/0012345")
    assert [each.verdict for each in site.decisions("2603.00002")] == [Verdict.REJECTED]
    assert [each.verdict for each in site.decisions("cs/0012345")] == [Verdict.DEFERRED]


def test_decision_in_a_second_tab_is_noticed(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(url)
    second = page.context.new_page()
    second.goto(url)
    page.get_by_role("article", name="Drawing").get_by_role("button", name="Reject").click()
    second.get_by_role("article", name="Drawing").get_by_role("button", name="Approve").click()
    expect(second.get_by_role("alert")).to_contain_text("Nothing was recorded")
    assert len(site.decisions("2603.00001")) == 1


def test_hostile_text_is_shown_as_text(site: ReviewSite, url: str, tab: Watched) -> None:
    site.put(
        make_paper("2603.00001", title=HOSTILE, abstract=HOSTILE, comment=HOSTILE),
        make_prediction(sections=scores(agents=0.9), terms=(TermWeight("script", 1.0),)),
    )
    page = tab.page
    page.goto(url)
    expect(page.get_by_role("article").get_by_role("heading")).to_have_text(HOSTILE)
    page.get_by_label("Note").fill(HOSTILE)
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_contain_text(HOSTILE)
    page.get_by_role("link", name="Decisions").click()
    expect(page.get_by_role("main").get_by_role("link")).to_have_text(HOSTILE)
    expect(page.locator(".said")).to_have_text(HOSTILE)
    assert page.locator("script, img[src=x]").count() == 0


def test_queue_is_usable_by_keyboard(site: ReviewSite, url: str, tab: Watched) -> None:
    rich(site)
    page = tab.page
    page.goto(url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the papers")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the papers")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.get_by_role("article", name="Drawing").get_by_role("button", name="Reject").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Rejected")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_every_page_fits_the_screen_and_is_readable(
    site: ReviewSite, url: str, browser: Browser, width: int, scheme: str
) -> None:
    rich(site)
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    log_in(context)
    watched = watch(context.new_page())
    page = watched.page
    page.goto(url)
    page.get_by_role("article", name="cs/0012345").get_by_role("button", name="Reject").click()
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
    assert page.get_by_role("heading", name="Queue").is_visible()
    page.goto(f"data:text/html,<a href='{url}queue'>elsewhere</a>")
    page.get_by_role("link").click()
    page.get_by_role("link", name="open the queue").click()
    assert page.get_by_role("heading", name="Queue").is_visible()
    context.close()
