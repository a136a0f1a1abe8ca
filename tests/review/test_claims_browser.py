"""Two people at the desk in Chromium: each is shown papers that the other does not read."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from pipeline.review.decide import record
from pipeline.review.proposal import propose
from storage.claims import Claims
from tests.support.axe import faults
from tests.support.browser import Watched, browser, log_in, watch
from tests.support.review import TAXONOMY, Clock, make_site
from tests.support.serving import served_app

__all__ = ["browser"]  # a fixture, found by pytest through this name
IDS = [f"2603.{number:05d}" for number in range(1, 8)]
DECIDED = ("2603.01001", "2603.01002")


def is_claim(response: Response) -> bool:
    """Return whether it answers a claim of the script."""
    return response.url.endswith("/claims") and response.request.resource_type == "fetch"


class Team:
    """Two people, each with a browser and a service over one database."""

    def __init__(self, folder: Path, browser: Browser, stack: ExitStack) -> None:
        self.claims = Claims(folder / "survey.duckdb")
        self.clock = Clock(step=timedelta())
        self.site = replace(make_site(folder), claims=self.claims, clock=self.clock)
        self.site.fill([*IDS, *DECIDED])
        for name, key in zip(("ada", "bob"), DECIDED, strict=True):
            proposal = propose(
                TAXONOMY, arxiv_id=key, verdict="rejected", sections=[], reviewer=name
            )
            record(self.site.open_store, TAXONOMY, proposal, clock=self.clock)
        self.tabs: list[Watched] = []
        self.addresses = [
            stack.enter_context(served_app(self.site.app(name))) for name in ("ada", "bob")
        ]
        for _ in self.addresses:
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            log_in(context)
            self.tabs.append(watch(context.new_page()))

    def open(self, number: int, path: str = "queue") -> Page:
        """Open the desk of a person and wait until its claim is answered."""
        page = self.tabs[number].page
        with page.expect_response(is_claim):
            page.goto(self.addresses[number] + path)
        return page

    def reader(self, arxiv_id: str) -> str:
        """Return who reads a paper, or empty."""
        claim = self.claims.standing(self.clock()).get(arxiv_id)
        return claim.reviewer if claim and not claim.ahead else ""


@pytest.fixture
def team(tmp_path: Path, browser: Browser) -> Iterator[Team]:
    with ExitStack() as stack:
        team = Team(tmp_path, browser, stack)
        yield team
        for tab in team.tabs:
            tab.page.context.close()
            assert tab.faults == []


def shows(page: Page, arxiv_id: str) -> None:
    expect(page.locator("#paper")).to_have_attribute("data-paper", arxiv_id)


def claimed(page: Page, act: Callable[[], object]) -> None:
    """Do something, and wait for the claim that it causes."""
    with page.expect_response(is_claim):
        act()


def test_two_people_are_shown_different_papers(team: Team) -> None:
    ada = team.open(0)
    shows(ada, IDS[0])
    assert team.reader(IDS[0]) == "ada"
    bob = team.open(1)
    shows(bob, IDS[3])  # two are kept ahead for ada
    expect(bob.locator(f"[data-paper='{IDS[0]}'] .reader")).to_have_text("being read by ada")
    expect(bob.locator(f"[data-paper='{IDS[1]}'] .reader")).to_have_text("next for ada")
    assert team.reader(IDS[3]) == "bob"


def test_verdict_passes_over_what_another_reads(team: Team) -> None:
    ada, bob = team.open(0), team.open(1)
    for key in IDS[1:3]:
        claimed(ada, lambda: ada.keyboard.press("1"))
        shows(ada, key)
    claimed(ada, lambda: ada.keyboard.press("1"))
    shows(ada, IDS[6])  # bob reads the fourth, two are kept for him
    shows(bob, IDS[3])
    expect(ada.locator(f"[data-paper='{IDS[3]}'] .reader")).to_have_text("being read by bob")


def test_paper_read_meanwhile_is_replaced_by_a_free_one(team: Team) -> None:
    ada = team.open(0)
    now = team.clock()
    for key in IDS[1:3]:  # taken over behind ada's back
        team.claims.change("bob", now=now, until=now + timedelta(hours=1), take=[key], over=True)
    claimed(ada, lambda: ada.keyboard.press("1"))
    shows(ada, IDS[3])
    expect(ada.locator("#claim")).to_have_text("bob reads the paper before it: this one is free.")
    assert team.reader(IDS[3]) == "ada"


def test_paper_decided_meanwhile_is_passed_over(team: Team) -> None:
    ada = team.open(0)
    for key in IDS[1:3]:
        proposal = propose(TAXONOMY, arxiv_id=key, verdict="rejected", sections=[], reviewer="bob")
        record(team.site.open_store, TAXONOMY, proposal, clock=team.clock)
    claimed(ada, lambda: ada.keyboard.press("1"))
    shows(ada, IDS[3])
    expect(ada.locator("#claim")).to_have_text(
        "Somebody else decided the paper before it meanwhile."
    )
    expect(ada.locator(f"[data-paper='{IDS[1]}'] .settled")).to_have_text("rejected")


def test_chosen_paper_is_taken_over_knowingly(team: Team) -> None:
    team.tabs[0].page.clock.install()
    ada, bob = team.open(0), team.open(1)
    claimed(bob, lambda: bob.click(f"[data-paper='{IDS[0]}'] a"))
    shows(bob, IDS[0])
    expect(bob.locator("#claim")).to_contain_text("Being read by ada, until 12:10 UTC.")
    assert faults(bob) == []
    with bob.expect_navigation():
        claimed(bob, lambda: bob.click("#claim button"))
    shows(bob, IDS[0])
    expect(bob.locator("#claim button")).to_have_count(0)
    assert team.reader(IDS[0]) == "bob"
    ada.keyboard.press("Shift")  # a page that is used renews its claim
    claimed(ada, lambda: ada.clock.run_for(61_000))
    expect(ada.locator("#claim")).to_contain_text("Being read by bob")


def test_closed_page_leaves_its_papers(team: Team) -> None:
    page = team.open(0)
    assert team.reader(IDS[0]) == "ada"
    # The browser waits only a moment for what a page does as it closes; else its claims lapse.
    assert any(leaves_as_it_closes(team, page) for _ in range(20))
    shows(team.open(1), IDS[0])


def leaves_as_it_closes(team: Team, page: Page) -> bool:
    """Close the first person's page; open it again and return false if its paper is kept."""
    page.goto("about:blank")
    for _ in range(200):  # the last act of a page that closes is answered by no one
        if not team.reader(IDS[0]):
            return True
        page.evaluate("document.title")
    team.open(0)
    return False


def test_claim_is_renewed_while_the_page_is_used(team: Team) -> None:
    page = team.tabs[0].page
    page.clock.install()
    team.open(0)
    team.clock.now += timedelta(minutes=8)
    page.keyboard.press("Shift")
    claimed(page, lambda: page.clock.run_for(61_000))
    team.clock.now += timedelta(minutes=8)
    assert team.reader(IDS[0]) == "ada"


def test_unused_page_lets_its_claim_end(team: Team) -> None:
    page = team.tabs[0].page
    page.clock.install()
    asked: list[str] = []
    team.open(0)
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(300_000)
    assert not [url for url in asked if url.endswith("/claims")]


def test_single_reviewer_sends_no_claims(team: Team) -> None:
    with team.site.open_store() as store:
        team.site.clock.now += timedelta(days=90)  # type: ignore[attr-defined]
        assert store.outlook.deciders(team.clock() - timedelta(days=60)) == frozenset()
    page = team.tabs[0].page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(team.addresses[0] + "queue")
    page.keyboard.press("1")
    shows(page, IDS[1])
    expect(page.locator("#done-today")).to_have_text("1")
    assert not [url for url in asked if "claims" in url]
