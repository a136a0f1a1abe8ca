"""axe finds no fault on any review page, in light and dark, on a screen and a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from storage.second_looks import CrossScore
from storage.suggestion_types import NewSuggestion, SuggestionKind
from storage.types import TermWeight, Verdict
from tests.support.addresses import addresses
from tests.support.axe import contexts, faults
from tests.support.browser import browser, log_in, site, url
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import START, ReviewSite, scores
from tests.support.rulings import make_ruling

__all__ = ["browser", "site", "url"]

PAPER = "2603.00001"


def ask_about_marked(page: Page, url: str) -> None:
    """Open the page that asks before several papers are decided."""
    page.goto(f"{url}queue?at_least=0")
    if page.locator(".fold").is_visible():
        page.locator(".fold summary").click()
    for box in page.locator("#list ol input[name=paper]").all()[:3]:
        box.check()
    page.get_by_role("button", name="Decide marked").click()
    page.get_by_text("These 3 papers wait for a decision.").wait_for()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_page_has_a_fault_of_access(site: ReviewSite, url: str, browser: Browser) -> None:
    formula = r"$\frac{a+b}{c}$"
    site.put(
        make_paper(PAPER, title=rf"Kettles of {formula} \ourTea{{}}", abstract=f"{formula} " * 9),
        make_prediction(
            in_scope=0.9,
            sections=scores(make_image=0.81, cut_video=0.3),
            terms=(TermWeight("kettle", 1.0), TermWeight("spout", 0.7)),
        ),
    )
    site.fill([f"2603.{number:05}" for number in range(2, 12)])
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision("2603.00003", verdict=Verdict.DEFERRED, sections=()),
                make_decision("2603.00004", verdict=Verdict.REJECTED, sections=(), note="Off."),
                make_decision("2603.00005", sections=("agents",)),
                make_decision(
                    "2603.00006", sections=("agents",), decided_at=START - timedelta(days=3)
                ),
            ]
        )
        store.rulings.add(
            [make_ruling("2603.00004", sentence="It only ranks."), make_ruling(PAPER)]
        )
        [kept] = store.decisions.of_paper("2603.00005")
        store.second_looks.replace_scores(
            [CrossScore("2603.00005", kept.decision_id, 0.1, (), "0" * 64, START)],
            taxonomy="0" * 64,
            scored_at=START,
        )
    with site.open_store() as store:
        kind = SuggestionKind.WRONG_SECTION
        new = NewSuggestion("a" * 32, kind, "2603.00005", new_value="make-image", name="Ada")
        store.suggestions.add(new, START)
    found = []
    for mode, context in contexts(browser).items():
        log_in(context)
        page = context.new_page()
        for address in addresses(site.app(), PAPER):
            answer = page.goto(url + address.removeprefix("/"))
            assert answer is not None
            assert answer.status == (404 if address == "/paper/none" else 200), address
            page.wait_for_load_state()
            found += [f"{mode} {address}: {fault}" for fault in faults(page)]
        ask_about_marked(page, url)
        found += [f"{mode} /decide-many: {fault}" for fault in faults(page)]
        context.close()
    assert "\n".join(found) == ""
