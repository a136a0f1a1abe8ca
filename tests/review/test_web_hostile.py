"""What no page of ours writes: numbers, instants, stored preferences and texts."""

import pytest
from lxml import etree

from tests.support.addresses import addresses
from tests.support.hostile import MARKUP, fill_with_hostile_texts
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


def test_stored_texts_stay_texts_on_every_page(site: ReviewSite) -> None:
    fill_with_hostile_texts(site)
    visitor = Visitor(site.app(reviewer=MARKUP))
    seen = set()
    for address in addresses(site.app(), "2603.00001"):
        page = visitor.get(address)
        assert page.status == {"/": 303, "/paper/none": 404}.get(address, 200), address
        source = page.response.text
        seen |= {address} if "alert(1)" in source else set()
        for element in page.tree.iter(tag=etree.Element) if source else ():
            script = element.tag == "script"
            assert not script or element.get("src", "").startswith("/static/"), address
            assert element.tag not in ("object", "embed", "base"), address
            if element.tag == "iframe":  # the preview of an issue
                assert element.get("src", "").startswith("/issue/"), address
                assert "allow-scripts" not in element.get("sandbox", "allow-scripts"), address
            assert not [name for name in dict(element.attrib) if name.startswith("on")], address
            for name in ("href", "src", "action", "formaction"):
                where = element.get(name, "/")
                assert where.startswith(("/", "#", "?", "https://", "http://")), (address, where)
        assert "<img src=x" not in source, address
        assert ">49<" not in source, address
        assert "\u202e" not in source, address
    shown = {"/queue", "/inbox", "/decisions", "/deferred", "/doubles", "/preferences"}
    assert shown <= seen
