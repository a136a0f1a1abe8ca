"""Nobody learns another's word before he has given his own: by no page, number or answer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.review.double.rules import TeamRules
from pipeline.review.web.view_state import QueueView
from storage.queue_filter import QueueLimits
from storage.types import Verdict
from tests.support.review import START, Page, ReviewSite, Visitor, kept_site, make_site

IDS = ("2603.00001", "2603.00002", "2603.00003")
KEY = IDS[0]
#: where a word could show
PAGES = (
    "/queue",
    "/queue?order=random",
    f"/queue?paper={KEY}",
    f"/queue?paper={KEY}&part=paper",
    f"/paper/{KEY}",
    "/decisions",
    "/decisions?reviewer=ada",
    "/deferred",
    "/audit",
    "/queue-health",
    "/plan",
    "/inbox",
    "/conflicts",
    "/status",
    "/board",
    "/second-look",
    "/rulings",
    f"/alike/{KEY}",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ReviewSite]:
    """A site where two people read every paper."""
    with kept_site(tmp_path) as site:
        site.rules = TeamRules(percent=100)
        site.fill(IDS)
        yield site


def visitors(site: ReviewSite) -> tuple[Visitor, Visitor, Visitor]:
    return Visitor(site.app("ada")), Visitor(site.app("bo")), Visitor(site.app("cy"))


def approve(visitor: Visitor, key: str, section: str = "make-image") -> Page:
    return visitor.decide(visitor.get("/queue"), key, "approved", section=[section])


def without_sizes(page: str) -> str:
    """Return a page without sizes: the database grows with any event, the disk has other users."""
    return re.sub(r"[0-9.]+ (?:[kMGT]?B|bytes)\b", "", page)


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_others_are_the_same_with_a_word(site: ReviewSite, path: str) -> None:
    ada, bo, _ = visitors(site)
    before = bo.get(path)
    approve(ada, KEY)
    after = bo.get(path)
    assert after.status == before.status
    assert without_sizes(after.response.text) == without_sizes(before.response.text)


def test_own_word_leaves_only_the_own_queue(site: ReviewSite) -> None:
    ada, bo, _ = visitors(site)
    said = approve(ada, KEY)
    after = ada.follow(said)
    assert after.ids == list(IDS[1:])
    assert "It counts when another person says the same." in after.text
    assert bo.get("/queue").ids == list(IDS)
    assert site.decisions(KEY) == []


def test_numbers_of_others_count_the_paper_as_waiting(site: ReviewSite) -> None:
    ada, _, _ = visitors(site)
    approve(ada, KEY)
    with site.open_store() as store:
        today, limits = START.date(), QueueLimits()
        whole = store.queue.totals(today=today, limits=limits)
        own = store.queue.totals(
            today=today, limits=limits, without=store.opinions.closed_to("ada")
        )
        others = store.queue.totals(
            today=today, limits=limits, without=store.opinions.closed_to("bo")
        )
    assert (whole, others.whole) == (others, 3)
    assert (own.whole, own.above_limit) == (2, 2)


def test_message_on_a_word_is_for_its_giver_only(site: ReviewSite) -> None:
    ada, bo, _ = visitors(site)
    there = approve(ada, KEY).location
    assert "approved" in ada.get(there).text.lower().split("undo")[0]
    assert not bo.get(there).tree.xpath("//*[@id='flash']")


def test_undo_of_another_word_is_an_unknown_decision(site: ReviewSite) -> None:
    ada, bo, _ = visitors(site)
    approve(ada, KEY)
    with site.open_store() as store:
        [word] = store.opinions.live()
    form = {**bo.get("/queue").form("/decide"), "decision_id": word.opinion_id}
    refused = bo.post("/undo", form)
    assert (refused.status, f"Decision {word.opinion_id} does not exist" in refused.text) == (
        404,
        True,
    )


def test_highlights_of_others_are_hidden_until_it_is_decided(site: ReviewSite) -> None:
    ada, bo, _ = visitors(site)
    form = ada.get(f"/queue?paper={KEY}").form("/decide", KEY)
    ada.post("/decide", {**form, "highlight": "set", "note": "A fine paper."})
    assert "A fine paper." in ada.get(f"/paper/{KEY}").text
    assert "A fine paper." not in bo.get(f"/paper/{KEY}").text
    approve(ada, KEY)
    approve(bo, KEY)
    assert "A fine paper." in bo.get(f"/paper/{KEY}").text


def test_own_word_is_shown_on_the_paper_s_page(site: ReviewSite) -> None:
    ada, bo, _ = visitors(site)
    approve(ada, KEY)
    said = "your word, kept until another person has read the paper"
    assert said in ada.get(f"/paper/{KEY}").text
    assert said not in bo.get(f"/paper/{KEY}").text


def test_second_equal_word_decides_on_the_page(site: ReviewSite) -> None:
    ada, bo, _ = visitors(site)
    approve(ada, KEY)
    page = bo.follow(approve(bo, KEY))
    assert "It counts when" not in page.text
    [decision] = site.decisions(KEY)
    assert (decision.verdict, decision.reviewer) == (Verdict.APPROVED, "bo")
    words = bo.get(f"/paper/{KEY}").tree.xpath("//p[contains(., 'After the words of')]/bdi/text()")
    assert words == ["ada", "bo"]
    assert ada.get("/queue").ids == list(IDS[1:])


def test_difference_goes_to_the_page_of_conflicts(site: ReviewSite) -> None:
    ada, bo, cy = visitors(site)
    approve(ada, KEY)
    page = bo.follow(bo.decide(bo.get("/queue"), KEY, "rejected"))
    assert "Another person said otherwise" in page.text
    assert not page.tree.xpath("//*[@id='flash']//form")
    for visitor in (ada, bo, cy):
        assert KEY not in visitor.get("/queue").ids
    assert "another person decides" not in cy.get("/conflicts").text


def test_third_person_decides_as_one_of_the_two(site: ReviewSite) -> None:
    ada, bo, cy = visitors(site)
    approve(ada, KEY)
    bo.decide(bo.get("/queue"), KEY, "rejected", note="no language model")
    page = cy.get("/conflicts")
    assert "no language model" in page.text
    form = page.form("/conflicts")
    chosen = page.tree.xpath("//button[@name='as' and contains(., 'bo')]/@value")[0]
    done = cy.post("/conflicts", {**form, "as": chosen})
    assert (done.status, site.decisions(KEY)[0].note) == (303, "no language model")
    assert "No paper waits for a third word." in cy.follow(done).text


def test_third_person_decides_otherwise(site: ReviewSite) -> None:
    ada, bo, cy = visitors(site)
    approve(ada, KEY)
    bo.decide(bo.get("/queue"), KEY, "rejected")
    form = cy.get("/conflicts").form("/conflicts")
    empty = cy.post("/conflicts", {**form, "verdict": "approved", "section": ""})
    assert (empty.status, "Name at least one section" in empty.text) == (400, True)
    done = cy.post("/conflicts", {**form, "verdict": "approved", "section": "cut-video"})
    assert (done.status, site.decisions(KEY)[0].sections) == (303, ("cut-video",))


def test_giver_of_a_word_is_told_to_wait_for_another_person(site: ReviewSite) -> None:
    ada, bo, cy = visitors(site)
    cy.decide(cy.get("/queue"), IDS[1], "rejected")
    ada.decide(ada.get("/queue"), IDS[1], "rejected")  # decides, as two agree
    approve(ada, KEY)
    form = cy.get("/queue").form("/decide")
    bo.decide(bo.get("/queue"), KEY, "rejected")
    bo.decide(bo.get("/queue"), IDS[2], "rejected")
    cy.decide(cy.get("/queue"), IDS[2], "rejected")
    assert form["arxiv_id"] == [KEY]
    page = ada.get("/conflicts")
    assert "One of these words is yours, so another person decides: " in page.text
    assert not page.forms("/conflicts")


def test_form_opened_before_two_spoke_is_refused(site: ReviewSite) -> None:
    ada, bo, cy = visitors(site)
    form = cy.get("/queue").form("/decide", KEY)
    approve(ada, KEY)
    bo.decide(bo.get("/queue"), KEY, "rejected")
    late = cy.post("/decide", {**form, "verdict": "rejected", "reason": "other"})
    assert (late.status, "do not agree" in late.text) == (409, True)
    assert "Record mine" not in late.text  # it would be refused again
    assert late.tree.xpath("//*[@id='asked']//a[@href='/conflicts']")
    assert site.decisions(KEY) == []


def test_marked_papers_are_kept_and_undone_together(site: ReviewSite) -> None:
    ada, _, _ = visitors(site)
    form = {"token": ada.get("/queue").form("/decide")["token"], "view": "/queue"}
    asked = ada.post("/decide-many", {**form, "paper": list(IDS)})
    done = ada.post(
        "/decide-many", {**asked.form("/decide-many"), "verdict": "rejected", "reason": "other"}
    )
    assert "Your words on 3 papers are kept" in done.text
    ada.post("/undo", {**done.form("/undo"), "confirmed": "1"})
    assert ada.get("/queue").ids == list(IDS)


def test_script_gets_the_message_of_a_word(site: ReviewSite) -> None:
    ada, _, _ = visitors(site)
    form = {**ada.get("/queue").form("/decide", KEY), "verdict": "rejected", "reason": "other"}
    answer = json.loads(ada.post("/decide", form, {"accept": "application/json"}).response.text)
    assert (answer["recorded"], answer["done_today"]) == (True, 1)
    assert "It counts when another person says the same." in answer["flash"]
    undone = ada.post(
        "/undo",
        {"token": form["token"], "view": "/queue", "decision_id": answer["decision_id"]},
        {"accept": "application/json"},
    )
    assert json.loads(undone.response.text)["papers"] == [KEY]


def test_admin_says_what_becomes_of_lone_words(site: ReviewSite) -> None:
    ada, _, _ = visitors(site)
    approve(ada, KEY)
    site.rules = TeamRules()
    root = Visitor(site.app("root"))
    page = root.get("/conflicts")
    assert "One word waits for a second one that no one needs any more" in page.text
    assert site.decisions(KEY) == []
    root.post("/conflicts/lone", {**page.form("/conflicts/lone"), "end": "release"})
    assert [one.reviewer for one in site.decisions(KEY)] == ["ada"]
    assert "no one needs any more" not in root.get("/conflicts").text


def test_without_double_review_no_page_names_it(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.fill(IDS)
    assert "/conflicts" not in Visitor(site.app()).get("/queue").response.text
    assert QueueView("/conflicts").url() == "/conflicts"


def test_word_against_a_rejection_is_shown_with_it(site: ReviewSite) -> None:
    ada, bo, _ = visitors(site)
    for visitor in (ada, bo):
        visitor.decide(visitor.get("/queue"), KEY, "rejected")
    form = ada.get(f"/paper/{KEY}").form("/decide", KEY)
    ada.post("/decide", {**form, "verdict": "approved", "section": "make-image"})
    page = bo.get("/conflicts")
    assert "It stands rejected. A word would approve it" in page.text
    chosen = page.tree.xpath("//button[@name='as']/@value")[0]
    bo.post("/conflicts", {**page.form("/conflicts"), "as": chosen})
    assert site.decisions(KEY)[-1].verdict is Verdict.APPROVED


def test_refusals_are_chinese_too(site: ReviewSite) -> None:
    ada, bo, cy = visitors(site)
    chinese = {"accept-language": "zh"}
    form = cy.get("/queue").form("/decide", KEY)
    approve(ada, KEY)
    bo.decide(bo.get("/queue"), KEY, "rejected")
    late = cy.post("/decide", {**form, "verdict": "rejected", "reason": "other"}, chinese)
    assert "意见不一致" in late.text
    assert "分歧" in cy.get("/conflicts", chinese).text
