"""Pages: cards, sections, orders, pagination, a paper with its history."""

from pathlib import Path

import pytest

from config.taxonomy import load_taxonomy
from pipeline.review.web.environment import make_templates
from pipeline.runtime.jobs import JobEnd, Outcome
from storage.alert_types import AlertKind, NewAlertEvent
from storage.types import FacetScore, TermWeight, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import START, ReviewSite, Visitor, make_site, scores


def test_root_redirects_to_the_queue(visitor: Visitor) -> None:
    page = visitor.get("/")
    assert (page.status, page.location) == (303, "/queue")


def test_empty_queue_names_the_next_command(visitor: Visitor) -> None:
    page = visitor.get("/queue")
    assert page.status == 200
    assert "No papers wait." in page.text
    assert "living-survey run" in page.text


def test_card_shows_paper_and_prediction(site: ReviewSite, visitor: Visitor) -> None:
    paper = make_paper(
        "2603.00007",
        title="Drawing with words",
        abstract="A video diffusion model. It audits nothing.",
        authors=tuple(f"Author {n}" for n in range(11)),
        comment="Code: https://github.com/ada/draw, page at ada.github.io/draw",
        version=2,
    )
    prediction = make_prediction(
        in_scope=0.934,
        sections=scores(make_image=0.81, cut_video=0.3, agents=0.004),
        facets=(FacetScore("modality", "image", 0.6), FacetScore("modality", "video", 0.7)),
        terms=(TermWeight("diffusion", 1.5), TermWeight("dit", 0.7), TermWeight("audits", -0.4)),
    )
    site.put(paper, prediction)
    page = visitor.get("/queue")
    for words in (
        "Drawing with words",
        "Author 7, and 3 more",
        "version 2",
        "submitted 2026-03-16",
        "cs.CV cs.CL",
        "It audits nothing.",
        "github.com/ada/draw",
        "ada.github.io/draw",
        "Images With words 81 %",
        "What belongs in make-image.",
        "In scope because of: diffusion, dit. Against: audits.",
    ):
        assert words in page.text
    source = page.response.text
    assert "<mark>diffusion</mark>" in source
    assert '<mark class="against">audits</mark>' in source
    assert 'href="https://arxiv.org/abs/2603.00007"' in source
    assert 'href="https://arxiv.org/pdf/2603.00007"' in source


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\x9b", "\U000e0041", "\u3164"])
def test_pages_show_no_invisible_character(site: ReviewSite, visitor: Visitor, hidden: str) -> None:
    foreign = f"Video {hidden}Diffusion"
    paper = make_paper(
        title=foreign,
        abstract=f"{foreign} draws what was said, sentence by sentence.",
        authors=(foreign, "\u05e9\u05e4\u05d4"),
        comment=foreign,
    )
    site.put(paper, make_prediction(terms=(TermWeight("diffusion", 1.5),)))
    visitor.decide(visitor.get("/queue"), paper.arxiv_id, "deferred", note=foreign)
    for address in ("/queue?order=newest", "/deferred", "/decisions", f"/paper/{paper.arxiv_id}"):
        source = visitor.get(address).response.text
        assert hidden not in source
        if address.startswith("/paper"):
            assert "<bdi>\u05e9\u05e4\u05d4</bdi>" in source
            assert "<mark>Diffusion</mark>" in source


def test_formulas_are_drawn_and_no_command_is_cut(site: ReviewSite, visitor: Visitor) -> None:
    site.put(
        make_paper(
            "2403.00001",
            title=r"\emph{Tea} in $\frac{a+b}{c}$ Kettles for \$5",
            abstract=r"We use $x^{Q!}$, ``\ourKettle{}'' and $\foo{a}{b}$, 10\% of it.",
        ),
        make_prediction(),
    )
    for address in ("/queue", "/paper/2403.00001"):
        page = visitor.get(address)
        title = page.tree.find_class("title")[0]
        assert len(title.xpath(".//math//mfrac")) == 1
        assert title.text_content().startswith("Tea in ")
        assert title.text_content().endswith(" Kettles for $5")
        abstract = page.tree.find_class("abstract")[0]
        assert len(abstract.xpath(".//math//msup")) == 1
        assert abstract.xpath(".//code[@class='tex']/text()") == [r"\ourKettle{}", r"$\foo{a}{b}$"]
        assert "10% of it" in abstract.text_content()


def test_long_texts_are_shown_in_part(site: ReviewSite, visitor: Visitor) -> None:
    paper = make_paper(title="t" * 5_000_000, abstract="a " * 2_500_000, comment="c" * 1_000_000)
    site.put(paper, make_prediction())
    for address in ("/queue", "/paper/2603.00001"):
        page = visitor.get(address)
        assert len(page.response.content) < 200_000
        assert "the first 10,000 of 5,000,000 characters; read it on arXiv" in page.text


def test_title_without_a_visible_character_is_shown_by_id(
    site: ReviewSite, visitor: Visitor
) -> None:
    site.put(make_paper(title="\u3164\u2800"), make_prediction())
    for address in ("/queue", "/paper/2603.00001"):
        assert visitor.get(address).tree.find_class("title")[0].text_content() == (
            "arXiv:2603.00001"
        )


