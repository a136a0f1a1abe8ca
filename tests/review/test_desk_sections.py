"""The search for a section in Chromium, and the line that says where an approval goes."""

import re

from playwright.sync_api import Browser, Page, expect

from storage.types import Verdict
from tests.support.browser import Watched, browser, log_in, site, tab, url
from tests.support.builders import make_paper, make_prediction
from tests.support.review import ReviewSite, scores

__all__ = ["browser", "site", "tab", "url"]  # fixtures, found by pytest through these names

ALL = "queue?at_least=0"
IDS = tuple(f"2603.{number:05}" for number in range(1, 4))
LISTED = "#sections fieldset label:visible"


def opened(site: ReviewSite, url: str, tab: Watched) -> Page:
    """Open papers whose one candidate is ticked by the model."""
    site.fill(IDS)
    tab.page.goto(url + ALL)
    return tab.page


def shows(page: Page, arxiv_id: str) -> None:
    expect(page.locator("#paper")).to_have_attribute("data-paper", arxiv_id)


def into(page: Page, names: str) -> None:
    expect(page.locator("#into")).to_have_text(f"Approve into: {names}")
    expect(page.locator("#into")).to_be_in_viewport()


def search(page: Page, text: str) -> None:
    page.keyboard.press("s")
    expect(page.locator("#section-filter")).to_be_focused()
    page.keyboard.type(text)


def test_search_hides_neither_candidates_nor_ticked_sections(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    page = opened(site, url, tab)
    candidate = page.get_by_role("button", name="Approve: Images With words")
    into(page, "Images With words")
    search(page, "agent")
    expect(page.locator(LISTED)).to_have_text([re.compile("Agents")])
    expect(page.locator(LISTED)).to_be_in_viewport()
    expect(page.locator("#sections legend:visible")).to_have_count(1)
    expect(candidate).to_be_visible()
    page.locator(LISTED).click()
    page.locator("#section-filter").fill("cut")
    expect(page.locator(LISTED)).to_have_count(2)
    page.locator("#section-filter").fill("nothing like this")
    expect(page.get_by_text("No other section is named like that.")).to_be_visible()
    expect(page.locator(LISTED)).to_have_text([re.compile("Agents")])
    into(page, "Images With words, Agents")


def test_escape_clears_the_search(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    search(page, "agent")
    page.keyboard.press("Escape")
    expect(page.locator("#section-filter")).to_have_value("")
    expect(page.locator("#section-filter")).not_to_be_focused()
    expect(page.locator(LISTED)).to_have_count(3)
    expect(page.locator(".found")).to_have_count(0)
    page.keyboard.press("a")
    shows(page, IDS[1])
    expect(page.locator("#flash")).to_contain_text("into Images With words")
    assert site.decisions(IDS[0])[-1].sections == ("make-image",)


def test_section_found_replaces_the_tick_of_the_model(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    page = opened(site, url, tab)
    search(page, "agent")
    page.keyboard.press("Enter")
    into(page, "Agents")
    expect(page.locator("#section-filter")).to_have_value("")
    page.keyboard.press("a")
    shows(page, IDS[1])
    into(page, "Images With words")
    expect(page.locator("#flash")).to_contain_text("into Agents")
    assert site.decisions(IDS[0])[-1].sections == ("agents",)


def test_section_found_is_added_to_ticks_by_hand(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    for text in ("agent", "cut"):
        search(page, text)
        page.keyboard.press("Enter")
    into(page, "Cutting Videos, Agents")
    page.get_by_role("checkbox", name="Images With words").check()
    into(page, "Images With words, Cutting Videos, Agents")
    page.keyboard.press("a")
    shows(page, IDS[1])
    page.get_by_role("checkbox", name="Images With words").uncheck()
    expect(page.locator("#into")).to_be_hidden()
    page.get_by_role("checkbox", name="Images With words").check()
    search(page, "agent")
    page.keyboard.press("Enter")
    into(page, "Images With words, Agents")
    expect(page.locator("#flash")).to_contain_text("Approved")
    assert site.decisions(IDS[0])[-1].sections == ("make-image", "cut-video", "agents")


def test_search_ticks_a_candidate_that_alone_fits(site: ReviewSite, url: str, tab: Watched) -> None:
    site.put(
        make_paper(IDS[0]), make_prediction(IDS[0], sections=scores(make_image=0.6, agents=0.3))
    )
    tab.page.goto(url + ALL)
    search(tab.page, "agent")
    expect(tab.page.locator(".candidate.found")).to_contain_text("Agents")
    tab.page.keyboard.press("Enter")
    into(tab.page, "Agents")


def test_sections_of_an_approval_stay_when_one_is_found(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    page = opened(site, url, tab)
    page.keyboard.press("1")
    expect(page.locator("#flash")).to_contain_text("Approved")
    page.goto(f"{url}paper/{IDS[0]}")
    search(page, "agent")
    page.keyboard.press("Enter")
    into(page, "Images With words, Agents")


def test_question_goes_with_its_answer_and_its_paper(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    other = opened(site, url, tab)
    page = other.context.new_page()  # not watched, because its browser reports the refusal
    page.goto(url + ALL)
    page.keyboard.press("r")
    question = page.get_by_text("Why is it rejected?")
    expect(question).to_be_visible()
    other.keyboard.press("1")
    expect(other.locator("#flash")).to_contain_text("Approved")
    page.keyboard.press("2")  # a reason; the other tab was faster
    expect(page.locator("#asked")).to_contain_text("Nothing was recorded.")
    shows(page, IDS[0])
    expect(question).to_have_count(0)
    page.get_by_role("link", name=re.compile("Keep theirs")).click()
    shows(page, IDS[1])
    page.wait_for_load_state()
    page.keyboard.press("r")
    expect(question).to_be_visible()
    page.keyboard.press("j")
    shows(page, IDS[2])
    expect(question).to_have_count(0)
    page.keyboard.press("k")
    shows(page, IDS[1])
    page.keyboard.press("1")  # a candidate again, no reason
    shows(page, IDS[2])
    expect(page.locator("#flash")).to_contain_text("Approved")
    assert site.decisions(IDS[1])[-1].verdict is Verdict.APPROVED


def test_candidates_of_a_phone_show_their_whole_names(
    site: ReviewSite, url: str, browser: Browser
) -> None:
    site.put(
        make_paper(IDS[0]),
        make_prediction(IDS[0], sections=scores(make_image=0.6, make_video=0.3, agents=0.2)),
    )
    cut = """() => [...document.querySelectorAll('.candidate .what')]
      .filter((n) => n.scrollHeight > n.clientHeight + 1 || n.scrollWidth > n.clientWidth + 1
        || n.getBoundingClientRect().right > n.closest('button').getBoundingClientRect().right)
      .map((n) => n.textContent)"""
    longer = "n => { n.lastChild.textContent = ' Image editing, language models and agents'; }"
    for width, height in ((320, 568), (390, 844), (700, 844)):
        context = browser.new_context(viewport={"width": width, "height": height})
        log_in(context)
        page = context.new_page()
        page.goto(url + ALL)
        for name in page.locator(".candidate .what").all():
            name.evaluate(longer)
        assert page.locator(".candidate .what").count() == 3
        assert page.evaluate(cut) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = [one.bounding_box() for one in page.locator(".candidate button").all()]
        if height > 700:  # on a low screen they scroll in one line
            assert all(box and 0 <= box["x"] <= width - box["width"] for box in boxes)
        assert page.locator(".press").evaluate("n => n.offsetHeight") < height * 0.4
        context.close()
