"""The desk in Chromium with its scripts: mouse, fields, Tab, a second tab, back and reload."""

from playwright.sync_api import Page, expect

from storage.types import Verdict
from tests.support.browser import Watched, browser, site, tab, url
from tests.support.builders import make_paper, make_prediction
from tests.support.review import START, ReviewSite

__all__ = ["browser", "site", "tab", "url"]  # fixtures, found by pytest through these names

ALL = "queue?at_least=0"
IDS = tuple(f"2603.{number:05}" for number in range(1, 5))


def opened(site: ReviewSite, url: str, tab: Watched) -> Page:
    site.fill(IDS)
    tab.page.goto(url + ALL)
    return tab.page


def shows(page: Page, arxiv_id: str) -> None:
    expect(page.locator("#paper")).to_have_attribute("data-paper", arxiv_id)


def test_paper_is_approved_and_undone_by_mouse(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    page.get_by_text("Other sections").click()
    page.get_by_role("checkbox", name="Agents").check()
    page.get_by_role("button", name="Approve as ticked").click()
    shows(page, IDS[1])
    flash = page.locator("#flash")
    expect(flash).to_contain_text(f"A study of paper {IDS[0]} into Images With words, Agents")
    expect(flash).to_be_in_viewport()
    assert site.decisions(IDS[0])[-1].sections == ("make-image", "agents")
    flash.get_by_role("button", name="Undo").click()
    shows(page, IDS[0])
    expect(flash).to_contain_text("Taken back")
    expect(page.locator("#list li[data-verdict]")).to_have_count(0)


def test_tab_leads_to_the_verdicts_of_each_paper(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    for arxiv_id in IDS[:2]:
        shows(page, arxiv_id)
        page.keyboard.press("Tab")  # the box of the first candidate
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Approve: Images With words")).to_be_focused()
        page.keyboard.press("Enter")
    shows(page, IDS[2])
    expect(page.locator("#flash")).to_contain_text(IDS[1])
    assert [len(site.decisions(each)) for each in IDS] == [1, 1, 0, 0]


def test_enter_in_a_box_decides_nothing(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    page.get_by_role("checkbox", name="Images With words").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is recorded yet: press a verdict.")).to_be_visible()
    shows(page, IDS[0])
    page.keyboard.press("j")  # the page is the same
    shows(page, IDS[1])
    assert site.decisions(IDS[0]) == []


def test_decision_of_a_second_tab_is_asked_about(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    second = page.context.new_page()
    second.goto(url + ALL)
    page.get_by_role("button", name="Duplicate").click()
    expect(page.locator("#flash")).to_contain_text("Rejected")
    second.keyboard.press("1")
    asked = second.locator("#asked")
    expect(asked).to_contain_text("Nothing was recorded")
    expect(asked).to_be_focused()
    box, column = (second.locator(each).bounding_box() for each in ("#trouble", ".reading"))
    assert box
    assert column
    assert box["width"] > column["width"]  # above the columns, not in one of them
    assert asked.evaluate("(one) => getComputedStyle(one).borderTopWidth") == "0px"
    assert len(site.decisions(IDS[0])) == 1
    second.keyboard.press("Tab")
    expect(asked.get_by_role("button", name="Record mine")).to_be_focused()
    second.keyboard.press("Enter")
    shows(second, IDS[1])
    expect(second.locator("#flash")).to_contain_text("Approved")
    verdicts = [one.verdict for one in site.decisions(IDS[0])]
    assert sorted(verdicts) == [Verdict.APPROVED, Verdict.REJECTED]


def test_question_about_a_paper_goes_with_it(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    second = page.context.new_page()
    second.goto(url + ALL)
    page.keyboard.press("1")
    expect(page.locator("#flash")).to_contain_text(IDS[0])
    second.keyboard.press("r")
    second.keyboard.press("1")
    shows(second, IDS[0])
    expect(second.get_by_role("button", name="Record mine")).to_be_visible()
    second.keyboard.press("j")
    shows(second, IDS[1])
    # its button would decide this paper
    expect(second.get_by_role("button", name="Record mine")).to_have_count(0)
    expect(second.locator("#trouble")).to_be_hidden()


def test_next_at_the_end_reads_the_list_again(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    listed = page.locator("#list li[data-paper]")
    expect(listed.first).to_have_attribute("data-paper", IDS[0])
    for arxiv_id, likely in ((IDS[3], 0.99), (IDS[1], 0.97), (IDS[2], 0.4)):
        newer = make_prediction(arxiv_id, in_scope=likely, predicted_at=START)
        site.put(make_paper(arxiv_id), newer)
    page.keyboard.press("1")
    expect(page.locator("#flash")).to_contain_text(IDS[0])
    listed.last.get_by_role("link").click()
    shows(page, IDS[3])
    page.keyboard.press("j")
    expect(listed.first).to_have_attribute("data-paper", IDS[3])  # the new order
    expect(listed).to_have_count(3)
    shows(page, IDS[3])  # not the paper behind it, which the old list had in its midst


def test_back_button_shows_a_decided_paper_as_decided(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    page = opened(site, url, tab)
    for arxiv_id in IDS[:2]:
        shows(page, arxiv_id)
        page.keyboard.press("1")
    shows(page, IDS[2])
    expect(page.locator("#flash")).to_contain_text(IDS[1])
    page.go_back()
    shows(page, IDS[1])
    expect(page.locator("#verdict .standing")).to_contain_text("Approved")
    page.reload()
    shows(page, IDS[1])
    expect(page.locator("#verdict .standing")).to_contain_text("Approved")
    page.get_by_role("button", name="Duplicate").click()  # decided otherwise
    expect(page.locator("#flash")).to_contain_text("Rejected")
    verdicts = [one.verdict for one in site.decisions(IDS[1])]
    assert sorted(verdicts) == [Verdict.APPROVED, Verdict.REJECTED]


def test_reload_keeps_the_place(site: ReviewSite, url: str, tab: Watched) -> None:
    page = opened(site, url, tab)
    page.keyboard.press("1")
    shows(page, IDS[1])
    expect(page.locator("#flash")).to_contain_text(IDS[0])
    page.reload()
    shows(page, IDS[1])
    expect(page.locator("#list li[data-paper]")).to_have_count(3)


def test_highlight_keeps_the_place_and_what_was_entered(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    page = opened(site, url, tab)
    page.keyboard.press("j")
    shows(page, IDS[1])
    address = page.url
    page.keyboard.press("n")
    page.keyboard.type("A kettle that draws.")
    page.keyboard.press("Escape")
    button = page.locator("[data-action=highlight]")
    page.keyboard.press("h")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#status")).to_contain_text("Highlighted for the digest")
    expect(page.locator("#verdict .said")).to_contain_text("A kettle that draws.")
    expect(page.locator("#note")).to_have_value("A kettle that draws.")
    assert page.url == address
    page.keyboard.press("h")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#verdict .said")).to_have_count(0)
    page.keyboard.press("h")
    page.keyboard.press("1")  # behind the highlight, in order
    shows(page, IDS[2])
    expect(page.locator("#flash")).to_contain_text("Approved")
    with site.open_store() as store:
        [kept] = store.highlights.of([IDS[1]])[IDS[1]]
    assert kept.sentence == "A kettle that draws."
    assert [one.note for one in site.decisions(IDS[1])] == ["A kettle that draws."]


def test_note_and_search_are_entered_and_left_by_keys(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    page = opened(site, url, tab)
    for key, field in (("n", "#note"), ("/", "#search")):
        page.keyboard.press(key)
        expect(page.locator(field)).to_be_focused()
        page.keyboard.type("1ar")  # no verdicts
        expect(page.locator(field)).to_have_value("1ar")
        page.keyboard.press("Escape")
        expect(page.locator(field)).not_to_be_focused()
    page.keyboard.press("/")
    page.locator("#search").fill(IDS[2])
    page.keyboard.press("Enter")
    shows(page, IDS[2])
    expect(page.locator("#list li[data-paper]")).to_have_count(1)
    assert site.decisions(IDS[0]) == []
