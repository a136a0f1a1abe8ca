"""Every page says what the act before it did, and the undo comes back to the same view."""

import pytest

from pipeline.review.web.view_state import PAGES
from storage.types import Verdict
from tests.support.review import ReviewSite, Visitor

IDS = ("2603.00001", "2603.00002", "2603.00003")
#: of accounts, which this site does not have; of one paper, whose address has its ID
ELSEWHERE = {"/account", "/accounts", "/alike"}


def undo_last(visitor: Visitor, address: str) -> str:
    """Press "Undo last" of a page without a script; return where it leads."""
    page = visitor.get(address)
    [form] = [form for form in page.tree.forms if form.get("id") == "undo-last"]
    return visitor.post("/undo", dict(form.form_values())).location


@pytest.mark.parametrize("address", sorted(PAGES - ELSEWHERE))
def test_undo_is_said_on_every_page(site: ReviewSite, visitor: Visitor, address: str) -> None:
    site.fill(IDS)
    visitor.decide(visitor.get("/queue?at_least=0"), IDS[0], Verdict.APPROVED)
    there = undo_last(visitor, address)
    assert there.startswith(address)
    page = visitor.get(there)
    assert page.status == 200
    [said] = page.tree.xpath("//*[@id='flash']")
    assert "Taken back: A study of paper 2603.00001" in " ".join(said.text_content().split())
    assert site.decisions(IDS[0])[-1].undone_at is not None


def test_undo_keeps_the_view(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(IDS)
    view = "/queue?at_least=10&search=study&order=newest"
    visitor.decide(visitor.get(view), IDS[0], Verdict.APPROVED)
    there = undo_last(visitor, view)
    assert "at_least=10&search=study&order=newest" in there
    assert visitor.get(there).paper == IDS[0]
    paper = f"/paper/{IDS[1]}?from=%2Fqueue%3Fat_least%3D10"
    visitor.decide(visitor.get(paper), IDS[1], Verdict.APPROVED)
    assert "from=%2Fqueue%3Fat_least%3D10" in undo_last(visitor, paper)


def test_message_cannot_be_forged(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(IDS)
    for query in ("done=nothing", "done=3", "said=Pay+now", "said=%00"):
        page = visitor.get(f"/plan?{query}")
        assert page.status == 200
        assert page.tree.xpath("//*[contains(@class, 'flash')]") == []


def test_saved_view_is_said(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(IDS)
    form = visitor.get("/queue?at_least=10").form("/views")
    page = visitor.follow(visitor.post("/views", {**form, "name": "Mine", "act": "save"}))
    assert "The view is saved; it stands under Saved views." in page.text
    assert "≥ 10" in page.text


@pytest.mark.parametrize("filled", [True, False])
def test_paper_that_is_not_there_is_named(
    site: ReviewSite, visitor: Visitor, *, filled: bool
) -> None:
    site.fill(IDS if filled else ())
    for text, said in (
        ("2603.09999", "arXiv:2603.09999 is not in the database."),
        ("kettle", "'kettle' is no arXiv ID."),
    ):
        page = visitor.get(f"/queue?at_least=0&paper={text}")
        assert page.status == 200
        assert said in page.text
        assert page.paper == (IDS[0] if filled else "")
