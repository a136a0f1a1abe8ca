"""Hostile texts of every kind do nothing on any page in Chromium, also without the policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pipeline.review.double.rules import TeamRules
from tests.review.test_every_route import PAGES, filled
from tests.support.accounts import PASSWORD
from tests.support.browser import browser, watch
from tests.support.hostile import MARKUP, WOULD_RUN, make_hostile_team
from tests.support.serving import served_app
from tests.support.team import TeamSite, make_team

__all__ = ["browser"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

#: not pages of a browser: they answer programs
PROGRAMS = frozenset({"/health", "/ready", "/metrics", "/undo/ask"})
#: addresses of single papers, persons and cases beside those of the routes
MORE = (
    "/paper/2603.00003",
    "/paper/2603.00005",
    "/paper/2603.00007",
    "/alike/2603.00005",
    "/queue?at_least=0&paper=2603.00002",
    "/queue?search=%3Cscript%3Ealert(5)%3C/script%3E&author=%22%3E%3Cimg src=x onerror=alert(6)%3E",
    "/inbox?done=%3Cscript%3Ealert(7)%3C/script%3E",
    "/suggestions?case=2603.00006",
    "/login?next=javascript:alert(8)",
    "/password?link=%22%3E%3Cimg src=x onerror=alert(9)%3E",
)


@pytest.fixture
def place(tmp_path: Path) -> TeamSite:
    made = make_team(tmp_path)
    made.site.rules = TeamRules(percent=100, repeats=5)
    make_hostile_team(made)
    return made


@pytest.fixture
def url(place: TeamSite) -> Iterator[str]:
    with served_app(place.app()) as url:
        yield url.removesuffix("/")


@pytest.mark.parametrize("policy", ["obeyed", "bypassed"])
def test_hostile_texts_do_nothing_on_any_page(url: str, browser: Browser, policy: str) -> None:
    context = browser.new_context(
        bypass_csp=policy == "bypassed", user_agent=f"Mozilla {MARKUP}", locale="en"
    )
    watched = watch(context.new_page())
    page = watched.page
    page.goto(f"{url}/login")
    page.get_by_label("Name").fill(MARKUP)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{url}/queue")
    shown, would_run = set(), []
    for path in (*(one for one in PAGES if one not in PROGRAMS), *MORE):
        answer = page.goto(url + filled(path))
        assert answer is not None
        if answer.headers.get("content-type", "").startswith("text/html"):
            page.wait_for_load_state("networkidle" if path == "/queue" else "load")
            would_run += [(path, one) for one in page.evaluate(WOULD_RUN)]
            shown |= {path} if "alert(1)" in page.locator("body").inner_text() else set()
    assert would_run == []
    # a page that is refused is also said in the console
    assert [one for one in watched.faults if "status of 4" not in one] == []
    assert shown >= {
        *("/account", "/accounts", "/board", "/conflicts", "/decisions", "/deferred", "/doubles"),
        *("/inbox", "/issue/{week}", "/paper/{arxiv_id:path}", "/preferences", "/queue"),
        *("/rulings", "/suggestions", "/trail"),
    }
    context.close()
