"""Numbers, instants and stored preferences that no page of ours writes: a sentence each."""

import pytest

from tests.support.review import ReviewSite, Visitor

HUGE = "000000001" + "9" * 30
EDGE = "0001-01-01T00:00%2B23:59"


@pytest.mark.parametrize(
    "address",
    [
        f"/queue?page={HUGE}",
        f"/inbox?page={HUGE}",
        f"/incomplete?page={HUGE}",
        f"/doubles?page={HUGE}",
        f"/queue?since={EDGE}",
        f"/decisions?before={EDGE},1",
        "/deferred?after=9999-12-31T23:59-23:59,1",
    ],
)
def test_number_or_instant_out_of_range_is_refused(
    site: ReviewSite, visitor: Visitor, address: str
) -> None:
    site.fill(["2603.00001"])
    assert visitor.get(address).status == 400


@pytest.mark.parametrize("view", [f"/queue?page={HUGE}", f"/queue?since={EDGE}"])
def test_decision_with_a_damaged_view_is_recorded(
    site: ReviewSite, visitor: Visitor, view: str
) -> None:
    site.fill(["2603.00001"])
    page = visitor.get("/queue")
    answer = visitor.decide(page, "2603.00001", "rejected", reason="other", view=view)
    assert answer.status == 303
    assert len(site.decisions("2603.00001")) == 1


@pytest.mark.parametrize("number", [HUGE, "9" * 5000, "-1", "x"])
def test_forged_number_in_the_inbox_changes_nothing(
    site: ReviewSite, visitor: Visitor, number: str
) -> None:
    site.fill(["2603.00001"])
    token = {"token": visitor.get("/queue").form()["token"], "act": "kept", "seen": f"x:{number}"}
    assert visitor.post("/inbox/undo", {**token, "resolution_id": number}).status == 409
    assert visitor.post("/inbox", {**token, "arxiv_id": "2603.00001"}).status == 409


@pytest.mark.parametrize("text", ["", "x", "3", '{"ids": 3}', '{"last": "2026-11-01"}'])
def test_pages_open_with_damaged_preferences(site: ReviewSite, visitor: Visitor, text: str) -> None:
    site.fill(["2603.00001"])
    with site.open_store() as store:
        for name in ("plan", "limit", "visited", "views", "keys", "language"):
            store.preferences.set("ada", name, text, site.clock())
    for address in ("/queue?order=plan", "/queue?since=visit", "/plan", "/queue-health"):
        assert visitor.get(address).status == 200
    assert visitor.get("/preferences").status == 200
    assert visitor.decide(visitor.get("/queue"), "2603.00001", "deferred").status == 303


@pytest.mark.parametrize("name", ["author", "search"])
def test_bidi_controls_of_a_filter_are_not_shown(visitor: Visitor, name: str) -> None:
    page = visitor.get(f"/queue?{name}=%E2%80%AEevil%00x")
    assert page.status == 200
    assert not {"\u202e", "\x00"} & {*page.response.text}
