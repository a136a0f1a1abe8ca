"""Reasons on a paper's page: sums, marked terms, neighbours, and why they may be missing."""

import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from classifiers.linear.model import Model
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import SurveyInProcess
from tests.support.explain import ABSTRACT, HOSTILE, TAXONOMY, TITLE, furnish, small_model
from tests.support.review import START, ReviewSite, Visitor, make_site


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def why_site(tmp_path: Path, model: Model) -> ReviewSite:
    return furnish(make_site(tmp_path), tmp_path / "models", model)


def load(app: ASGIApp) -> None:
    explainers = cast("Starlette", app).state.review.explainers
    explainers.current()


def number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-"))


def test_displayed_sums_add_up(why_site: ReviewSite) -> None:
    page = Visitor(why_site.app()).get("/paper/2603.00001")
    tables = page.tree.xpath('//table[@class="sum"]')
    assert len(tables) >= 4
    for table in tables:
        *parts, total = [number(cell.text) for cell in table.xpath(".//td")]
        assert sum(parts) == pytest.approx(total, abs=1e-9)
    first = page.tree.xpath('//details[@id="why-0"]')[0]
    shares = [number(each.text) for each in first.xpath('.//ul//span[@class="number"]')]
    rows = {
        row.xpath("string(th)"): number(row.xpath("string(td)")) for row in first.xpath(".//tr")
    }
    assert sum(share for share in shares if share > 0) == pytest.approx(rows["These for it"])


def test_terms_are_marked_and_text_is_escaped(why_site: ReviewSite) -> None:
    page = Visitor(why_site.app()).get("/paper/2603.00001")
    source = page.response.text
    assert "<b>video" not in source
    marks = page.tree.xpath('//p[@class="abstract"]/mark')
    assert marks
    assert all(re.fullmatch(r"(?:(?:for|against)-\d+ ?)+", mark.get("class")) for mark in marks)
    assert page.tree.xpath('string(//p[@class="abstract"])') == ABSTRACT
    assert page.tree.xpath("string(//h1)") == TITLE


def test_terms_are_listed_as_written(why_site: ReviewSite) -> None:
    page = Visitor(why_site.app()).get("/paper/2603.00001")
    text = " ".join(re.findall(r"\w+", re.sub("<[^>]*>", "", f"{TITLE} {ABSTRACT}")))
    listed = page.tree.xpath('//details[@id="why-0"]//li/span[1]/text()')
    assert len(listed) > 4
    assert all(" ".join(re.findall(r"\w+", words)) in text for words in listed)
    assert any(words != words.lower() for words in listed)


def test_neighbours_are_linked_and_escaped(why_site: ReviewSite) -> None:
    page = Visitor(why_site.app()).get("/paper/2603.00001")
    near = page.tree.xpath('//section[@class="alike"]')[0]
    links = {a.get("href"): a.text for a in near.xpath(".//a")}
    assert links["/paper/2603.00002"] == "Video diffusion of rivers"
    assert links["/paper/2603.00004"] == f"{HOSTILE} video diffusion"
    assert "<img" not in page.response.text.replace('<img src="/static', "")
    assert "video" in near.text_content()
    assert "%" not in near.text_content()


def test_reasons_are_a_sentence_first(why_site: ReviewSite) -> None:
    visitor = Visitor(why_site.app())
    sentence = visitor.get("/paper/2603.00001").tree.xpath('string(//p[@id="because"])')
    assert sentence.startswith("In scope because of: ")


def test_card_works_while_the_model_is_loaded(why_site: ReviewSite) -> None:
    app = why_site.app()
    visitor = Visitor(app)
    page = visitor.get("/queue")
    assert page.status == 200
    assert page.tree.xpath('//p[@id="loading"]')
    load(app)
    page = visitor.get("/queue")
    assert not page.tree.xpath('//p[@id="loading"]')
    assert page.tree.xpath('//section[@class="alike"]//a')


def test_decision_made_now_is_a_neighbour_on_the_next_card(why_site: ReviewSite) -> None:
    app = why_site.app()
    load(app)
    visitor = Visitor(app)
    why_site.put(make_paper("2603.00009", title="Video diffusion of lakes", abstract=ABSTRACT))
    assert "Video diffusion of lakes" not in visitor.get("/paper/2603.00001").text
    with why_site.open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    "2603.00009", verdict=Verdict.REJECTED, sections=(), reason="no-language"
                )
            ]
        )
    page = visitor.get("/paper/2603.00001")
    [near] = page.tree.xpath('//section[@class="alike"]')
    assert "Video diffusion of lakes" in near.text_content()
    own = " ".join(page.tree.xpath('string(//p[@id="own"])').split())
    assert own.startswith("Your earlier decisions on papers like this: 2 rejected (")
    assert own.endswith("approved.")


