"""The board: what waits for each person, and the forms that assign, release and note absences."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.assignments import Assignment
from storage.claims import Claims
from storage.types import SectionScore
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import START, ReviewSite, Visitor, make_site
from tests.support.storage import add_predictions
from tests.support.team import Browser, TeamSite, make_team

IDS = [f"2603.{number:05d}" for number in range(1, 7)]


@pytest.fixture
def site(site: ReviewSite, tmp_path: Path) -> ReviewSite:
    """Six likely papers, two a section, and two people who decided."""
    site = replace(site, claims=Claims(tmp_path / "survey.duckdb"))
    sections = ("make-image", "cut-video", "agents") * 2
    decided = [make_paper("2602.00001"), make_paper("2602.00002")]
    with site.open_store() as store:
        store.papers.upsert([*map(make_paper, IDS), *decided], seen_at=START)
        predictions = [
            make_prediction(key, sections=(SectionScore(section, 0.5),))
            for key, section in zip(IDS, sections, strict=True)
        ]
        add_predictions(store, predictions)
        store.decisions.add(
            [
                make_decision(one.arxiv_id, reviewer=name, decided_at=START)
                for one, name in zip(decided, ("ada", "bo"), strict=True)
            ]
        )
    return site


def standing(site: ReviewSite) -> tuple[Assignment, ...]:
    with site.open_store() as store:
        return store.assignments.standing()


def send(visitor: Visitor, action: str, number: int = 0, **fields: str) -> str:
    """Fill in a form of the board, and return what the page says then."""
    form = visitor.get("/board").forms(action)[number]
    answer = visitor.post(action, {**form, **fields})
    assert answer.status == 303, answer.text
    return visitor.follow(answer).text


def test_section_is_assigned_and_released(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    said = send(ada, "/board/assign", section="make-image", to="ada")
    assert "Assigned." in said
    assert "2 papers wait for you, 1 minute" in said.replace("1 minutes", "1 minute")
    assert [(one.section, one.reviewer) for one in standing(site)] == [("make-image", "ada")]
    assert "Released" in send(ada, "/board/release")
    assert standing(site) == ()


def test_batch_is_assigned_and_read(site: ReviewSite) -> None:
    ada, bo = Visitor(site.app("ada")), Visitor(site.app("bo"))
    said = send(ada, "/board/assign", 1, size="4", to="bo")
    assert "Batch 1: 4 of 4 wait" in said
    assert sorted(bo.get("/queue?mine=1").ids) == IDS
    assert len(ada.get("/queue?mine=1").ids) == 2


def test_headings_of_numbers_are_marked_as_their_cells(site: ReviewSite) -> None:
    table = Visitor(site.app("ada")).get("/board").tree.xpath("//table[@class='people cards']")[0]
    marked = [one.get("class") for one in table.xpath(".//thead//th")]
    assert [one.get("class") for one in table.xpath("./tbody/tr[1]/*")] == marked
    assert marked.count("count") == 4


def test_view_of_own_papers_is_in_the_address(site: ReviewSite) -> None:
    ada, bo = Visitor(site.app("ada")), Visitor(site.app("bo"))
    send(ada, "/board/assign", section="make-image", to="ada")
    page = bo.get("/queue?mine=1&at_least=50")
    assert len(page.ids) == 4
    assert page.tree.xpath("//ul[@class='chosen']//a/span[text()='yours']")
    assert all("mine=1" in one for one in page.tree.xpath("//main//li[@data-paper]/a/@href"))
    assert page.tree.xpath("//a[@href='/queue?mine=1&at_least=50'][@aria-current]")


def test_absence_returns_a_section_and_a_return_takes_it_back(site: ReviewSite) -> None:
    ada, bo = Visitor(site.app("ada")), Visitor(site.app("bo"))
    send(ada, "/board/assign", section="make-image", to="ada")
    assert len(bo.get("/queue?mine=1").ids) == 4
    said = send(ada, "/board/away", last="2026-03-20")
    assert "away until 2026-03-20" in said
    assert "Everybody's meanwhile: Images With words" in said
    assert len(bo.get("/queue?mine=1").ids) == 6
    assert "here again" in send(ada, "/board/away", back="1")
    assert len(bo.get("/queue?mine=1").ids) == 4


def test_planned_absence_is_shown_while_a_paper_is_read(site: ReviewSite) -> None:
    bo = Visitor(site.app("bo"))
    assert site.claims is not None
    until = site.clock() + timedelta(minutes=9)
    site.claims.change("bo", now=site.clock(), until=until, take=IDS[:1])
    said = send(bo, "/board/away", first="2026-04-01", last="2026-04-10")
    assert "reads" in said
    assert ", away from 2026-04-01" in said


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("/board/assign", {"section": "no-such", "to": "bo"}),
        ("/board/assign", {"section": "", "to": "bo"}),
        ("/board/assign", {"section": "agents", "to": ""}),
        ("/board/assign", {"size": "0", "to": "bo"}),
        ("/board/assign", {"size": "99999", "to": "bo"}),
        ("/board/release", {}),
        ("/board/away", {"to": "ada", "first": "soon"}),
        ("/board/away", {"to": "ada", "first": "9999-12-31", "last": "0001-01-01"}),
    ],
)
def test_form_without_sense_changes_nothing(
    site: ReviewSite, action: str, fields: dict[str, str]
) -> None:
    ada = Visitor(site.app("ada"))
    token = ada.get("/board").form("/board/away")["token"]
    assert ada.post(action, {"token": token, **fields}).status == 400
    assert standing(site) == ()


def test_forms_need_the_token_of_their_session(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    for action in ("/board/assign", "/board/release", "/board/away"):
        assert ada.post(action, {"section": "agents", "to": "bo", "of": "bo"}).status == 403
        assert ada.get(action).status == 405


def test_single_reviewer_has_no_link_to_the_board(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.fill(IDS)
    page = Visitor(site.app()).get("/queue")
    assert not page.tree.xpath("//a[@href='/board' or contains(@href, 'mine=1')]")


def test_hostile_names_are_text(site: ReviewSite) -> None:
    with site.open_store() as store:
        store.assignments.assign("<b onload=x>", section="<i>", actor="x", at=START)
    text = Visitor(site.app("ada")).get("/board").response.text
    assert "<b onload" not in text
    assert "<i>" not in text


def logged_in(site: TeamSite, *names: str) -> list[Browser]:
    """Return browsers of some people in one service."""
    app = site.app()
    browsers = [Browser(app) for _ in names]
    for browser, name in zip(browsers, names, strict=True):
        assert browser.log_in(name).status == 303
    return browsers


def test_only_admins_assign_and_release(tmp_path: Path) -> None:
    site = make_team(tmp_path, "bo")
    ada, bo = logged_in(site, "ada", "bo")
    page, token = bo.get("/board"), bo.token("/board")
    assert not page.tree.xpath("//form[@action='/board/assign' or @action='/board/release']")
    assert "Minutes" not in page.text
    assign = {"section": "agents", "to": "bo"}
    assert bo.post("/board/assign", {"token": token, **assign}).status == 403
    assert bo.post("/board/release", {"token": token, "of": "bo"}).status == 403
    assert bo.post("/board/away", {"token": token, "to": "ada"}).status == 403
    assert bo.post("/board/away", {"token": token, "to": "bo"}).status == 303
    assert ada.post("/board/assign", {"token": ada.token("/board"), **assign}).status == 303
    assert [(one.reviewer, one.assigned_by) for one in standing(site.site)] == [("bo", "ada")]


def test_disabling_a_person_at_the_page_frees_papers(tmp_path: Path) -> None:
    site = make_team(tmp_path, "bo", "cy")
    site.site.fill(IDS)
    ada, bo, cy = logged_in(site, "ada", "bo", "cy")
    send_ = {"section": "make-image", "to": "bo", "token": ada.token("/board")}
    assert ada.post("/board/assign", send_).status == 303
    first = bo.get("/queue").paper
    claim = {"token": bo.token("/queue"), "paper": first}
    assert bo.post("/claims", claim, accept="application/json").response.json()["paper"] == first
    assert cy.get("/queue").paper != first
    assert cy.get("/queue?mine=1").ids == []
    off = {"token": ada.token("/accounts"), "name": "bo", "act": "disable"}
    assert ada.post("/accounts", off).status == 200
    assert cy.get("/queue").paper == first
    assert len(cy.get("/queue?mine=1").ids) == len(IDS)
    assert "account disabled" in ada.get("/board").text
