"""Rulings in the pages: kept with a decision, shown on papers like it, contradicted, withdrawn."""

from pathlib import Path

import pytest

from classifiers.linear.model import Model
from config.roles import Role
from pipeline.review.web.people import People
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.explain import ABSTRACT, SECTIONS, furnish, small_model
from tests.support.review import ReviewSite, Visitor
from tests.support.rulings import make_ruling

KEY, NEAR = "2603.00001", "2603.00002"
SENTENCE = 'Text to video <b>belongs</b> here & "counts".'


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def site(site: ReviewSite, tmp_path: Path, model: Model) -> ReviewSite:
    return furnish(site, tmp_path / "models", model)


@pytest.fixture
def visitor(site: ReviewSite) -> Visitor:
    """A visitor who has waited for the model."""
    visitor = Visitor(site.app())
    visitor.get(f"/paper/{KEY}")
    return visitor


def ruled(site: ReviewSite, key: str = NEAR, verdict: Verdict = Verdict.APPROVED) -> None:
    into = ("generation-video-non-llm-based",) if verdict is Verdict.APPROVED else ()
    with site.open_store() as store:
        store.rulings.add([make_ruling(key, sentence=SENTENCE, verdict=verdict, sections=into)])


def test_decision_is_kept_as_ruling_with_its_note(site: ReviewSite, visitor: Visitor) -> None:
    form = visitor.get(f"/queue?paper={KEY}").form("/decide", KEY)
    assert "ruling" not in form
    sent = {**form, "ruling": "1", "accept": "generation-video-llm-based"}
    refused = visitor.post("/decide", sent)
    assert refused.status == 400
    assert "A ruling needs a sentence" in refused.text
    assert refused.tree.xpath("//input[@name='ruling']/@checked") == ["checked"]
    assert site.decisions(KEY) == []
    done = visitor.post("/decide", {**sent, "note": SENTENCE})
    assert done.status == 303

    with site.open_store() as store:
        [one] = store.rulings.standing()
    assert (one.arxiv_id, one.sentence, one.ruled_by) == (KEY, SENTENCE, "ada")
    page = visitor.get("/rulings")
    assert SENTENCE in page.text
    assert "<b>belongs</b>" not in page.response.text


def test_near_ruling_is_shown_and_what_contradicts_it(site: ReviewSite, visitor: Visitor) -> None:
    assert not visitor.get("/queue").tree.xpath("//*[@id='rulings']")
    ruled(site)
    page = visitor.get("/queue")

    [shown] = page.tree.xpath("//*[@id='rulings']")
    said = " ".join(shown.text_content().split())
    assert SENTENCE in said
    assert "Rejecting this paper contradicts it." in said
    assert "So does approving it into" in said
    assert "Approving this paper contradicts it." not in said
    part = visitor.get(f"/queue?part=paper&paper={KEY}")
    assert part.tree.xpath("//*[@id='rulings']")


def test_contradicting_decision_is_recorded_and_says_so(site: ReviewSite, visitor: Visitor) -> None:
    ruled(site)
    form = visitor.get(f"/queue?paper={KEY}").form("/decide", KEY)
    done = visitor.post(
        "/decide", {**form, "reason": "other"}, headers={"accept": "application/json"}
    )
    answer = done.response.json()
    assert answer["recorded"]
    assert "This contradicts a ruling:" in answer["flash"]
    assert f"/rulings#ruling-{NEAR}" in answer["flash"]
    assert [one.verdict for one in site.decisions(KEY)] == [Verdict.REJECTED]
    assert "This contradicts a ruling:" in visitor.get(f"/queue?done={answer['decision_id']}").text


def test_agreeing_decision_says_nothing(site: ReviewSite, visitor: Visitor) -> None:
    ruled(site)
    form = visitor.get(f"/queue?paper={KEY}").form("/decide", KEY)
    done = visitor.post("/decide", {**form, "accept": "generation-video-non-llm-based"})
    assert "contradicts" not in visitor.get(done.location).text