def test_words_stand_for_percentages_before_calibration(why_site: ReviewSite) -> None:
    page = Visitor(why_site.app()).get("/queue")
    banner = " ".join(page.tree.xpath('string(//div[@id="calibration"])').split())
    assert banner.startswith("Percentages are not calibrated yet")
    article = page.tree.xpath('string(//article[@id="paper"])')
    assert "%" not in article
    assert "likely" in article
    assert page.tree.xpath('//p[@class="trained"]/a/@href') == ["/retrain"]


def test_undone_decision_is_not_a_neighbour(why_site: ReviewSite) -> None:
    visitor = Visitor(why_site.app())
    assert "Video diffusion of rivers" in visitor.get("/paper/2603.00001").text
    with why_site.open_store() as store:
        [made] = store.decisions.of_paper("2603.00002")
    visitor.post(
        "/undo",
        {**visitor.get("/paper/2603.00002").form("/undo"), "decision_id": made.decision_id},
    )
    page = visitor.get("/paper/2603.00001")
    assert "Video diffusion of rivers" not in page.tree.xpath('string(//section[@class="alike"])')


def test_open_facet_is_a_question_with_answers(why_site: ReviewSite) -> None:
    visitor = Visitor(why_site.app())
    for address in ("/queue", "/paper/2603.00001"):
        page = visitor.get(address)
        assert page.tree.xpath("string(//fieldset[@id='candidates']/legend)") == "Which technique?"
        answers = page.tree.xpath('//button[@name="accept"]/@value')
        assert answers[:2] == ["generation-video-non-llm-based", "generation-video-llm-based"]
        assert "section" not in page.form("/decide", "2603.00001")  # no answer is ticked
        source = page.response.text
        assert source.count('name="section" value="generation-video-llm-based"') == 1


def test_model_of_the_suggestions_is_named(why_site: ReviewSite) -> None:
    older = make_prediction(model_id="another", predicted_at=START)
    why_site.put(make_paper("2603.00001", title=TITLE), older)
    page = Visitor(why_site.app()).get("/paper/2603.00001")
    assert "The suggestions above come from another" in page.text
    assert "living-survey classify" in page.text


def test_cue_words_are_explained_without_a_model(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.taxonomy, site.models = TAXONOMY, tmp_path / "none"
    site.put(make_paper("2603.00001", title=TITLE, abstract=ABSTRACT))
    page = Visitor(site.app()).get("/paper/2603.00001")
    assert page.status == 200
    assert "No model has been trained yet" in page.text
    assert page.tree.xpath('//table[@class="sum"]')
    assert "Nearest" not in page.text


def test_model_of_another_taxonomy_is_reported(why_site: ReviewSite, model: Model) -> None:
    why_site.taxonomy = replace(TAXONOMY, fingerprint="f" * 64)
    visitor = Visitor(why_site.app())
    page = visitor.get("/paper/2603.00001")
    assert page.status == 200
    assert "The reasons cannot be shown." in page.text
    assert f"Model {model.model_id} was trained for another taxonomy." in page.text
    assert "living-survey train" in page.text
    visitor.decide(page, "2603.00001", "rejected")
    assert [each.verdict for each in why_site.decisions("2603.00001")] == [Verdict.REJECTED]


def test_damaged_model_is_reported(why_site: ReviewSite, model: Model) -> None:
    assert why_site.models is not None
    (why_site.models / f"{model.model_id}.npz").write_bytes(b"\0")
    page = Visitor(why_site.app()).get("/paper/2603.00001")
    assert page.status == 200
    assert "does not have the checksum" in page.text


def test_why_command_prints_the_same_reasons(tmp_path: Path, model: Model) -> None:
    survey = SurveyInProcess(tmp_path)
    furnish(make_site(tmp_path / "var"), tmp_path / "var" / "models", model)
    document = survey.json("why", "2603.00001")
    assert document["question"].startswith("Technique is open")
    assert document["reasons"]["model_id"] == model.model_id
    for breakdown in document["reasons"]["accounts"]:
        total = breakdown["base"] + sum(share["value"] for share in breakdown["shares"])
        assert total == pytest.approx(breakdown["score"], abs=1e-9)
    ended = survey.call("why", "arxiv.org/abs/2603.00001v2")
    assert ended.status == 0
    for words in (TITLE, "In scope", "based on", "nearest approved"):
        assert words in ended.out
    assert survey.call("why", "2603.99999").status != 0
    assert survey.call("why", "nonsense").status == 2
