"""The whole desk in Chromium, by keys: counted keystrokes, undo, bulk, views, two browsers."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.types import Paper, Prediction, TermWeight, Verdict
from tests.support.browser import Watched, browser, log_in, site, tab, url, watch
from tests.support.builders import make_paper, make_prediction
from tests.support.review import ReviewSite, scores

__all__ = ["browser", "site", "tab", "url"]  # fixtures, found by pytest through these names

ALL = "queue?at_least=0"


def papers(site: ReviewSite, number: int) -> list[str]:
    """Fill the queue, likeliest first; every third paper is about radar."""
    ids = [f"2603.{each:05}" for each in range(1, number + 1)]
    site.put_all([_ranked(rank, arxiv_id) for rank, arxiv_id in enumerate(ids)])
    return ids


def _ranked(rank: int, arxiv_id: str) -> tuple[Paper, Prediction]:
    terms = ("radar", "doppler", "clutter") if rank % 3 == 2 else ("diffusion", "prompt")
    prediction = make_prediction(
        arxiv_id,
        in_scope=0.98 - rank / 100,
        sections=scores(make_image=0.8, cut_video=0.3),
        terms=tuple(TermWeight(term, 1.0) for term in terms),
    )
    return make_paper(arxiv_id, title=f"Paper number {rank + 1}"), prediction


class Keyboard:
    """Keys that are pressed on a page, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


def shows(page: Page, arxiv_id: str) -> None:
    """Wait until the page shows a paper and its script takes keys."""
    expect(page.locator("#paper")).to_have_attribute("data-paper", arxiv_id)
    page.wait_for_load_state()


def test_twenty_papers_by_keyboard(site: ReviewSite, url: str, tab: Watched) -> None:
    ids = papers(site, 22)
    page = tab.page
    page.goto(url + ALL)
    keys = Keyboard(page)
    for number, arxiv_id in enumerate(ids[:20]):
        shows(page, arxiv_id)
        before = keys.pressed
        keys.press(*(("r", "2") if number % 3 == 2 else ("1",)))
        assert keys.pressed - before <= (2 if number % 3 == 2 else 1)
    shows(page, ids[20])
    expect(page.locator("#flash")).to_contain_text("Paper number 20")
    assert keys.pressed == 14 + 2 * 6
    for number, arxiv_id in enumerate(ids[:20]):
        [decision] = site.decisions(arxiv_id)
        rejected = number % 3 == 2
        assert decision.verdict is (Verdict.REJECTED if rejected else Verdict.APPROVED)
        assert decision.sections == (() if rejected else ("make-image",))
        assert decision.reason == ("understanding-only" if rejected else None)


def test_undo_takes_back_one_after_the_other(site: ReviewSite, url: str, tab: Watched) -> None:
    ids = papers(site, 4)
    page = tab.page
    page.goto(url + ALL)
    for arxiv_id in ids[:2]:
        shows(page, arxiv_id)
        page.keyboard.press("1")
    expect(page.locator("#flash")).to_contain_text("Paper number 2")
    for number in (2, 1):
        page.keyboard.press("u")
        expect(page.locator("#flash")).to_contain_text(f"Taken back: Paper number {number}")
        shows(page, ids[number - 1])
    for arxiv_id in ids[:2]:
        assert [one.undone_by for one in site.decisions(arxiv_id)] == ["ada"]


