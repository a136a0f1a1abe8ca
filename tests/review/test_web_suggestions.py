"""Suggestions in the pages: cases with who asked, taken up, refused, answered, taken back."""

from datetime import timedelta
from typing import Any

import pytest

from pipeline.review.double.rules import TeamRules
from storage.suggestion_types import NewSuggestion, Relation, SuggestionKind, SuggestionState
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.review import START, Page, ReviewSite, Visitor

PAPER, OTHER = "2603.00001", "2603.00002"
HOSTILE = '<img src=x onerror=alert(1)> \u202eevil {{ 7*7 }} "quoted" & \x1b[2J'


@pytest.fixture
def ada(site: ReviewSite) -> Visitor:
    for arxiv_id in (PAPER, OTHER):
        site.put(make_paper(arxiv_id, title=f"Drawing {arxiv_id}"))
    decide(site, PAPER)
    return Visitor(site.app())


def decide(site: ReviewSite, arxiv_id: str, **more: Any) -> None:
    given = {"sections": ("make-image",), "decided_at": START, "reviewer": "bo", **more}
    with site.open_store() as store:
        store.decisions.add([make_decision(arxiv_id, **given)])


def suggest(
    site: ReviewSite, kind: SuggestionKind, value: str = "", *, number: int = 1, **more: Any
) -> str:
    key = f"{number:032x}"
    given = {"arxiv_id": PAPER, "name": "Grace", "note": "Please.", **more}
    with site.open_store() as store:
        new = NewSuggestion(key, kind, new_value=value, **given)
        store.suggestions.add(new, START + timedelta(hours=number))
    return key


def state(site: ReviewSite, key: str) -> SuggestionState:
    with site.open_store() as store:
        found = store.suggestions.get(key)
    assert found is not None
    return found.state


def press(ada: Visitor, page: Page, **button: Any) -> Page:
    return ada.post("/suggestions", {**page.form("/suggestions"), **button})


def test_case_shows_who_asked_and_what_would_change(ada: Visitor, site: ReviewSite) -> None:
    suggest(site, SuggestionKind.WRONG_SECTION, "agents", relation=Relation.AUTHOR,
            old_value="make-image")  # fmt: skip
    suggest(site, SuggestionKind.WRONG_SECTION, "agents", number=2, name="")
    page = ada.get("/suggestions")
    assert page.status == 200
    assert page.ids == [PAPER]
    for part in ("Grace (not verified)", "says to be an author", "without a name", "2 people"):
        assert part in page.text
    assert page.tree.xpath("string(//ins)") == "Agents"
    assert "Making > Pictures" in page.tree.xpath("string(//del)") or page.tree.xpath("//del")


def test_word_of_the_first_of_two_is_shown_to_him_alone(ada: Visitor, site: ReviewSite) -> None:
    site.rules = TeamRules(percent=100)
    key = suggest(site, SuggestionKind.WRONG_SECTION, "agents")
    first, second = Visitor(site.app("ada")), Visitor(site.app("bo"))
    kept = first.follow(press(first, first.get("/suggestions"), apply=[key]))
    assert "made when another person takes it up too" in first.get("/suggestions").text, kept.text
    page = second.get("/suggestions")
    assert "another person" not in page.text
    press(second, page, apply=[key])
    assert site.decisions(PAPER)[-1].sections == ("agents",)
    assert state(site, key) is SuggestionState.APPLIED


def test_correction_is_taken_up_with_one_button(ada: Visitor, site: ReviewSite) -> None:
    key = suggest(site, SuggestionKind.WRONG_SECTION, "agents")
    page = ada.get("/suggestions")
    assert page.tree.xpath("normalize-space(//button[@name='apply'])") == "Take up: Agents"
    done = press(ada, page, apply=[key])
    assert done.status == 303
    made = site.decisions(PAPER)[-1]
    assert (made.sections, made.reviewer) == (("agents",), "ada")
    assert state(site, key) is SuggestionState.APPLIED
    flash = ada.get(done.location)
    assert "taken up (Agents)" in flash.text
    back = ada.post("/suggestions/undo", flash.form("/suggestions/undo"))
    assert back.status == 303
    assert state(site, key) is SuggestionState.WAITING
    assert ada.get(back.location).paper == PAPER


@pytest.mark.parametrize(
    ("path", "place"),
    [("/suggestions", "Inbox"), ("/second-look", "Inbox"), ("/rulings", "Decisions")],
)
def test_page_is_shown_under_its_place(ada: Visitor, path: str, place: str) -> None:
    assert ada.get(path).tree.xpath("//nav[@id='places']//a[@aria-current]/text()") == [place]


def test_ticked_sections_are_taken_instead(ada: Visitor, site: ReviewSite) -> None:
    key = suggest(site, SuggestionKind.WRONG_SECTION, "agents")
    press(ada, ada.get("/suggestions"), place=[key], section=["make-image", "agents"])
    assert set(site.decisions(PAPER)[-1].sections) == {"make-image", "agents"}


