"""Forms of the review site: decide and undo, stale and repeated forms, wrong input."""

from datetime import timedelta
from pathlib import Path

import pytest

from storage.types import Decision, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import START, Clock, ReviewSite, Visitor, make_site, scores


def live(decisions: list[Decision]) -> list[Decision]:
    return [decision for decision in decisions if decision.undone_at is None]


def test_approval_stores_sections_in_taxonomy_order(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    page = visitor.get("/queue")
    sections = ["agents", "make-image"]
    answer = visitor.decide(page, "2603.00001", "approved", section=sections, note=" good\r\none ")
    assert answer.status == 303
    [decision] = site.decisions("2603.00001")
    assert (decision.verdict, decision.sections) == (Verdict.APPROVED, ("make-image", "agents"))
    assert (decision.reviewer, decision.note) == ("ada", "good\none")
    assert decision.decided_at > START


def test_rejection_and_deferral_ignore_boxes_ticked_by_the_page(
    site: ReviewSite, visitor: Visitor
) -> None:
    site.fill(["2603.00001", "2603.00002"])
    page = visitor.get("/queue")
    visitor.decide(page, "2603.00001", "rejected", note="off topic")
    visitor.decide(page, "2603.00002", "deferred")
    [rejected], [deferred] = site.decisions("2603.00001"), site.decisions("2603.00002")
    assert (rejected.verdict, rejected.sections, rejected.note) == (
        Verdict.REJECTED,
        (),
        "off topic",
    )
    assert (deferred.verdict, deferred.sections, deferred.note) == (Verdict.DEFERRED, (), None)


def test_decision_returns_to_the_same_view(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001", "2603.00002", "2603.00003"])
    page = visitor.get("/queue?section=make-image&order=uncertain")
    second, third = page.ids[1], page.ids[2]
    answer = visitor.decide(page, second, "rejected")
    assert answer.location.startswith(
        f"/queue?section=make-image&order=uncertain&paper={third}&at=1&done="
    )
    after = visitor.follow(answer)
    assert after.ids == [page.ids[0], third]
    assert after.paper == third
    assert "Rejected A study of paper" in after.text


def test_message_offers_undo_which_restores_the_paper(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001", "2603.00002"])
    after = visitor.follow(visitor.decide(visitor.get("/queue"), "2603.00001", "rejected"))
    assert after.ids == ["2603.00002"]
    back = visitor.follow(visitor.post("/undo", after.form("/undo")))
    assert back.ids == ["2603.00001", "2603.00002"]
    assert "Taken back:" in back.text
    [decision] = site.decisions("2603.00001")
    assert (decision.undone_by, live([decision])) == ("ada", [])


def test_undo_without_id_takes_back_own_last_decision(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001", "2603.00002"])
    page = visitor.get("/queue")
    visitor.decide(page, "2603.00001", "rejected")
    bo = Visitor(site.app("bo"))
    bo.decide(bo.get("/queue"), "2603.00002", "rejected")
    visitor.post("/undo", {"token": page.form()["token"]})
    assert live(site.decisions("2603.00001")) == []
    assert len(live(site.decisions("2603.00002"))) == 1


def test_undo_twice_takes_back_one_decision(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001", "2603.00002"])
    visitor.decide(visitor.get("/queue"), "2603.00002", "rejected")
    after = visitor.follow(visitor.decide(visitor.get("/queue"), "2603.00001", "rejected"))
    form = after.form("/undo")
    assert visitor.post("/undo", form).status == 303
    assert visitor.post("/undo", form).status == 303
    assert live(site.decisions("2603.00001")) == []
    assert len(live(site.decisions("2603.00002"))) == 1


def test_nothing_to_undo_is_an_error(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    token = visitor.get("/queue").form()["token"]
    answer = visitor.post("/undo", {"token": token})
    assert answer.status == 400
    assert "ada has no decision to undo." in answer.text


def test_unknown_decision_cannot_be_undone(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    token = visitor.get("/queue").form()["token"]
    answer = visitor.post("/undo", {"token": token, "decision_id": "no-such"})
    assert answer.status == 404
    assert "Decision no-such does not exist." in answer.text


def test_paper_is_decided_again_after_undo_at_the_same_instant(
    tmp_path: Path,
) -> None:
    site = make_site(tmp_path)
    site.clock = Clock(step=timedelta(0))
    site.fill(["2603.00001"])
    visitor = Visitor(site.app())
    after = visitor.follow(visitor.decide(visitor.get("/queue"), "2603.00001", "rejected"))
    visitor.post("/undo", after.form("/undo"))
    visitor.decide(visitor.get("/queue"), "2603.00001", "rejected")
    assert len(live(site.decisions("2603.00001"))) == 1
    assert visitor.get("/queue").ids == []


def test_last_decision_counts_though_clock_was_set_back(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    with site.open_store() as store:
        tomorrow = START + timedelta(days=1)
        store.decisions.add([make_decision("2603.00001", decided_at=tomorrow, reviewer="bo")])
    visitor.decide(visitor.get("/paper/2603.00001"), "2603.00001", "rejected")
    with site.open_store() as store:
        assert store.decisions.standing(["2603.00001"])["2603.00001"].verdict is Verdict.REJECTED


def test_form_sent_twice_is_recorded_once(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    page = visitor.get("/queue")
    first = visitor.decide(page, "2603.00001", "approved")
    second = visitor.decide(page, "2603.00001", "approved")
    assert first.location == second.location
    assert len(site.decisions("2603.00001")) == 1


def test_decision_made_meanwhile_is_not_replaced(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    mine = visitor.get("/queue")
    bo = Visitor(site.app("bo"))
    bo.decide(bo.get("/queue"), "2603.00001", "approved")
    answer = visitor.decide(mine, "2603.00001", "rejected", note="off topic")
    assert answer.status == 409
    assert "bo decided 2603.00001 meanwhile (approved, 2026-03-17 12:00 UTC" in answer.text
    assert [each.reviewer for each in site.decisions("2603.00001")] == ["bo"]
    # the new form keeps the choices and was made after bo's decision
    assert answer.form()["note"] == ["off topic"]
    assert visitor.decide(answer, "2603.00001", "rejected").status == 303
    assert [each.reviewer for each in site.decisions("2603.00001")] == ["bo", "ada"]


def test_decision_taken_back_meanwhile_is_noticed(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    visitor.decide(visitor.get("/queue"), "2603.00001", "deferred")
    listed = visitor.get("/deferred")
    assert listed.ids == ["2603.00001"]
    page = visitor.get(listed.link("2603.00001"))
    visitor.post("/undo", {"token": page.form()["token"]})
    answer = visitor.decide(page, "2603.00001", "rejected")
    assert answer.status == 409
    assert "The decision you saw on 2603.00001 was taken back meanwhile." in answer.text
    assert live(site.decisions("2603.00001")) == []


def test_paper_revised_meanwhile_is_shown_again(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    page = visitor.get("/queue")
    site.put(make_paper("2603.00001", version=2, title="Another claim"))
    answer = visitor.decide(page, "2603.00001", "approved", section=["agents"])
    assert answer.status == 409
    assert "(now version 2)" in answer.text
    assert "Another claim" in answer.text
    assert answer.form()["section"] == ["agents"]
    assert site.decisions("2603.00001") == []


def test_deferred_paper_is_decided_later(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    visitor.decide(visitor.get("/queue"), "2603.00001", "deferred")
    assert visitor.get("/queue").ids == []
    answer = visitor.decide(visitor.get("/deferred"), "2603.00001", "approved")
    assert answer.location.startswith("/deferred?done=")
    assert "Nothing is deferred." in visitor.follow(answer).text


def test_sections_of_standing_approval_are_ticked(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["math/0510544"])
    page = visitor.get("/queue")
    visitor.decide(page, "math/0510544", "approved", section=["agents", "cut-video"])
    page = visitor.get("/paper/math/0510544")
    assert page.form()["section"] == ["cut-video", "agents"]
    answer = visitor.decide(page, "math/0510544", "approved", section=["agents"])
    assert answer.location.startswith("/queue?at=0&done=")
    with site.open_store() as store:
        standing = store.decisions.standing(["math/0510544"])["math/0510544"]
    assert standing.sections == ("agents",)


def test_approval_with_nothing_ticked_asks_at_the_same_place(
    site: ReviewSite, visitor: Visitor
) -> None:
    site.fill(["2603.00001", "2603.00002"])
    page = visitor.get("/queue?order=newest")
    form = {**page.form(), "verdict": "approved", "note": "keep me"}
    del form["section"]
    asked = visitor.post("/decide", form)
    assert asked.status == 400
    assert (asked.ids, asked.paper) == (page.ids, page.paper)
    assert "choose where this paper belongs" in asked.text
    [focused] = asked.tree.xpath("//*[@autofocus]")
    assert focused.tag == "fieldset"
    assert asked.form()["note"] == ["keep me"]
    assert site.decisions("2603.00001") == []
    done = visitor.decide(asked, page.paper, "approved", section=["agents"])
    assert done.location.startswith(f"/queue?order=newest&paper={page.ids[1]}&at=0&done=")


def test_candidate_button_decides_for_its_section_alone(site: ReviewSite, visitor: Visitor) -> None:
    sections = scores(make_image=0.6, cut_video=0.4)
    site.put(make_paper("2603.00001"), make_prediction(sections=sections))
    page = visitor.get("/queue")
    first, second = page.tree.xpath('//button[@name="accept"]')
    assert " ".join(first.text_content().split()) == ("Approve: Images With words 60 %")
    form = {**page.form(), "accept": second.get("value"), "note": "n"}
    assert form["section"] == ["make-image"]
    assert visitor.post("/decide", form).status == 303
    [decision] = site.decisions("2603.00001")
    assert (decision.sections, decision.note) == (("cut-video",), "n")


def test_rejection_with_a_ticked_box_is_asked_once_more(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    page = visitor.get("/queue")
    asked = visitor.decide(page, "2603.00001", "rejected", section=["make-image", "agents"])
    assert asked.status == 400
    assert "(agents), but only an approval names sections" in asked.text
    assert site.decisions("2603.00001") == []
    assert visitor.decide(asked, "2603.00001", "rejected").status == 303
    assert [each.sections for each in site.decisions("2603.00001")] == [()]


@pytest.mark.parametrize(
    ("wrong", "status", "sentence"),
    [
        ({"section": "no-such"}, 400, "The taxonomy has no section 'no-such'."),
        ({"verdict": "perhaps"}, 400, "'perhaps' is not a verdict."),
        ({"verdict": ""}, 400, "Nothing is recorded yet: press a verdict."),
        ({"verdict": "rejected", "reason": "no-such"}, 400, "'no-such' is not a reason."),
        ({"verdict": "deferred", "return_on": "soon"}, 400, "'soon' is not a day."),
        ({"verdict": "deferred", "return_on": "2026-03-17"}, 400, "which is not in the future"),
        ({"arxiv_id": "nonsense"}, 400, "'nonsense' is not an arXiv ID."),
        (
            {"arxiv_id": "2603.99999"},
            404,
            "Nothing was recorded. Paper '2603.99999' is not in the database.",
        ),
        ({"note": "x" * 2001}, 400, "The note on 2603.00001 has 2,001 characters"),
        ({"section": ["agents"] * 501}, 400, "This request could not be read."),
    ],
)
def test_wrong_input_is_refused(
    site: ReviewSite, visitor: Visitor, wrong: dict[str, str], status: int, sentence: str
) -> None:
    site.fill(["2603.00001"])
    form = visitor.get("/queue").form()
    answer = visitor.post("/decide", {**form, "verdict": "approved", **wrong})
    assert answer.status == status
    assert sentence in answer.text
    assert site.decisions("2603.00001") == []


@pytest.mark.parametrize(
    "view",
    [
        "https://evil.example/queue",
        "//evil.example/",
        "/queue\r\nSet-Cookie: a=b",
        "/static/x",
        "http://[",
        "/queue?section=nope",
    ],
)
def test_form_cannot_redirect_elsewhere(site: ReviewSite, visitor: Visitor, view: str) -> None:
    site.fill(["2603.00001"])
    answer = visitor.decide(visitor.get("/queue"), "2603.00001", "rejected", view=view)
    assert answer.status == 303
    assert answer.location.startswith("/queue?at=0&done=")


@pytest.mark.parametrize("address", ["/decide", "/undo"])
def test_get_request_decides_nothing(site: ReviewSite, visitor: Visitor, address: str) -> None:
    site.fill(["2603.00001"])
    token = visitor.get("/queue").form()["token"][0]
    answer = visitor.get(f"{address}?token={token}&arxiv_id=2603.00001&verdict=rejected")
    assert answer.status == 405
    assert "This address accepts forms only." in answer.text
    assert site.decisions("2603.00001") == []


def test_decisions_page_offers_undo(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001", "2603.00002"])
    page = visitor.get("/queue")
    visitor.decide(page, "2603.00001", "rejected", note="off topic")
    visitor.decide(page, "2603.00002", "approved")
    page = visitor.get("/decisions")
    assert "off topic" in page.text
    assert "Approved A study of paper 2603.00002 into Images With words" in page.text
    assert visitor.post("/undo", page.forms("/undo")[1]).location.startswith("/decisions?done=")
    assert live(site.decisions("2603.00001")) == []
    assert "taken back by ada" in visitor.get("/decisions").text


def test_forged_message_is_not_shown(visitor: Visitor) -> None:
    assert visitor.get("/queue?done=made-up").forms("/undo") == []


def test_replaced_decision_is_marked(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    visitor.decide(visitor.get("/queue"), "2603.00001", "rejected")
    visitor.decide(visitor.get("/paper/2603.00001"), "2603.00001", "approved")
    page = visitor.get("/decisions").text
    assert page.count("by a later decision") == 1
    assert page.index("Approved") < page.index("by a later decision")
