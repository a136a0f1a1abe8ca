"""Deciding and undoing: once, by whom, on what was seen; stale and doubled forms; wrong input."""

from datetime import timedelta
from pathlib import Path

import pytest

from storage.types import Decision, Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.review import START, Clock, Room, Visitor, make_room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path)


@pytest.fixture
def visitor(room: Room) -> Visitor:
    return Visitor(room.app())


def live(decisions: list[Decision]) -> list[Decision]:
    return [decision for decision in decisions if decision.undone_at is None]


def test_approving_records_sections_in_the_taxonomys_order(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    page = visitor.get("/queue")
    sections = ["agents", "make-image"]
    answer = visitor.decide(page, "2603.00001", "approved", section=sections, note=" good\r\none ")
    assert answer.status == 303
    [decision] = room.decisions("2603.00001")
    assert (decision.verdict, decision.sections) == (Verdict.APPROVED, ("make-image", "agents"))
    assert (decision.reviewer, decision.note) == ("ada", "good\none")
    assert decision.decided_at == START + timedelta(seconds=1)


def test_rejecting_and_deferring_record_no_sections(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001", "2603.00002"])
    page = visitor.get("/queue")
    visitor.decide(page, "2603.00001", "rejected", note="off topic")
    visitor.decide(page, "2603.00002", "deferred")
    [rejected], [deferred] = room.decisions("2603.00001"), room.decisions("2603.00002")
    assert (rejected.verdict, rejected.sections, rejected.note) == (
        Verdict.REJECTED,
        (),
        "off topic",
    )
    assert (deferred.verdict, deferred.sections, deferred.note) == (Verdict.DEFERRED, (), None)


def test_after_a_decision_the_queue_goes_on_at_the_same_place(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001", "2603.00002", "2603.00003"])
    page = visitor.get("/queue?section=make-image&order=uncertain")
    second, third = page.ids[1], page.ids[2]
    answer = visitor.decide(page, second, "rejected")
    address, _, anchor = answer.location.partition("#")
    assert address.startswith("/queue?section=make-image&order=uncertain&done=")
    assert anchor == f"paper-{third}"
    after = visitor.follow(answer)
    assert after.ids == [page.ids[0], third]
    assert "Rejected A study of paper" in after.text


def test_the_news_carries_the_undo_and_undoing_brings_the_paper_back(
    room: Room, visitor: Visitor
) -> None:
    room.fill(["2603.00001", "2603.00002"])
    after = visitor.follow(visitor.decide(visitor.get("/queue"), "2603.00001", "rejected"))
    assert after.ids == ["2603.00002"]
    back = visitor.follow(visitor.post("/undo", after.form("/undo")))
    assert back.ids == ["2603.00001", "2603.00002"]
    assert "Taken back:" in back.text
    [decision] = room.decisions("2603.00001")
    assert (decision.undone_by, live([decision])) == ("ada", [])


def test_undo_without_a_name_takes_back_ones_own_last_decision(
    room: Room, visitor: Visitor
) -> None:
    room.fill(["2603.00001", "2603.00002"])
    page = visitor.get("/queue")
    visitor.decide(page, "2603.00001", "rejected")
    bo = Visitor(room.app("bo"))
    bo.decide(bo.get("/queue"), "2603.00002", "rejected")
    visitor.post("/undo", {"token": page.form()["token"]})
    assert live(room.decisions("2603.00001")) == []
    assert len(live(room.decisions("2603.00002"))) == 1


def test_undoing_twice_undoes_once(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001", "2603.00002"])
    visitor.decide(visitor.get("/queue"), "2603.00002", "rejected")
    after = visitor.follow(visitor.decide(visitor.get("/queue"), "2603.00001", "rejected"))
    form = after.form("/undo")
    assert visitor.post("/undo", form).status == 303
    assert visitor.post("/undo", form).status == 303
    assert live(room.decisions("2603.00001")) == []
    assert len(live(room.decisions("2603.00002"))) == 1


def test_nothing_to_undo_is_said(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    token = visitor.get("/queue").form()["token"]
    answer = visitor.post("/undo", {"token": token})
    assert answer.status == 400
    assert "ada has no decision to undo." in answer.text


def test_an_unknown_decision_cannot_be_undone(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    token = visitor.get("/queue").form()["token"]
    answer = visitor.post("/undo", {"token": token, "decision_id": "no-such"})
    assert answer.status == 404
    assert "Decision no-such does not exist." in answer.text


def test_a_paper_can_be_decided_again_after_undoing_though_time_stands_still(
    tmp_path: Path,
) -> None:
    room = make_room(tmp_path)
    room.clock = Clock(step=timedelta(0))
    room.fill(["2603.00001"])
    visitor = Visitor(room.app())
    after = visitor.follow(visitor.decide(visitor.get("/queue"), "2603.00001", "rejected"))
    visitor.post("/undo", after.form("/undo"))
    visitor.decide(visitor.get("/queue"), "2603.00001", "rejected")
    assert len(live(room.decisions("2603.00001"))) == 1
    assert visitor.get("/queue").ids == []


def test_the_last_word_stands_though_the_clock_was_set_back(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    with room.open_store() as store:
        tomorrow = START + timedelta(days=1)
        store.decisions.add([make_decision("2603.00001", decided_at=tomorrow, reviewer="bo")])
    visitor.decide(visitor.get("/paper/2603.00001"), "2603.00001", "rejected")
    with room.open_store() as store:
        assert store.decisions.standing(["2603.00001"])["2603.00001"].verdict is Verdict.REJECTED


def test_a_form_sent_twice_is_recorded_once(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    page = visitor.get("/queue")
    first = visitor.decide(page, "2603.00001", "approved")
    second = visitor.decide(page, "2603.00001", "approved")
    assert first.location == second.location
    assert len(room.decisions("2603.00001")) == 1


def test_a_paper_decided_meanwhile_is_not_decided_over(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    mine = visitor.get("/queue")
    bo = Visitor(room.app("bo"))
    bo.decide(bo.get("/queue"), "2603.00001", "approved")
    answer = visitor.decide(mine, "2603.00001", "rejected", note="off topic")
    assert answer.status == 409
    assert "bo decided this paper meanwhile (approved, 2026-03-17 12:00 UTC)" in answer.text
    assert [each.reviewer for each in room.decisions("2603.00001")] == ["bo"]
    # what was chosen is kept, and the new form has seen bo's decision: now it may be replaced
    assert answer.form()["note"] == ["off topic"]
    assert visitor.decide(answer, "2603.00001", "rejected").status == 303
    assert [each.reviewer for each in room.decisions("2603.00001")] == ["bo", "ada"]


def test_a_decision_taken_back_meanwhile_is_noticed(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    visitor.decide(visitor.get("/queue"), "2603.00001", "deferred")
    page = visitor.get("/deferred")
    assert page.ids == ["2603.00001"]
    visitor.post("/undo", {"token": page.form()["token"]})
    answer = visitor.decide(page, "2603.00001", "rejected")
    assert answer.status == 409
    assert "the decision you saw was taken back meanwhile" in answer.text
    assert live(room.decisions("2603.00001")) == []


def test_a_paper_revised_meanwhile_is_read_again_first(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    page = visitor.get("/queue")
    room.put(make_paper("2603.00001", version=2, title="Another claim"))
    answer = visitor.decide(page, "2603.00001", "approved", section=["agents"])
    assert answer.status == 409
    assert "(now version 2)" in answer.text
    assert "Another claim" in answer.text
    assert answer.form()["section"] == ["agents"]
    assert room.decisions("2603.00001") == []


def test_a_deferred_paper_leaves_the_queue_and_can_be_decided_later(
    room: Room, visitor: Visitor
) -> None:
    room.fill(["2603.00001"])
    visitor.decide(visitor.get("/queue"), "2603.00001", "deferred")
    assert visitor.get("/queue").ids == []
    answer = visitor.decide(visitor.get("/deferred"), "2603.00001", "approved")
    assert answer.location.startswith("/deferred?done=")
    assert "Nothing is deferred." in visitor.follow(answer).text


def test_the_standing_sections_are_ticked_when_a_decision_is_changed(
    room: Room, visitor: Visitor
) -> None:
    room.fill(["math/0510544"])
    page = visitor.get("/queue")
    visitor.decide(page, "math/0510544", "approved", section=["agents", "cut-video"])
    page = visitor.get("/paper/math/0510544")
    assert page.form()["section"] == ["cut-video", "agents"]
    answer = visitor.decide(page, "math/0510544", "approved", section=["agents"])
    assert answer.location.startswith("/paper/math/0510544?done=")
    with room.open_store() as store:
        standing = store.decisions.standing(["math/0510544"])["math/0510544"]
    assert standing.sections == ("agents",)


def test_an_approval_needs_a_section(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001"])
    page = visitor.get("/queue?order=newest")
    form = {**page.form(), "verdict": "approved", "note": "keep me"}
    del form["section"]
    answer = visitor.post("/decide", form)
    assert answer.status == 400
    assert "an approval needs at least one section" in answer.text
    assert answer.form()["note"] == ["keep me"]
    assert room.decisions("2603.00001") == []
    # from here the way back is still the same place in the queue
    done = visitor.decide(answer, "2603.00001", "approved", section=["agents"])
    assert done.location.startswith("/queue?order=newest&done=")


@pytest.mark.parametrize(
    ("wrong", "status", "sentence"),
    [
        ({"section": "no-such"}, 400, "The taxonomy has no section 'no-such'."),
        ({"verdict": "maybe"}, 400, "There is no verdict 'maybe'."),
        ({"arxiv_id": "nonsense"}, 400, "This form names no paper."),
        ({"arxiv_id": "2603.99999"}, 404, "There is no paper '2603.99999' here."),
        ({"note": "x" * 2001}, 400, "The note has 2001 characters"),
        ({"section": ["agents"] * 501}, 400, "This request could not be read."),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(
    room: Room, visitor: Visitor, wrong: dict[str, str], status: int, sentence: str
) -> None:
    room.fill(["2603.00001"])
    form = visitor.get("/queue").form()
    answer = visitor.post("/decide", {**form, "verdict": "approved", **wrong})
    assert answer.status == status
    assert sentence in answer.text
    assert room.decisions("2603.00001") == []


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/queue",
        "//evil.example/",
        "/queue\r\nSet-Cookie: a=b",
        "/static/x",
        "http://[",
        "/queue?section=nope",
    ],
)
def test_a_form_cannot_send_the_reviewer_elsewhere(
    room: Room, visitor: Visitor, place: str
) -> None:
    room.fill(["2603.00001"])
    answer = visitor.decide(visitor.get("/queue"), "2603.00001", "rejected", place=place)
    assert answer.status == 303
    assert answer.location.startswith("/queue?done=")


@pytest.mark.parametrize("address", ["/decide", "/undo"])
def test_nothing_is_ever_decided_by_opening_an_address(
    room: Room, visitor: Visitor, address: str
) -> None:
    room.fill(["2603.00001"])
    token = visitor.get("/queue").form()["token"][0]
    answer = visitor.get(f"{address}?token={token}&arxiv_id=2603.00001&verdict=rejected")
    assert answer.status == 405
    assert "This address takes forms only." in answer.text
    assert room.decisions("2603.00001") == []


def test_recent_decisions_can_be_undone_from_their_page(room: Room, visitor: Visitor) -> None:
    room.fill(["2603.00001", "2603.00002"])
    page = visitor.get("/queue")
    visitor.decide(page, "2603.00001", "rejected", note="off topic")
    visitor.decide(page, "2603.00002", "approved")
    page = visitor.get("/decisions")
    assert "off topic" in page.text
    assert "Approved A study of paper 2603.00002 into Images With words" in page.text
    assert visitor.post("/undo", page.forms("/undo")[1]).location.startswith("/decisions?done=")
    assert live(room.decisions("2603.00001")) == []
    assert "taken back by ada" in visitor.get("/decisions").text


def test_a_made_up_piece_of_news_is_not_shown(visitor: Visitor) -> None:
    assert visitor.get("/queue?done=made-up").forms("/undo") == []


def test_a_decision_that_was_replaced_does_not_look_like_the_one_that_stands(
    room: Room, visitor: Visitor
) -> None:
    room.fill(["2603.00001"])
    visitor.decide(visitor.get("/queue"), "2603.00001", "rejected")
    visitor.decide(visitor.get("/paper/2603.00001"), "2603.00001", "approved")
    page = visitor.get("/decisions").text
    assert page.count("by a later decision") == 1
    assert page.index("Approved") < page.index("by a later decision")