def test_stale_page_records_nothing(ada: Visitor, site: ReviewSite) -> None:
    key = suggest(site, SuggestionKind.WRONG_SECTION, "agents")
    page = ada.get("/suggestions")
    decide(site, PAPER, decided_at=START + timedelta(hours=5), sections=("cut-video",))
    answer = press(ada, page, apply=[key])
    assert answer.status == 409
    assert "Nothing was recorded." in answer.text
    assert state(site, key) is SuggestionState.WAITING


def test_refusal_needs_a_sentence(ada: Visitor, site: ReviewSite) -> None:
    key = suggest(site, SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    page = ada.get("/suggestions")
    assert press(ada, page, act=["refuse"]).status == 400
    assert press(ada, page, act=["refuse"], text=["No trace of it."]).status == 303
    assert state(site, key) is SuggestionState.REFUSED


def test_answer_leaves_the_case_open(ada: Visitor, site: ReviewSite) -> None:
    key = suggest(site, SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    done = press(ada, ada.get("/suggestions"), act=["answer"], text=["Which track?"])
    assert "can read your answer" in ada.get(done.location).text
    assert state(site, key) is SuggestionState.WAITING


def test_missing_paper_is_decided_on_its_own_page(ada: Visitor, site: ReviewSite) -> None:
    key = suggest(site, SuggestionKind.MISSING_PAPER, arxiv_id=OTHER)
    page = ada.get("/suggestions")
    assert page.tree.xpath("//form[@id='answer']//a/@href") == [f"/paper/{OTHER}"]
    paper = ada.get(f"/paper/{OTHER}")
    assert "Grace (not verified)" in paper.text
    decide(site, OTHER, verdict=Verdict.APPROVED, decided_at=START + timedelta(hours=9))
    assert state(site, key) is SuggestionState.LISTED
    assert "No suggestion waits." in ada.get("/suggestions").text


def test_desk_shows_who_asked_for_the_open_paper(ada: Visitor, site: ReviewSite) -> None:
    suggest(site, SuggestionKind.MISSING_PAPER, arxiv_id=OTHER, note="It draws.")
    page = ada.get("/queue")
    assert page.paper == OTHER
    assert "Grace (not verified)" in page.text
    assert "It draws." in page.text


def test_inbox_has_the_tab_only_with_suggestions(ada: Visitor, site: ReviewSite) -> None:
    assert "/suggestions" not in ada.get("/inbox").response.text
    suggest(site, SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    for path in ("/inbox", "/doubles", "/incomplete"):
        assert ada.get(path).tree.xpath("string(//a[@href='/suggestions'])").split() == [
            "Suggestions",
            "1",
        ]


def test_empty_inbox_links_the_suggestions_that_wait(ada: Visitor, site: ReviewSite) -> None:
    link = "string(//*[@class='nothing']//a[@href='/suggestions'])"
    assert ada.get("/inbox").tree.xpath(link) == ""
    suggest(site, SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    assert ada.get("/inbox").tree.xpath(link).split() == ["Suggestions", "1"]


def test_hostile_suggestion_stays_text(ada: Visitor, site: ReviewSite) -> None:
    suggest(site, SuggestionKind.ACCEPTED_AT, HOSTILE, name=HOSTILE, note=HOSTILE,
            origin=HOSTILE, old_value=HOSTILE)  # fmt: skip
    for path in ("/suggestions", f"/paper/{PAPER}"):
        page = ada.get(path)
        assert page.status == 200
        assert not page.tree.xpath("//img[@onerror]")
        assert "\x1b" not in page.response.text
        assert "\u202e" not in page.response.text
        assert "{{ 7*7 }}" in page.text


def test_address_names_the_paper_of_a_case_in_any_notation(ada: Visitor, site: ReviewSite) -> None:
    suggest(site, SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    opened = [
        ada.get(f"/suggestions?paper=accepted-at:{paper}").tree.xpath("//form//@value")
        for paper in (PAPER, f"https://arxiv.org/abs/{PAPER}v2", f"arXiv:{PAPER}")
    ]
    nothing = ada.get("/suggestions?paper=accepted-at:2603.99999").tree.xpath("//form//@value")
    assert len(opened[0]) == len(opened[1]) == len(opened[2]) > len(nothing)


@pytest.mark.parametrize("case", ["", "x", "accepted-at:", ":", "accepted-at:../../etc", "%00"])
def test_impossible_case_shows_a_page(ada: Visitor, case: str) -> None:
    assert ada.get(f"/suggestions?paper={case}").status == 200


def test_form_without_its_token_is_refused(ada: Visitor, site: ReviewSite) -> None:
    key = suggest(site, SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    form = {**ada.get("/suggestions").form("/suggestions"), "token": ["x"], "apply": [key]}
    assert ada.post("/suggestions", form).status == 403
    assert state(site, key) is SuggestionState.WAITING


def test_looking_settles_nothing(ada: Visitor, site: ReviewSite) -> None:
    key = suggest(site, SuggestionKind.ACCEPTED_AT, "CVPR 2026")
    ada.get(f"/suggestions?apply={key}&act=refuse&text=x")
    assert state(site, key) is SuggestionState.WAITING
