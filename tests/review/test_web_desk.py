"""The desk: the day's work, counts and filters, the next paper, reasons, deferrals, highlights."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from config.reasons import Reason
from config.schema import ReviewSettings
from pipeline.review.web.desk.listing import PAGE_SIZE
from storage.types import Paper, Prediction, Verdict
from tests.support.builders import make_paper, make_prediction
from tests.support.queries import counted_queries
from tests.support.review import Page, ReviewSite, Visitor, scores

JSON = {"accept": "application/json"}
#: statements of a page of the desk, of its paper alone, and of a decision, with those that open the
#: database
MOST_QUERIES, MOST_OF_A_PART, MOST_OF_A_DECISION = 21, 16, 25


def links(page: Page, name: str) -> list[str]:
    return [
        " ".join(a.text_content().split()) for a in page.tree.xpath(f'//ul[@class="{name}"]//a')
    ]


def put(site: ReviewSite, arxiv_id: str, in_scope: float, submitted: int, **also: str) -> None:
    """Put a paper that was submitted on a day of March 2026."""
    site.put_all([submission(arxiv_id, in_scope, submitted, **also)])


def submission(
    arxiv_id: str, in_scope: float, submitted: int, **also: str
) -> tuple[Paper, Prediction]:
    moment = datetime(2026, 3, submitted, 9, tzinfo=UTC)
    return (
        make_paper(arxiv_id, submitted_at=moment, updated_at=moment, **also),
        make_prediction(in_scope=in_scope, sections=scores(agents=0.6)),
    )


@pytest.fixture
def month(site: ReviewSite) -> ReviewSite:
    """Two likely papers of the newest day, two of its week, one of the month, one set aside."""
    site.put_all(
        [
            submission("2603.00001", 0.9, 16),
            submission("2603.00002", 0.7, 16),
            submission("2603.00003", 0.95, 12),
            submission("2603.00004", 0.6, 13),
            submission("2603.00005", 0.99, 2),
            submission("2603.00006", 0.03, 16),
        ]
    )
    return site


def test_days_work_comes_first(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue")
    assert page.ids == ["2603.00001", "2603.00002"]
    assert "Likely, announced 17 Mar" in page.text
    assert links(page, "counts") == [
        "2 likely today",
        "4 this week",
        "5 above 50 %",
        "1 set aside",
        "6 in all",
        "new since I was here",
    ]
    addresses = page.tree.xpath('//ul[@class="counts"]//a/@href')
    assert len(visitor.get(addresses[1]).ids) == 4
    assert visitor.get(addresses[3]).ids == ["2603.00006"]
    assert len(visitor.get(addresses[4]).ids) == 6


def test_week_stands_in_for_a_day_without_likely_papers(
    month: ReviewSite, visitor: Visitor
) -> None:
    for arxiv_id in ("2603.00001", "2603.00002"):
        visitor.decide(visitor.get("/queue"), arxiv_id, "deferred")
    page = visitor.get("/queue")
    assert page.ids == ["2603.00003", "2603.00004"]
    assert "none of the newest day waits" in page.text
    for arxiv_id in page.ids:
        visitor.decide(visitor.get("/queue"), arxiv_id, "deferred")
    page = visitor.get("/queue")
    assert page.ids == ["2603.00005"]
    assert "none of the newest week waits" in page.text


def test_filters_combine_and_are_dropped_one_by_one(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue?announced=2026-03-13..2026-03-17&at_least=65&category=cs.cv")
    assert page.ids == ["2603.00003", "2603.00001", "2603.00002"]
    assert [each.partition(" \N{MULTIPLICATION SIGN}")[0] for each in links(page, "chosen")] == [
        "2026-03-13..2026-03-17",
        "≥ 65 %",
        "cs.CV",
        "Day's work",
    ]
    [form] = [form for form in page.tree.forms if form.get("id") == "filters"]
    kept = dict(form.form_values())
    assert (kept["announced"], kept["at_least"]) == ("2026-03-13..2026-03-17", "65")
    without = page.tree.xpath('//ul[@class="chosen"]//a/@href')
    assert len(visitor.get(without[1]).ids) == 5
    assert len(visitor.get(without[0]).ids) == 4


@pytest.mark.parametrize(
    "search", ["kettle", '"kettle of"', "2603.00007", "arxiv.org/abs/2603.00007v2"]
)
def test_search_finds_a_paper_below_the_limit(
    month: ReviewSite, visitor: Visitor, search: str
) -> None:
    put(month, "2603.00007", 0.2, 9, title="A kettle of fish")
    assert visitor.get(f"/queue?search={search}").ids == ["2603.00007"]


def test_search_for_a_decided_paper_leads_to_it(month: ReviewSite, visitor: Visitor) -> None:
    visitor.decide(visitor.get("/queue"), "2603.00001", "deferred")
    page = visitor.get("/queue?search=2603.00001")
    assert page.ids == []
    assert "No papers wait here." in page.text
    assert found_elsewhere(page) == ["Deferred A study of paper 2603.00001"]
    [link] = page.tree.xpath('//div[@class="nothing"]//section//li/a/@href')
    assert visitor.get(link).paper == "2603.00001"
    assert "Waiting elsewhere:" not in page.text


def found_elsewhere(page: Page) -> list[str]:
    listed = page.tree.xpath('//section[@class="found-elsewhere"]//li')
    return [" ".join(one.text_content().split()) for one in listed]


def search(visitor: Visitor, address: str, words: str) -> Page:
    """Search from a page, as its form does."""
    [form] = [form for form in visitor.get(address).tree.forms if form.get("id") == "searching"]
    return visitor.get(f"/queue?{urlencode({**dict(form.form_values()), 'search': words})}")


def test_search_from_the_days_work_reads_all_days_and_what_is_decided(
    month: ReviewSite, visitor: Visitor
) -> None:
    for number, in_scope in ((21, 0.9), (22, 0.8), (23, 0.2)):
        put(month, f"2603.000{number}", in_scope, 9, title=f"A kettle of paper {number}")
    visitor.decide(visitor.get("/queue?search=kettle"), "2603.00022", "rejected")
    assert "2603.00021" not in visitor.get("/queue").ids
    page = search(visitor, "/queue", "kettle")
    assert page.ids == ["2603.00021"]
    assert found_elsewhere(page) == ["Rejected A kettle of paper 22"]
    assert links(page, "counts")[:5] == [
        "0 likely today", "0 this week", "1 above 50 %", "set aside", "in all",
    ]  # fmt: skip
    everything = visitor.get(page.tree.xpath('//ul[@class="counts"]//a[text()="in all"]/@href')[0])
    assert everything.ids == ["2603.00021", "2603.00023"]
    assert "2 in all" in links(everything, "counts")
    found = search(visitor, "/queue?at_least=85", "kettle")
    assert found.ids == ["2603.00021"]
    assert "≥ 85 %" in " ".join(links(found, "chosen"))


def test_decided_papers_obey_the_conditions_on_the_paper(
    month: ReviewSite, visitor: Visitor
) -> None:
    visitor.decide(visitor.get("/queue?at_least=0"), "2603.00001", "approved")
    for query, named in (
        ("search=study", True),
        ("search=study&at_least=99", True),
        ("search=study&category=cs.CV&author=sample", True),
        ("search=study&section=agents", True),
        ("search=study&section=cut-video", False),
        ("search=study&category=math.AG", False),
        ("search=study&author=nobody", False),
        ("search=study&announced=2020-01-01..2020-02-01", False),
        ("search=kettle", False),
    ):
        found = found_elsewhere(visitor.get(f"/queue?{query}"))
        assert (found == ["Approved A study of paper 2603.00001"]) is named, query


def test_choices_that_exclude_each_other_are_named(month: ReviewSite, visitor: Visitor) -> None:
    said = "No paper is both set aside, below 10 %, and at least 50 %"
    page = visitor.get("/queue?at_least=50&set_aside=1")
    assert (page.ids, said in page.text) == ([], True)
    for query in ("at_least=5&set_aside=1", "set_aside=1&category=math.AG", "at_least=50"):
        assert said not in visitor.get(f"/queue?{query}").text


def test_next_paper_of_the_list_stands_there(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue?at_least=50&paper=2603.00001")
    assert page.ids == ["2603.00005", "2603.00003", "2603.00001", "2603.00002", "2603.00004"]
    after = visitor.follow(visitor.decide(page, "2603.00001", "deferred"))
    assert after.paper == "2603.00002"
    assert len(after.ids) == 4


def test_place_is_kept_when_the_next_paper_was_decided_meanwhile(
    month: ReviewSite, visitor: Visitor
) -> None:
    page = visitor.get("/queue?at_least=50&paper=2603.00003")
    bo = Visitor(month.app("bo"))
    bo.decide(bo.get("/queue"), "2603.00001", "deferred")
    after = visitor.follow(visitor.decide(page, "2603.00003", "deferred"))
    assert after.ids == ["2603.00005", "2603.00002", "2603.00004"]
    assert after.paper == "2603.00002"


def test_verdict_on_a_paper_page_leads_to_the_next_of_its_list(
    month: ReviewSite, visitor: Visitor
) -> None:
    opened = visitor.get("/queue?at_least=50&paper=2603.00003")
    [whole] = opened.tree.xpath('//a[text()="All reasons"]/@href')
    page = visitor.get(whole)
    [back] = page.tree.xpath('//a[text()="Back to the queue"]/@href')
    assert back == "/queue?at_least=50"
    after = visitor.follow(visitor.decide(page, "2603.00003", "approved", section="agents"))
    assert (after.paper, len(after.ids)) == ("2603.00001", 4)


def test_deferred_papers_are_decided_one_after_the_other(
    month: ReviewSite, visitor: Visitor
) -> None:
    for arxiv_id in ("2603.00001", "2603.00002"):
        visitor.decide(visitor.get("/queue"), arxiv_id, "deferred")
    listed = visitor.get("/deferred")
    page = visitor.get(listed.link("2603.00001"))
    after = visitor.follow(visitor.decide(page, "2603.00001", "approved", section="agents"))
    assert after.paper == "2603.00002"
    assert after.tree.xpath('//a[text()="Back to the deferred papers"]/@href') == ["/deferred"]
    last = visitor.decide(after, "2603.00002", "approved", section="agents")
    assert last.location.startswith("/deferred?done=")


def test_paper_of_another_page_of_the_list_is_said(site: ReviewSite, visitor: Visitor) -> None:
    ids = [f"2603.{number:05}" for number in range(1, PAGE_SIZE + 2)]
    site.fill(ids)
    page = visitor.get(f"/queue?at_least=0&paper={ids[-1]}")
    assert page.paper == ids[-1]
    assert "This paper is not on this page of the list." in page.text
    assert "not on this page" not in visitor.get(f"/queue?at_least=0&paper={ids[0]}").text


def test_paper_that_left_the_list_is_said(month: ReviewSite, visitor: Visitor) -> None:
    visitor.decide(visitor.get("/queue"), "2603.00001", "deferred")
    page = visitor.get("/queue?paper=2603.00001")
    assert page.paper == "2603.00001"
    assert "This paper is not in this list." in page.text
    assert "not on this page" not in page.text
    gone = visitor.get("/queue?paper=2603.99999")
    assert gone.paper == "2603.00002"
    assert "arXiv:2603.99999 is not in the database." in gone.text


def test_rejection_asks_for_a_reason(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue")
    form = {**page.form(), "verdict": "rejected", "note": "keep me"}
    asked = visitor.post("/decide", form)
    assert (asked.status, asked.paper, asked.ids) == (400, page.paper, page.ids)
    [focused] = asked.tree.xpath("//*[@autofocus]")
    assert focused.get("id") == "reasons-given"
    assert asked.form()["note"] == ["keep me"]
    assert month.decisions(page.paper) == []


def test_chip_rejects_in_one_press(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue")
    chips = page.tree.xpath('//button[@name="reason"]')
    assert [chip.get("data-action") for chip in chips[:2]] == ["reason-1", "reason-2"]
    assert all(chip.get("title") for chip in chips)
    visitor.post("/decide", {**page.form(), "reason": "duplicate"})
    [decision] = month.decisions(page.paper)
    assert (decision.verdict, decision.reason) == (Verdict.REJECTED, "duplicate")


def test_reasons_come_from_the_settings(site: ReviewSite) -> None:
    site.settings = ReviewSettings(
        reasons=(Reason(code="own", name="Our <own> reason", definition="When."),)
    )
    site.fill(["2603.00001"])
    page = Visitor(site.app()).get("/queue")
    assert page.tree.xpath('//button[@name="reason"]/@value') == ["own"]
    assert "Our <own> reason" in page.text


def test_deferral_lasts_until_a_day_or_a_new_version(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue")
    visitor.decide(page, "2603.00001", "deferred", return_on="2026-04-01", until_new_version="1")
    [decision] = month.decisions("2603.00001")
    assert (decision.return_on, decision.return_after_version) == (date(2026, 4, 1), 1)


def test_highlight_keeps_what_was_entered(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue")
    form = {**page.form(), "highlight": "set", "note": "Clean split.", "section": ["agents"]}
    answer = visitor.post("/decide", form)
    assert (answer.status, answer.paper) == (200, page.paper)
    assert "Highlighted for the digest, with your note" in answer.text
    assert answer.form()["note"] == ["Clean split."]
    assert answer.form()["section"] == ["agents"]
    with month.open_store() as store:
        [one] = store.highlights.of([page.paper])[page.paper]
    assert (one.reviewer, one.sentence) == ("ada", "Clean split.")
    visitor.post("/decide", {**answer.form(), "highlight": "clear"})
    with month.open_store() as store:
        assert store.highlights.of([page.paper]) == {}
    assert month.decisions(page.paper) == []


def test_conflict_names_both_verdicts_with_two_buttons(month: ReviewSite, visitor: Visitor) -> None:
    mine = visitor.get("/queue")
    bo = Visitor(month.app("bo"))
    bo.decide(bo.get("/queue"), "2603.00001", "approved", section="agents")
    refused = visitor.post("/decide", {**mine.form(), "reason": "duplicate", "note": "n"})
    assert refused.status == 409
    [record] = refused.tree.xpath('//button[@data-action="mine"]')
    assert record.text == "Record mine (Rejected)"
    [keep] = refused.tree.xpath('//a[@data-action="theirs"]')
    assert keep.text == "Keep theirs (Approved), go on"
    assert visitor.get(keep.get("href")).paper == "2603.00002"
    # the button belongs to the form that was made after bo's decision
    assert record.get("form") == "verdict"
    form = {**refused.form(), record.get("name"): record.get("value")}
    assert visitor.post("/decide", form).status == 303
    assert [(each.reviewer, each.reason) for each in month.decisions("2603.00001")] == [
        ("bo", None),
        ("ada", "duplicate"),
    ]


def test_script_is_answered_with_json(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue")
    asked = visitor.post("/decide", {**page.form(), "verdict": "rejected"}, JSON)
    said = json.loads(asked.response.text)
    assert (asked.status, said["recorded"]) == (400, False)
    assert 'id="reasons-given" tabindex="-1" autofocus' in said["html"]
    assert "<header" not in said["html"]
    done = visitor.post("/decide", {**page.form(), "reason": "duplicate"}, JSON)
    said = json.loads(done.response.text)
    [decision] = month.decisions(page.paper)
    assert (done.status, said["recorded"], said["decision_id"]) == (200, True, decision.decision_id)
    assert "Undo" in said["flash"]
    assert visitor.get(said["next"]).paper == "2603.00002"
    token = page.form()["token"]
    undone = visitor.post("/undo", {"token": token, "view": "/queue"}, JSON)
    said = json.loads(undone.response.text)
    assert (said["recorded"], said["decision_id"]) == (True, decision.decision_id)
    lapsed = visitor.post("/decide", {**page.form(), "token": "x"}, JSON)
    assert json.loads(lapsed.response.text)["recorded"] is False


def test_part_is_the_paper_and_its_form(month: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/queue?part=paper&paper=2603.00002")
    assert page.paper == "2603.00002"
    assert page.form()["arxiv_id"] == ["2603.00002"]
    for left_out in ("<html", "<nav id", "<header"):
        assert left_out not in page.response.text


def test_page_is_small(site: ReviewSite, visitor: Visitor) -> None:
    site.fill([f"2603.{number:05}" for number in range(1, 41)])
    page = visitor.get("/queue")
    assert len(page.ids) == 30
    assert len(page.response.content) < 60_000


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/queue", MOST_QUERIES),
        ("/queue?at_least=50&page=2", MOST_QUERIES),
        ("/queue?part=paper&paper=2603.00007", MOST_OF_A_PART),
        ("/queue?at_least=0&part=paper&paper=2603.00007", MOST_OF_A_PART),
    ],
)
def test_page_asks_the_database_few_questions(
    site: ReviewSite, visitor: Visitor, address: str, most: int
) -> None:
    site.fill([f"2603.{number:05}" for number in range(1, 41)])
    visitor.get("/queue")  # looks who else reviews, for half a minute
    with counted_queries() as asked:
        assert visitor.get(address).status == 200
    # of the pages that show one paper, whatever the length of the list
    assert len(asked) <= most, asked
    assert not [sql for sql in asked if "audit" in sql]


@pytest.mark.parametrize("papers", [3, 40])
def test_decision_asks_the_database_few_questions(
    site: ReviewSite, visitor: Visitor, papers: int
) -> None:
    site.fill([f"2603.{number:05}" for number in range(1, papers + 1)])
    visitor.decide(visitor.get("/queue"), "2603.00001", "deferred")  # notes the visit
    form = visitor.get("/queue?paper=2603.00002").form("/decide", "2603.00002")
    with counted_queries() as asked:
        answer = visitor.post("/decide", {**form, "reason": "other"}, headers=JSON)
    assert answer.status == 200
    assert len(asked) <= MOST_OF_A_DECISION, asked
    # finding a paper among millions takes longer than recording a decision on it
    assert len([sql for sql in asked if "FROM paper\n" in sql]) <= 3, asked


def test_text_of_a_withdrawn_paper_says_so(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    site.put(replace(make_paper("2603.00001"), withdrawn=True, version=2))
    assert "Withdrawn at arXiv" in visitor.get("/paper/2603.00001").text


@pytest.mark.parametrize("place", [0, 7, 28])
def test_script_tells_the_neighbours_of_a_paper(
    site: ReviewSite, visitor: Visitor, place: int
) -> None:
    site.fill([f"2603.{number:05}" for number in range(1, 41)])
    ids = visitor.get("/queue?at_least=0").ids
    before, after = (ids[place - 1] if place else ""), ids[place + 1]
    address = f"/queue?at_least=0&part=paper&paper={ids[place]}"
    with counted_queries() as asked:
        told = visitor.get(f"{address}&place={place}&before={before}&after={after}")
    assert told.response.text == visitor.get(address).response.text
    assert told.form("/decide", ids[place]) == visitor.get(address).form("/decide", ids[place])
    assert not [sql for sql in asked if "FROM waiting" in sql]
    assert len(asked) <= MOST_OF_A_PART - 4, asked


@pytest.mark.parametrize(
    "told", ["place=x&after=2603.00003", "place=99&after=2603.00003", "place=1", "place=1&after=x"]
)
def test_neighbours_that_are_none_are_read_from_the_list(
    month: ReviewSite, visitor: Visitor, told: str
) -> None:
    address = "/queue?at_least=50&part=paper&paper=2603.00001"
    page = visitor.get(f"{address}&{told}")
    assert page.response.text == visitor.get(address).response.text


def test_section_that_vanished_is_asked_again_on_the_desk(
    month: ReviewSite, visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.get("/queue")
    answer = visitor.post("/decide", {**page.form(), "accept": "gone", "note": "kept"})
    assert (answer.status, answer.paper) == (400, page.paper)
    assert "Nothing was recorded. The taxonomy has no section 'gone'." in answer.text
    assert answer.form()["note"] == ["kept"]


def test_exact_double_is_not_approved_unseen(site: ReviewSite, visitor: Visitor) -> None:
    for arxiv_id in ("2603.00001", "2603.00002"):
        site.put(
            make_paper(arxiv_id, title="A kettle"), make_prediction(sections=scores(agents=0.9))
        )
    first = visitor.follow(visitor.decide(visitor.get("/queue"), "2603.00001", "approved"))
    asked = visitor.decide(first, "2603.00002", "approved", note="kept")
    assert (asked.status, asked.paper) == (409, "2603.00002")
    assert "has the exact title and an author of 2603.00001" in asked.text
    assert asked.tree.xpath('//a[@href="/paper/2603.00001"]')
    [button] = asked.tree.xpath('//button[@data-action="mine"]')
    hidden = asked.tree.xpath('//input[@name="also"]/@value')
    form = {**asked.form(), button.get("name"): button.get("value"), "also": hidden}
    assert visitor.post("/decide", form).status == 303
    assert [each.note for each in site.decisions("2603.00002")] == ["kept"]
