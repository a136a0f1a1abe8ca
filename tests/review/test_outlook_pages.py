"""Pages of queue health and the planner, over HTTP."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.outlook import fill_weeks
from tests.support.review import Clock, ReviewSite, Visitor, make_site


@pytest.fixture
def site(site: ReviewSite) -> ReviewSite:
    """A site with weeks of arrivals and decisions."""
    fill_weeks(site)
    return site


@pytest.fixture
def visitor(site: ReviewSite) -> Visitor:
    """A visitor of `site`."""
    return Visitor(site.app())


def test_health_page_shows_weeks_limits_and_pace(visitor: Visitor) -> None:
    page = visitor.get("/queue-health?limit=50")
    assert page.status == 200
    for words in (
        "Never at this pace.",
        "In the last 3 weeks 7.0 papers at or above the limit arrived and 3.7 were decided a week.",
        "Waiting 10 of 20 in all",
        "2603.00026 announced 2026-03-10, 7 days ago",
        "20 s a paper, the median of 12 decisions; only you see it",
        "Use 50 % as my limit",
        "The last 3 weeks under each limit",
        "Missed: of 6 approved papers",
    ):
        assert words in page.text
    [current] = page.tree.xpath('//tr[@aria-current="true"]')
    assert " ".join(current.text_content().split()) == "50 % 7.0 2 10 0"


def test_another_reviewer_does_not_see_the_pace(site: ReviewSite) -> None:
    page = Visitor(site.app("bo")).get("/queue-health")
    assert "12 s a paper is assumed" in page.text
    assert "20 s" not in page.text


def test_saved_limit_is_the_usual_one(visitor: Visitor) -> None:
    page = visitor.get("/queue-health?limit=30")
    [form] = page.forms("/queue-health/limit")
    saved = visitor.post("/queue-health/limit", {**form, "limit": "30"})
    assert saved.status == 303
    assert "30 % is your limit now." in visitor.follow(saved).text
    # the desk begins with it too
    assert "at_least=30" in " ".join(visitor.get("/queue").tree.xpath('//nav[@id="list"]//a/@href'))
    [slider] = visitor.get("/queue-health").tree.xpath('//input[@name="limit"]')
    assert slider.value == "30"


@pytest.mark.parametrize("limit", ["-1", "100", "5e1", "\u0665", "9" * 400, "1.5"])
def test_impossible_limit_is_refused(visitor: Visitor, limit: str) -> None:
    page = visitor.get(f"/queue-health?limit={limit}")
    assert page.status == 400
    assert "Back to the queue" in page.text


def test_health_of_an_empty_survey_claims_nothing(tmp_path: Path) -> None:
    page = Visitor(make_site(tmp_path).app()).get("/queue-health")
    assert page.status == 200
    assert "No paper waits." in page.text
    assert "there is nothing to replay" in page.text


def test_form_without_token_saves_nothing(visitor: Visitor, site: ReviewSite) -> None:
    assert visitor.post("/queue-health/limit", {"limit": "30"}).status == 403
    assert visitor.post("/plan", {"minutes": "5"}).status == 403
    with site.open_store() as store:
        assert store.preferences.of("ada") == {}


def test_plan_page_names_papers_and_gain(visitor: Visitor) -> None:
    page = visitor.get("/plan?minutes=1")
    for words in (
        "3 papers in 1 min",
        "2.7 approvals are expected",
        "is worth 0.5 more",
        "Your pace is 20 s a paper, the median of 12 decisions.",
    ):
        assert words in page.text
    links = page.tree.xpath('//ol[@class="planned"]//a/@href')
    assert links == ["/paper/2603.00026", "/paper/2603.00028", "/paper/2603.00030"]


def test_gain_is_unknown_before_percentages_are_calibrated(
    site: ReviewSite, tmp_path: Path
) -> None:
    site.models = tmp_path / "models"
    page = Visitor(site.app()).get("/plan?minutes=1")
    assert "3 papers in 1 min" in page.text
    assert "is not known before the percentages are calibrated" in page.text
    assert "approvals are expected" not in page.text


def test_session_says_what_it_brought(visitor: Visitor, site: ReviewSite) -> None:
    assert isinstance(site.clock, Clock)
    site.clock.step = timedelta(milliseconds=1)
    page = visitor.get("/plan?minutes=1")
    started = visitor.post("/plan", page.forms("/plan")[-1])
    assert (started.status, started.location) == (303, "/queue?order=plan")
    desk = visitor.follow(started)
    assert desk.ids == ["2603.00026", "2603.00028", "2603.00030"]
    for left in (2, 1, 0):
        key = desk.ids[0]
        decided = visitor.decide(desk, key, "approved", section=["agents"])
        desk = visitor.follow(decided)
        assert len(desk.ids) == left
    assert "The session is over." in desk.text
    over = visitor.get("/plan")
    assert "The session is over" in over.text
    assert "3 of 3 decided, 3 approved" in over.text
    assert "0 of 1 min" in over.text
    assert "Expected were 2.7 approvals." in over.text


def test_plan_of_an_empty_queue_cannot_be_started(tmp_path: Path) -> None:
    page = Visitor(make_site(tmp_path).app()).get("/plan")
    assert "No papers wait." in page.text
    assert page.forms("/plan")[0].keys() == {"minutes"}


def test_progress_of_today_is_in_the_bar(visitor: Visitor) -> None:
    page = visitor.get("/queue?at_least=0")
    [today] = page.tree.xpath('//*[@id="done-today"]')
    assert today.text == "0"
    decided = visitor.decide(page, page.ids[0], "deferred")
    [today] = visitor.follow(decided).tree.xpath('//*[@id="done-today"]')
    assert today.text == "1"
    # also where nothing is read
    assert visitor.get("/nowhere").tree.xpath('//*[@id="done-today"]')[0].text == "1"
    assert "Today 1 decision of yours" in visitor.get("/queue-health").text


def test_script_is_told_the_progress(visitor: Visitor) -> None:
    page = visitor.get("/queue?at_least=0")
    form = page.form("/decide")
    sent = {**form, "verdict": "deferred"}
    answer = visitor.post("/decide", sent, {"accept": "application/json"}).response.json()
    assert answer["done_today"] == 1
