"""The inbox in the pages: cases, doubles and incomplete records, one a screen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from config.schema import ReviewSettings
from pipeline.review.web.inbox.view import pair_in
from storage.correction_types import CorrectionCase
from storage.types import Paper, Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.review import START, Page, ReviewSite, Visitor

HOSTILE = '<script>alert(1)</script> \u202eevil\u202c \\textbf{"quoted"} $\\alpha$'
FIRST = make_paper("2603.00001", title="Drawing with Words", abstract="We draw one cat.")
SECOND = make_paper("2603.00002", title="Painting with Words", abstract="We paint one dog.")


@pytest.fixture
def ada(site: ReviewSite) -> Visitor:
    for paper in (FIRST, SECOND):
        site.put(paper)
        decide(site, paper)
    return Visitor(site.app())


def decide(site: ReviewSite, paper: Paper, verdict: Verdict = Verdict.APPROVED) -> None:
    sections = ("make-image",) if verdict is Verdict.APPROVED else ()
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    paper.arxiv_id,
                    verdict=verdict,
                    sections=sections,
                    reviewer="bo",
                    decided_at=START,
                )
            ]
        )


def change(site: ReviewSite, paper: Paper, **fields: Any) -> None:
    with site.open_store() as store:
        store.papers.upsert([replace(paper, **fields)], seen_at=START + timedelta(days=1))


def press(ada: Visitor, page: Page, act: str, **also: Any) -> Page:
    return ada.post("/inbox", {**page.form("/inbox"), "act": [act], **also})


def standing(site: ReviewSite, arxiv_id: str) -> tuple[Verdict, tuple[str, ...]] | None:
    with site.open_store() as store:
        found = store.decisions.standing([arxiv_id]).get(arxiv_id)
    return (found.verdict, found.sections) if found else None


def test_case_shows_both_texts_with_what_differs_marked(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, abstract="We draw two cats.", version=2)
    page = ada.get("/inbox")
    assert page.status == 200
    assert page.ids == [FIRST.arxiv_id]
    assert page.tree.xpath("//del/text()") == ["one cat.", "v1"]
    assert page.tree.xpath("//ins/text()") == ["two cats.", "v2"]
    assert "Approved into" in page.text


def test_answer_leads_to_the_next_case_and_undo_brings_it_back(
    ada: Visitor, site: ReviewSite
) -> None:
    change(site, FIRST, withdrawn=True)
    change(site, SECOND, version=2)
    page = ada.get("/inbox")
    assert page.ids == [FIRST.arxiv_id, SECOND.arxiv_id]
    after = ada.follow(press(ada, page, "kept"))
    assert after.paper == SECOND.arxiv_id
    assert after.ids == [SECOND.arxiv_id]
    back = ada.follow(ada.post("/inbox/undo", after.form("/inbox/undo")))
    assert back.paper == FIRST.arxiv_id
    assert "Taken back:" in back.text


def test_moved_paper_stands_in_its_new_section(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, title="Cutting Films")
    page = ada.get("/inbox")
    moved = press(ada, page, "moved", section=["cut-video"])
    assert moved.status == 303
    assert standing(site, FIRST.arxiv_id) == (Verdict.APPROVED, ("cut-video",))
    assert ada.get("/inbox").ids == []


def test_withdrawn_paper_is_taken_back_without_a_reason_and_others_with_one(
    ada: Visitor, site: ReviewSite
) -> None:
    change(site, FIRST, withdrawn=True)
    change(site, SECOND, title="Weather over Lakes")
    page = ada.get("/inbox")
    assert press(ada, page, "taken back").status == 303
    [*_, made] = site.decisions(FIRST.arxiv_id)
    assert (made.verdict, made.note) == (Verdict.REJECTED, "withdrawn at arXiv")
    page = ada.get("/inbox")
    refused = press(ada, page, "taken back", section=["cut-video"])
    assert refused.status == 400
    assert "without a reason" in refused.text
    assert press(ada, refused, "taken back", reason=["other-modality"]).status == 303
    assert site.decisions(SECOND.arxiv_id)[-1].reason == "other-modality"


def test_published_paper_is_noted_with_its_reference(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, journal_ref="Journal of Drawing 7 (2026) 1-9")
    page = ada.get("/inbox")
    press(ada, page, "noted")
    with site.open_store() as store:
        [noted] = store.corrections.resolutions_of(FIRST.arxiv_id)
    assert noted.note == "Journal of Drawing 7 (2026) 1-9"


def test_second_reviewer_of_a_case_is_told_who_settled_it(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, withdrawn=True)
    cy = Visitor(site.app("cy"))
    page, other = ada.get("/inbox"), cy.get("/inbox")
    assert press(ada, page, "kept").status == 303
    late = press(cy, other, "taken back")
    assert late.status == 409
    assert "ada settled the case of 2603.00001 meanwhile (kept" in late.text
    assert standing(site, FIRST.arxiv_id) == (Verdict.APPROVED, ("make-image",))


def test_case_that_changed_again_is_shown_again(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, title="Second Title")
    page = ada.get("/inbox")
    change(site, FIRST, title="Third Title")
    late = press(ada, page, "kept")
    assert late.status == 409
    assert "Third Title" in late.text


@pytest.mark.parametrize(
    ("reviewer", "says"), [("ada", "You rejected v1:"), ("bo", "bo rejected v1:")]
)
def test_returned_paper_says_who_rejected_it_and_why(
    ada: Visitor, site: ReviewSite, reviewer: str, says: str
) -> None:
    third = make_paper("2603.00003")
    site.put(third)
    with site.open_store() as store:
        made = make_decision(
            third.arxiv_id,
            verdict=Verdict.REJECTED,
            sections=(),
            reason="no-language",
            reviewer=reviewer,
            decided_at=START,
        )
        store.decisions.add([made])
    change(site, third, abstract="Now a language model draws.", version=2)
    with site.open_store() as store:
        [newer] = store.corrections.newer_rejected(10)
        case = CorrectionCase(
            arxiv_id=third.arxiv_id,
            verdict=Verdict.REJECTED,
            decision_id=newer.decision_id,
            kinds=("returned", "abstract", "new_version"),
            record_key=newer.record_key,
            found_at=START,
            score_before=0.01,
            score_now=0.8,
        )
        store.corrections.add_scored([(newer, case)], model_id="m", now=START)
    page = ada.get("/inbox")
    assert f"{says} in scope" in " ".join(page.text.split())
    assert "No language model" in page.text
    assert "no-language" not in page.text
    chinese = ada.get("/inbox", {"accept-language": "zh"})
    assert "曾被拒绝但现在更可能相关，摘要，新版本" in chinese.text


def test_hostile_text_stays_text(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, title=HOSTILE, abstract=HOSTILE * 200, comment=HOSTILE, journal_ref=HOSTILE)
    page = ada.get("/inbox")
    assert page.status == 200
    assert not page.tree.xpath("//main//script")
    assert "\u202e" not in page.response.text
    assert "\\textbf" not in page.text
    noted = ada.follow(press(ada, page, "noted"))
    assert not noted.tree.xpath("//main//script")


@pytest.mark.parametrize("act", ["", "queued", "burnt"])
def test_answer_that_does_not_fit_records_nothing(ada: Visitor, site: ReviewSite, act: str) -> None:
    change(site, FIRST, withdrawn=True)
    refused = press(ada, ada.get("/inbox"), act)
    assert refused.status == 400
    assert refused.ids == [FIRST.arxiv_id]


def test_cases_with_one_kind_of_change_are_kept_together(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, version=2)
    change(site, SECOND, version=2, title="Weather")
    page = ada.get("/inbox?only=new_version")
    assert page.ids == [FIRST.arxiv_id]
    kept = ada.follow(ada.post("/inbox/keep-alike", page.form("/inbox/keep-alike")))
    assert kept.ids == [SECOND.arxiv_id]
    assert "Papers kept: 1" in kept.text


def test_form_without_token_records_nothing(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, withdrawn=True)
    page = ada.get("/inbox")
    assert press(ada, page, "kept", token=["x"]).status == 403
    assert ada.get("/inbox").ids == [FIRST.arxiv_id]


def test_settled_case_says_who_settled_it(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, withdrawn=True)
    press(ada, ada.get("/inbox"), "kept")
    page = ada.get(f"/inbox?paper={FIRST.arxiv_id}")
    assert "This case is settled." in page.text


def test_pages_without_anything_say_so(ada: Visitor) -> None:
    assert "No case is open." in ada.get("/inbox").text
    assert "No pair is open." in ada.get("/doubles").text
    assert "Every record has a text." in ada.get("/incomplete").text
    assert ada.get("/inbox?page=x").status == 400


def test_pair_is_answered_and_taken_back(ada: Visitor, site: ReviewSite) -> None:
    twin = make_paper("2603.00003", title=FIRST.title.upper(), abstract="Else is said here.")
    site.put(twin)
    with site.open_store() as store:
        store.same_work.find(at_least=0.5, limit=100, now=START)
    page = ada.get("/doubles")
    assert page.paper == FIRST.arxiv_id
    assert twin.arxiv_id in page.text
    # neither paper is the older text of the other
    assert page.tree.xpath("//del | //ins") == []
    assert FIRST.title in page.tree.xpath("//section[@class='difference']//mark/text()")
    sent = {**page.form("/doubles"), "answer": [FIRST.arxiv_id]}
    done = ada.follow(ada.post("/doubles", sent))
    assert done.status == 200
    assert standing(site, twin.arxiv_id) == (Verdict.REJECTED, ())
    assert "No pair is open." in done.text
    back = ada.follow(ada.post("/doubles/undo", done.form("/doubles/undo")))
    assert back.paper == FIRST.arxiv_id
    assert standing(site, twin.arxiv_id) is None


@pytest.mark.parametrize(
    "key", ["doi:10.1000/a,b", "doi:10.1000/" + "long" * 30 + "(1,2),3", "doi:10.1000/2603.00001,c"]
)
def test_pair_with_commas_in_a_doi_is_answered_and_taken_back(
    ada: Visitor, site: ReviewSite, key: str
) -> None:
    site.put(make_paper(key, title=FIRST.title, abstract="Else is said here."))
    with site.open_store() as store:
        store.same_work.find(at_least=0.5, limit=100, now=START)
    page = ada.get("/doubles")
    form = page.form("/doubles")
    assert set(pair_in(form["paper"][0])) == {FIRST.arxiv_id, key}
    opened = ada.get(f"/doubles?{urlencode({'paper': f'{key},arXiv:{FIRST.arxiv_id}v2'})}")
    assert opened.form("/doubles")["paper"] == form["paper"]
    done = ada.follow(ada.post("/doubles", {**form, "answer": [FIRST.arxiv_id]}))
    assert standing(site, key) == (Verdict.REJECTED, ())
    ada.post("/doubles/undo", done.form("/doubles/undo"))
    assert standing(site, key) is None


def test_case_of_a_long_doi_is_opened(ada: Visitor, site: ReviewSite) -> None:
    paper = make_paper("doi:10.1000/" + "long" * 40, abstract="We sing one song.")
    site.put(paper)
    decide(site, paper)
    for one in (FIRST, paper, SECOND):
        change(site, one, withdrawn=True)
    opened = ada.get(f"/inbox?{urlencode({'paper': paper.arxiv_id})}")
    assert opened.form("/inbox")["arxiv_id"] == [paper.arxiv_id]


def test_two_works_are_not_asked_again(ada: Visitor, site: ReviewSite) -> None:
    twin = make_paper("2603.00003", title=FIRST.title, abstract="Else is said here.")
    site.put(twin)
    with site.open_store() as store:
        store.same_work.find(at_least=0.5, limit=100, now=START)
    page = ada.get("/doubles")
    ada.post("/doubles", {**page.form("/doubles"), "answer": ["different"]})
    with site.open_store() as store:
        store.same_work.find(at_least=0.5, limit=100, now=START)
        assert store.same_work.open() == []
    assert standing(site, twin.arxiv_id) is None


def test_incomplete_record_is_shown_apart(ada: Visitor, site: ReviewSite) -> None:
    site.put(make_paper("2603.00004", abstract="<N/A>"))
    page = ada.get("/incomplete")
    assert page.ids == ["2603.00004"]
    assert ada.get("/queue").ids == []


def test_incomplete_record_without_a_text_says_so(ada: Visitor, site: ReviewSite) -> None:
    site.put(make_paper("2603.00004", abstract=""))
    [said] = ada.get("/incomplete").tree.xpath("//p[@class='said']")
    assert said.text_content() == "no abstract"


def test_withdrawal_is_said_in_chinese(ada: Visitor, site: ReviewSite) -> None:
    change(site, FIRST, withdrawn=True)
    site.settings = ReviewSettings(language="zh")
    page = Visitor(site.app()).get("/inbox")
    assert page.tree.xpath("//del/text()") == ["未撤稿"]
    assert page.tree.xpath("//ins/text()") == ["撤稿"]