def test_ruling_is_made_revised_and_withdrawn_on_pages(site: ReviewSite, visitor: Visitor) -> None:
    form = visitor.get(f"/paper/{NEAR}").form("/rulings/change", NEAR)
    made = visitor.post("/rulings/change", {**form, "sentence": "First.", "act": "rule"})
    assert (made.status, made.location) == (303, f"/rulings?said=ruling#ruling-{NEAR}")
    form = visitor.get("/rulings").form("/rulings/change", NEAR)
    assert form["sentence"] == ["First."]
    visitor.post("/rulings/change", {**form, "sentence": "Second.", "act": "rule"})
    assert "Second." in visitor.get("/rulings?section=generation-video-non-llm-based").text
    assert "Second." not in visitor.get("/rulings?section=agents").text
    empty = visitor.post("/rulings/change", {**form, "sentence": " ", "act": "rule"})
    assert (empty.status, "needs a sentence" in empty.text) == (400, True)
    visitor.post("/rulings/change", {**form, "act": "withdraw"})

    page = visitor.get("/rulings")
    assert "No ruling stands." in page.text
    assert "withdrawn by ada" in page.text
    with site.open_store() as store:
        assert [one.sentence for one in store.rulings.all()] == ["Second."]


def test_change_needs_the_forms_token_and_a_post(site: ReviewSite, visitor: Visitor) -> None:
    ruled(site)
    sent = {"arxiv_id": NEAR, "act": "withdraw", "token": "forged"}
    assert visitor.post("/rulings/change", sent).status == 403
    assert visitor.get(f"/rulings/change?arxiv_id={NEAR}&act=withdraw").status == 405
    with site.open_store() as store:
        assert len(store.rulings.standing()) == 1


def test_reviewer_sees_rulings_and_makes_none(
    site: ReviewSite, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled(site)
    form = visitor.get("/rulings").form("/rulings/change", NEAR)
    as_reviewer = property(lambda people: people.named("ada", Role.REVIEWER))
    monkeypatch.setattr(People, "only", as_reviewer)
    assert "/rulings/change" not in visitor.get("/rulings").response.text
    assert 'name="ruling"' not in visitor.get("/queue").response.text
    assert visitor.post("/rulings/change", {**form, "act": "withdraw"}).status == 403


def test_rulings_stand_in_what_belongs_in_a_section(site: ReviewSite, visitor: Visitor) -> None:
    ruled(site)
    site.put(
        make_paper("2603.00005", title="Video again", abstract=ABSTRACT),
        make_prediction("2603.00005", sections=SECTIONS),
    )
    page = visitor.get("/queue?section=generation-video-non-llm-based")
    lists = page.tree.xpath("//ul[@class='precedents']")
    assert len(lists) == 2, "beside the list, and among the definitions of the form"
    assert all(SENTENCE in " ".join(each.text_content().split()) for each in lists)


def test_paper_decided_against_its_own_ruling_is_told(site: ReviewSite, visitor: Visitor) -> None:
    ruled(site)
    with site.open_store() as store:
        [decided] = store.decisions.add(
            [make_decision(NEAR, verdict=Verdict.REJECTED, sections=(), reviewer="bo")]
        )
    page = visitor.get(f"/decisions?done={decided.decision_id}")
    assert "This contradicts a ruling:" in page.text


def test_papers_decided_together_tell_what_they_contradict(
    site: ReviewSite, visitor: Visitor
) -> None:
    ruled(site)
    other = make_paper("2603.00006", title="Video of hills", abstract=ABSTRACT)
    site.put(other, make_prediction("2603.00006", sections=SECTIONS))
    page = visitor.get("/queue?at_least=0")
    marked = {**page.form("/decide-many"), "paper": [KEY, "2603.00006"]}
    asked = visitor.post("/decide-many", marked)
    sent = {**asked.form("/decide-many"), "verdict": "rejected", "reason": "other"}
    done = visitor.post("/decide-many", sent)
    said = visitor.get(done.location)
    assert "and one other paper" in said.text
    assert said.text.count("This contradicts a ruling:") == 1
    with site.open_store() as store:
        store.decisions.add([make_decision("2603.00003", reviewer="bo")])
    again = {**sent, "verdict": "approved", "section": "generation-video-non-llm-based"}
    left = visitor.post("/decide-many", again)
    assert "left out" in left.text