def test_likely_sections_are_ticked_in_advance(site: ReviewSite, visitor: Visitor) -> None:
    sections = scores(make_image=0.81, cut_video=0.5, make_video=0.49)
    site.put(make_paper("2603.00001"), make_prediction(sections=sections))
    assert visitor.get("/queue").form()["section"] == ["make-image", "cut-video"]


def test_unlikely_sections_are_not_ticked(site: ReviewSite, visitor: Visitor) -> None:
    site.put(make_paper("2603.00001"), make_prediction(sections=scores(make_image=0.02)))
    page = visitor.get("/queue")
    assert "section" not in page.form()
    assert "Images With words 2 %" in page.text


def test_section_missing_from_the_taxonomy_is_not_shown(site: ReviewSite, visitor: Visitor) -> None:
    site.put(make_paper("2603.00001"), make_prediction(sections=scores(lost=0.9, agents=0.6)))
    page = visitor.get("/queue")
    assert page.status == 200
    assert page.form()["section"] == ["agents"]


def test_sections_from_five_percent_have_a_button(site: ReviewSite, visitor: Visitor) -> None:
    sections = scores(make_image=0.4, agents=0.05, cut_video=0.04, make_video=0.03)
    site.put(make_paper("2603.00001"), make_prediction(sections=sections))
    page = visitor.get("/queue")
    assert page.tree.xpath('//button[@name="accept"]/@value') == ["make-image", "agents"]
    _, _, others = page.response.text.partition("Other sections")
    assert all(f'value="{name}"' in others for name in ("cut-video", "make-video"))


def test_best_section_has_a_button_though_unlikely(site: ReviewSite, visitor: Visitor) -> None:
    site.put(make_paper("2603.00001"), make_prediction(sections=scores(make_image=0.02)))
    assert visitor.get("/queue").tree.xpath('//button[@name="accept"]/@value') == ["make-image"]


def test_every_section_has_one_box(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    source = visitor.get("/queue").response.text
    for section in ("make-image", "make-video", "cut-video", "agents"):
        assert source.count(f'name="section" value="{section}"') == 1


def test_sections_have_counts_and_filter_the_queue(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001", "2603.00002"])
    site.put(make_paper("2603.00003"), make_prediction(sections=scores(agents=0.9)))
    site.put(make_paper("2603.00004"), make_prediction(sections=()))
    assert len(visitor.get("/queue").ids) == 4
    page = visitor.get("/queue?section=agents")
    assert page.ids == ["2603.00003"]
    assert "1 paper waits" in page.text
    assert "Agents (1)" in page.text
    assert "Images With words (2)" in page.text
    assert "What belongs in agents." in page.text
    assert "No section suggested" in visitor.get("/queue").text


def test_queue_is_ordered_and_limited(site: ReviewSite, visitor: Visitor) -> None:
    for number, in_scope in (("1", 0.9), ("2", 0.52), ("3", 0.05)):
        site.put(
            make_paper(f"2603.0000{number}"),
            make_prediction(in_scope=in_scope, sections=scores(agents=0.9)),
        )
    assert visitor.get("/queue?order=likely").ids == ["2603.00001", "2603.00002", "2603.00003"]
    assert visitor.get("/queue?order=uncertain").ids[0] == "2603.00002"
    limited = visitor.get("/queue?at_least=10")
    assert limited.ids == ["2603.00001", "2603.00002"]
    assert "2 papers wait" in limited.text


def test_queue_has_pages(site: ReviewSite, visitor: Visitor) -> None:
    ids = [f"2603.{number:05}" for number in range(1, 33)]
    site.fill(ids)
    first = visitor.get("/queue")
    assert first.ids == ids[:30]
    assert "page 1 of 2" in first.text
    assert 'href="/queue?page=2" rel="next"' in first.response.text
    last = visitor.get("/queue?page=2")
    assert last.ids == ids[30:]
    assert "Next page" not in last.text
    assert visitor.get("/queue?page=99").ids == ids[30:]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("section=make-imag", "Did you mean make-image"),
        ("order=best", "The queue has no order 'best'."),
        ("page=0", "Page '0' does not exist."),
        ("page=x", "Page 'x' does not exist."),
        ("page=%D9%A3", "does not exist."),
        ("at_least=133", "'133' is no limit."),
        ("announced=soon", "'soon' is no announcement day."),
    ],
)
def test_unknown_query_values_are_refused(visitor: Visitor, query: str, sentence: str) -> None:
    page = visitor.get(f"/queue?{query}")
    assert page.status == 400
    assert sentence in page.text
    assert "Back to the queue" in page.text


def test_paper_page_shows_its_decisions(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["cs/0012345"])
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    "cs/0012345",
                    verdict=Verdict.DEFERRED,
                    sections=(),
                    reviewer="bo",
                    note="ask <b>Ada</b>",
                )
            ]
        )
    page = visitor.get("/paper/cs/0012345")
    assert page.status == 200
    assert "Deferred by bo, 2026-03-16 09:30 UTC" in page.text
    assert "ask <b>Ada</b>" in page.text
    assert len(page.forms("/undo")) == 1