def test_marked_papers_are_rejected_and_undone_together(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    ids = papers(site, 6)
    page = tab.page
    page.goto(url + ALL)
    boxes = page.locator("#list input[name=paper]")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    page.get_by_role("button", name="Decide marked").click()
    expect(page.get_by_text("These 4 papers wait for a decision.")).to_be_visible()
    page.get_by_label("Reconstruction or restoration").check()
    page.get_by_role("button", name="Reject these 4 papers").click()
    expect(page.locator("#flash")).to_contain_text("and 3 other papers")
    shows(page, ids[4])
    assert {site.decisions(each)[-1].reason for each in ids[:4]} == {"reconstruction"}
    expect(page.get_by_role("button", name="Undo these decisions")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#flash")).to_contain_text("Taken back")
    for each in ids[:4]:
        assert site.decisions(each)[-1].undone_by == "ada"
    expect(page.locator("#list li[data-paper]")).to_have_count(6)


def test_alike_papers_are_rejected_together(site: ReviewSite, url: str, tab: Watched) -> None:
    ids = papers(site, 9)
    page = tab.page
    page.goto(f"{url}{ALL}&paper={ids[2]}")
    page.get_by_role("link", name="Alike papers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 alike papers wait")
    page.get_by_role("button", name="Decide the marked ones together").click()
    page.get_by_label("Other modality").check()
    page.get_by_role("button", name="Reject these 3 papers").click()
    expect(page.locator("#flash")).to_contain_text("and 2 other papers")
    assert [len(site.decisions(each)) for each in ids] == [0, 0, 1] * 3


def test_paper_decided_meanwhile_is_left_out_and_named(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    ids = papers(site, 3)
    page = tab.page
    page.goto(url + ALL)
    page.locator("#mark-shown").check()
    page.get_by_role("button", name="Decide marked").click()
    other = page.context.new_page()
    other.goto(f"{url}{ALL}&paper={ids[1]}")
    other.keyboard.press("1")
    expect(other.locator("#flash")).to_contain_text("Paper number 2")
    page.locator("select[name=section]").select_option("agents")
    page.get_by_role("button", name="Approve these 3 papers").click()
    expect(page.get_by_text("2 papers were decided.")).to_be_visible()
    expect(page.get_by_role("heading", name="One paper was left out")).to_be_visible()
    expect(page.get_by_text("ada decided 2603.00002 meanwhile")).to_be_visible()
    assert site.decisions(ids[1])[-1].sections == ("make-image",)


def test_paper_with_the_same_verdict_meanwhile_is_counted(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    ids = papers(site, 3)
    page = tab.page
    page.goto(url + ALL)
    page.locator("#mark-shown").check()
    page.get_by_role("button", name="Decide marked").click()
    other = page.context.new_page()
    other.goto(f"{url}{ALL}&paper={ids[1]}")
    other.keyboard.press("r")
    other.keyboard.press("2")
    expect(other.locator("#flash")).to_contain_text("Paper number 2")
    page.get_by_role("radio", name="Understanding outside the survey").check()
    page.get_by_role("button", name="Reject these 3 papers").click()
    expect(page.get_by_text("2 papers were decided.")).to_be_visible()
    expect(page.get_by_text("One had this decision before.")).to_be_visible()
    assert len(site.decisions(ids[1])) == 1


def test_keys_are_changed_and_conflicts_refused(site: ReviewSite, url: str, tab: Watched) -> None:
    ids = papers(site, 3)
    page = tab.page
    page.goto(url + "preferences")
    page.get_by_label("Defer", exact=True).fill("r")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("r would be the key of both reject and defer")
    expect(page.get_by_label("Defer", exact=True)).to_have_value("r")
    page.get_by_label("Defer", exact=True).fill("z")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(url + ALL)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("zDefer")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("z")
    shows(page, ids[1])
    expect(page.locator("#flash")).to_contain_text("Deferred")
    assert [one.verdict for one in site.decisions(ids[0])] == [Verdict.DEFERRED]
    tab.faults.clear()  # Chromium logs the refused form


def test_view_is_saved_renamed_and_deleted(site: ReviewSite, url: str, tab: Watched) -> None:
    papers(site, 3)
    page = tab.page
    page.goto(url + "queue?at_least=0&search=%22number+2%22")
    page.get_by_text("Saved views").click()
    page.get_by_label("Name of this view").fill("Second ones")
    page.get_by_role("button", name="Save view").click()
    page.goto(url + ALL)
    page.get_by_text("Saved views").click()
    page.get_by_role("link", name="Second ones").click()
    expect(page.locator("#list li[data-paper]")).to_have_count(1)
    page.goto(url + "preferences")
    page.get_by_label("New name of Second ones").fill("Twos")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("link", name="Twos")).to_be_visible()
    page.get_by_role("button", name="Delete Twos").click()
    expect(page.get_by_text("None yet.")).to_be_visible()


def test_two_browsers_on_one_paper_record_one_verdict(
    site: ReviewSite, url: str, tab: Watched, browser: Browser
) -> None:
    ids = papers(site, 3)
    context = browser.new_context()
    log_in(context)
    second = watch(context.new_page()).page
    for page in (tab.page, second):
        page.goto(url + ALL)
    tab.page.keyboard.press("1")
    expect(tab.page.locator("#flash")).to_contain_text("Paper number 1")
    second.keyboard.press("r")
    second.keyboard.press("1")
    expect(second.locator("#trouble")).to_contain_text("ada decided 2603.00001 meanwhile")
    shows(second, ids[0])
    assert [one.verdict for one in site.decisions(ids[0])] == [Verdict.APPROVED]
    context.close()


def test_busy_database_in_the_middle_loses_nothing(
    site: ReviewSite, url: str, tab: Watched
) -> None:
    ids = papers(site, 4)
    page = tab.page
    # the two papers that the desk fetches ahead, because no other can be shown meanwhile
    with (
        page.expect_response(lambda response: ids[1] in response.url),
        page.expect_response(lambda response: ids[2] in response.url),
    ):
        page.goto(url + ALL)
    shows(page, ids[0])
    expect(page.locator("#list li[data-paper]")).to_have_count(4)
    open_store, holder = site.open_store, ExitStack()
    holder.enter_context(open_store())  # in this thread; the server's threads wait
    for number in range(2):
        shows(page, ids[number])
        page.keyboard.press("1")
    shows(page, ids[2])
    holder.close()
    expect(page.locator("#flash")).to_contain_text("Paper number 2")
    assert [len(site.decisions(each)) for each in ids] == [1, 1, 0, 0]


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A tab without scripts."""
    context = browser.new_context(java_script_enabled=False)
    log_in(context)
    yield context.new_page()
    context.close()


def test_without_script_marks_lead_to_the_same_act(site: ReviewSite, url: str, plain: Page) -> None:
    ids = papers(site, 3)
    plain.goto(url + ALL)
    expect(plain.locator("#mark-shown")).to_be_hidden()
    plain.locator("#list input[name=paper]").nth(1).check()
    plain.get_by_role("button", name="Decide marked").click()
    plain.get_by_role("button", name="Reject this paper").click()
    expect(plain.get_by_role("alert")).to_contain_text("choose the reason")
    plain.get_by_label("Duplicate").check()
    plain.get_by_role("button", name="Reject this paper").click()
    expect(plain.locator("#flash")).to_contain_text("Rejected Paper number 2")
    plain.get_by_role("button", name="Undo last").click()
    expect(plain.locator("#flash")).to_contain_text("Taken back")
    assert [len(site.decisions(each)) for each in ids] == [0, 1, 0]


def test_phone_shows_the_next_paper_at_once(site: ReviewSite, url: str, browser: Browser) -> None:
    ids = papers(site, 3)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    log_in(context)
    watched = watch(context.new_page())
    page = watched.page
    page.goto(url + ALL)
    page.get_by_role("button", name="Approve: Images With words").tap()
    shows(page, ids[1])
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
    expect(page.locator("#flash")).to_contain_text("Paper number 1")
    assert watched.faults == []
    context.close()