def test_version_in_the_address_is_ignored(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    assert visitor.get("/paper/2603.00001v3").ids == ["2603.00001"]


def test_paper_without_prediction_can_be_decided(site: ReviewSite, visitor: Visitor) -> None:
    with site.open_store() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=make_decision().decided_at)
    page = visitor.get("/paper/2603.00001")
    assert "This paper has not been classified yet." in page.text
    visitor.decide(page, "2603.00001", "approved", section=["agents"])
    assert [each.sections for each in site.decisions("2603.00001")] == [("agents",)]


@pytest.mark.parametrize("address", ["/paper/2603.99999", "/paper/nonsense"])
def test_unknown_paper_is_404_with_remedy(visitor: Visitor, address: str) -> None:
    page = visitor.get(address)
    assert page.status == 404
    assert "living-survey add" in page.text


def test_unknown_work_elsewhere_is_404_with_its_own_remedy(visitor: Visitor) -> None:
    page = visitor.get("/paper/doi:10.1000/n.9")
    assert page.status == 404
    assert "living-survey import --candidates" in page.text
    assert "living-survey add" not in page.text


def test_unknown_page_is_404(visitor: Visitor) -> None:
    page = visitor.get("/no/such/page")
    assert page.status == 404
    assert "This page does not exist." in page.text


def test_pitfall_71_no_pdf_is_served_here(site: ReviewSite, visitor: Visitor) -> None:
    """Pages link to the full texts at arXiv; this server does not serve them."""
    site.fill(["2603.00001"])
    assert visitor.get("/pdf/2603.00001").status == 404
    page = visitor.get("/paper/2603.00001").response.text
    assert 'href="https://arxiv.org/pdf/2603.00001"' in page
    assert 'href="https://arxiv.org/abs/2603.00001' in page


def test_short_name_has_the_spelling_of_its_label() -> None:
    taxonomy = load_taxonomy()
    short = make_templates(taxonomy).filters["short_name"]
    names = {section.id: short(section) for section in taxonomy.sections}
    assert names["generation-image-non-llm-based"] == "Non-LLM-based (CLIP/T5)"  # the list: Clip
    assert names["generation-video-non-llm-based"] == "Non-LLM-based"  # the list's own heading
    assert names["safety-defense"] == "Defense and Detect"


def test_a_failed_job_is_shown_on_every_page(site: ReviewSite) -> None:
    said = JobEnd("daily run", "run", Outcome.FAILED, START, 2, "The <b>cause</b>.")
    site.jobs = lambda: (said, JobEnd("weekly digest", "digest", Outcome.DONE, START, 0))
    visitor = Visitor(site.app())
    for address in ("/queue", "/decisions", "/audit", "/deferred"):
        page = visitor.get(address)
        assert "The scheduled daily run (2026-03-17 12:00 UTC) failed with status 2" in page.text
        assert "The <b>cause</b>. Run living-survey doctor" in page.text
        assert "weekly digest" not in page.text
    assert visitor.get("/ready").response.json() == {
        "status": "degraded",
        "queue": 0,
        "alarms": 0,
        "jobs": {"daily run": "failed", "weekly digest": "done"},
    }


def test_alarms_that_stand_are_on_every_page(site: ReviewSite, visitor: Visitor) -> None:
    with site.open_store() as store:
        store.alerts.add(
            [
                NewAlertEvent(AlertKind.RAISED, "silence", START, sentence="no <b>paper</b> came."),
                NewAlertEvent(AlertKind.RAISED, "backup", START, sentence="no backup is there."),
                NewAlertEvent(AlertKind.RAISED, "job:daily-run", START, sentence="a job failed."),
            ]
        )
    said = "2 alarms stand, the newest: No backup is there. living-survey alerts says what to do."
    assert said in visitor.get("/queue").text
    assert said in visitor.get("/decisions").text
    ready = visitor.get("/ready").response.json()
    assert (ready["status"], ready["alarms"]) == ("degraded", 3)
    with site.open_store() as store:
        for number in (2, 3):
            store.alerts.add([NewAlertEvent(AlertKind.CLEARED, "x", START, alarm=number)])
    assert "One alarm stands: No <b>paper</b> came." in visitor.get("/queue").text
    with site.open_store() as store:
        accepted = NewAlertEvent(AlertKind.ACCEPTED, "silence", START, alarm=1, person="ada")
        store.alerts.add([accepted])
    assert "alarm" not in visitor.get("/queue").text


def test_readiness_shows_no_path_when_the_database_is_damaged(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.jobs = lambda: (JobEnd("daily run", "run", Outcome.FAILED, START, 1),)
    (tmp_path / "survey.duckdb").write_bytes(b"damaged" * 1000)
    page = Visitor(site.app()).get("/ready")
    assert page.status == 503
    assert page.response.json() == {"status": "unavailable", "jobs": {"daily run": "failed"}}
