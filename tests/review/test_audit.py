"""The audit: the random sample, its interval, the advice, the screening counts."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.kept import artifact
from classifiers.linear.training import train
from classifiers.measure.audit import estimate
from config.reasons import Reason
from config.taxonomy import load_taxonomy
from pipeline.review.audit import AuditReport, audit_report, estimated
from storage.audit import AuditSample
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.prisma import make_counts
from tests.support.review import START, ReviewSite, Visitor, make_site
from tests.support.texts import TRAINED_AT, approved, rejected, stream


def report(
    sample: AuditSample, *, waiting: int, approved: int = 400, wanted: int = 200
) -> AuditReport:
    screening = make_counts(papers=9_999, waiting=waiting, approved=approved)
    return estimated(AuditReport(wanted, sample, 9_999, screening, 0, None, ""))


def test_sample_without_hits_advises_to_stop() -> None:
    found = report(AuditSample(0, 300, 0, 0), waiting=1_000, wanted=300)
    assert found.unseen is not None
    assert found.unseen.may_stop
    # Clopper and Pearson without a hit: 1 - 0.025 ** (1 / 300) of the thousand
    assert found.unseen.high == pytest.approx(1_000 * (1 - 0.025 ** (1 / 300)))
    assert found.unseen.recall_high == 1.0
    assert found.advice == (
        "You may stop: at least 97% of the relevant papers are found (95 % confidence), and at "
        "most 12 of the waiting papers are relevant."
    )


def test_small_sample_advises_to_continue() -> None:
    found = report(AuditSample(2, 18, 0, 0), waiting=1_000, approved=50)
    assert found.unseen is not None
    assert found.unseen.relevant == pytest.approx(100)
    assert found.unseen.low < found.unseen.relevant < found.unseen.high
    assert found.advice.startswith(
        "Read on: 20 random papers with 2 relevant tell that 1.2% to 31.7% of the waiting papers"
        " are relevant, 12 to 317 of 1000 (95 % confidence)"
    )
    # 305 papers between the bounds, and half as many with twice the sample, by the square root
    assert found.advice.endswith(
        "20 more papers read at random narrow the interval to about 215 papers."
    )


def test_unknown_papers_widen_the_interval() -> None:
    clean = report(AuditSample(0, 300, 0, 0), waiting=1_000).unseen
    doubtful = report(AuditSample(0, 290, 6, 4), waiting=1_000).unseen
    assert clean is not None
    assert doubtful is not None
    assert doubtful.low == 0.0
    assert doubtful.high > 1_000 * 10 / 300 > clean.high
    assert clean.may_stop
    assert not doubtful.may_stop


def test_advice_without_sample_or_queue() -> None:
    nothing = report(AuditSample(0, 0, 0, 0), waiting=10)
    assert nothing.unseen is None
    assert nothing.advice.startswith("No estimate yet.")
    done = report(AuditSample(1, 1, 0, 0), waiting=0)
    assert done.advice.startswith("No papers wait")


def test_few_random_papers_give_only_an_interval() -> None:
    for sample, high in ((AuditSample(0, 1, 0, 0), 975), (AuditSample(1, 4, 0, 0), 716)):
        found = report(sample, waiting=1_000, approved=50)
        assert found.unseen is not None
        assert not found.unseen.enough
        assert round(found.unseen.high) == high
        assert found.advice.startswith("So far: ")
        assert "tells that" in found.advice or "tell that" in found.advice
        assert "read at random narrow the interval to about" in found.advice


def test_forty_papers_tell_their_interval_before_they_are_read() -> None:
    nothing = report(AuditSample(0, 0, 0, 0), waiting=2_512)
    # 1 - 0.025 ** (1 / 40) = 8.81 %
    assert nothing.advice == (
        "No estimate yet. No paper was decided in random order. 40 papers already tell something:"
        " if none is relevant, at most 8.8% of the waiting papers are, 221 of 2512"
        " (95 % confidence)."
    )


def test_no_recall_is_given_without_approvals() -> None:
    found = report(AuditSample(0, 200, 0, 0), waiting=1_000, approved=0)
    assert found.advice == (
        "Read on: 200 random papers with 0 relevant tell that 0.0% to 1.8% of the waiting papers"
        " are relevant, 0 to 18 of 1000 (95 % confidence), and no paper has been approved yet."
    )
    rest = report(AuditSample(0, 200, 0, 0), waiting=20, approved=0)
    assert rest.unseen is not None
    assert rest.unseen.may_stop
    assert rest.advice.startswith("You may stop: less than one of the waiting papers")


def test_unclassified_papers_are_not_counted_as_screened() -> None:
    nothing = AuditSample(0, 0, 0, 0)
    counts = make_counts(papers=50)
    found = estimated(AuditReport(0, nothing, 50, counts, 50, None, ""))
    assert found.advice == (
        "No papers wait, but 50 papers are withdrawn or not classified yet. "
        "`living-survey classify` adds the latter to the queue."
    )


@given(st.integers(1, 400), st.data())
def test_interval_is_clopper_pearson(sampled: int, data: st.DataObject) -> None:
    """At each bound so extreme a sample has a probability of 2.5 %."""
    relevant = data.draw(st.integers(0, sampled))
    found = estimate(sampled=sampled, relevant=relevant, unseen=1, found=0)
    if relevant:
        at_least = sum(_chance(sampled, n, found.low) for n in range(relevant, sampled + 1))
        assert at_least == pytest.approx(0.025, rel=1e-6)
    if relevant < sampled:
        at_most = sum(_chance(sampled, n, found.high) for n in range(relevant + 1))
        assert at_most == pytest.approx(0.025, rel=1e-6)
    assert 0 <= found.low <= found.relevant <= found.high <= 1


def _chance(sampled: int, hits: int, share: float) -> float:
    return math.comb(sampled, hits) * share**hits * (1 - share) ** (sampled - hits)


@pytest.fixture
def site(site: ReviewSite) -> ReviewSite:
    site.fill([f"2603.{n:05}" for n in range(1, 31)])
    return site


def test_decisions_in_random_order_are_sampled(site: ReviewSite) -> None:
    visitor = Visitor(site.app())
    page = visitor.get("/queue?order=random")
    assert "independent of the model" in page.text
    assert "0 of 30 random papers decided" in page.text
    first, second, third, *_ = page.ids
    visitor.decide(page, first, "approved")
    # a decision on the paper's own page belongs to the sample too
    opened = visitor.get(page.link(second))
    [link] = opened.tree.xpath('//a[text()="All reasons"]/@href')
    visitor.decide(visitor.get(link), second, "rejected")
    visitor.decide(page, third, "deferred")
    with site.open_store() as store:
        assert store.audit.sample(200) == AuditSample(1, 1, 1, 0)
    again = visitor.get("/queue?order=random")
    assert "2 of 30 random papers decided, 1 relevant; 1 skipped or deferred." in again.text


@pytest.mark.parametrize(
    "query", ["", "?order=likely", "?order=random&section=make-image", "?order=random&at_least=10"]
)
def test_other_orders_and_parts_are_not_sampled(site: ReviewSite, query: str) -> None:
    visitor = Visitor(site.app())
    page = visitor.get(f"/queue{query}")
    visitor.decide(page, page.ids[0], "approved")
    visitor.decide(visitor.get(f"/paper/{page.ids[1]}"), page.ids[1], "rejected")
    with site.open_store() as store:
        assert store.audit.sample(200) == AuditSample(0, 0, 0, 0)
    assert ("not added to the audit sample" in page.text) == ("random" in query)


def test_audit_page_of_an_empty_survey(tmp_path: Path) -> None:
    visitor = Visitor(make_site(tmp_path).app())
    for address in ("/queue", "/queue?order=random"):
        page = visitor.get(address)
        assert page.status == 200
        assert "random papers decided" not in page.text
    page = visitor.get("/audit")
    assert page.status == 200
    assert "No papers wait" in page.text


def test_decision_sent_twice_is_drawn_once(site: ReviewSite) -> None:
    visitor = Visitor(site.app())
    page = visitor.get("/queue?order=random")
    for _ in range(2):
        assert visitor.decide(page, page.ids[0], "approved").status == 303
    with site.open_store() as store:
        assert store.audit.sample(200) == AuditSample(1, 0, 0, 0)


def test_paper_reached_by_hand_in_the_random_order_was_not_drawn(
    site: ReviewSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.review.audit.DRAWN", 3)
    visitor = Visitor(site.app())
    ids = visitor.get("/queue?order=random").ids
    for key in (ids[10], ids[2]):
        page = visitor.get(f"/queue?order=random&paper={key}")
        assert page.paper == key
        assert visitor.decide(page, key, "rejected").status == 303
    assert len(site.decisions(ids[10])) == 1
    with site.open_store() as store:
        assert store.audit.sample(200) == AuditSample(0, 1, 0, skipped=2)


def test_audit_page_shows_estimate_and_counts(site: ReviewSite) -> None:
    visitor = Visitor(site.app())
    empty = visitor.get("/audit")
    assert empty.status == 200
    assert "No estimate yet." in empty.text
    page = visitor.get("/queue?order=random")
    for arxiv_id in page.ids[:10]:
        visitor.decide(page, arxiv_id, "rejected", note="<b>Off topic</b>")
    with site.open_store() as store:
        store.decisions.add([make_decision("2603.00001", reviewer="list")])
    full = visitor.get("/audit")
    for words in (
        "10 of 29 random papers decided" if "2603.00001" not in page.ids[:10] else "random papers",
        "Clopper-Pearson",
        "Records identified 31",
        "Papers after deduplication 30",
        "From the curated list 1",
        "Rejections, by reason Other 10",
        "of the reasons are “other”",
    ):
        assert words in full.text


def test_panel_shows_estimate_once_its_library_is_loaded(site: ReviewSite, tmp_path: Path) -> None:
    taxonomy = load_taxonomy()
    site.models = tmp_path / "models"
    site.taxonomy = taxonomy
    model = train([*approved(2), *rejected(2)], stream(16), taxonomy, trained_at=TRAINED_AT)
    artifact.save(model, site.models)
    visitor = Visitor(site.app())
    page = visitor.get("/queue?order=random")
    visitor.decide(page, page.ids[0], "rejected")
    visitor.get(f"/paper/{page.ids[1]}")
    later = visitor.get("/queue?order=random")
    assert "0 to 28 of the 29 waiting papers are relevant" in later.text
    assert "So far: 1 random paper" in later.text


def test_audit_command_reports_the_sample(tmp_path: Path) -> None:
    site = make_site(tmp_path / "var")
    site.fill([f"2603.{n:05}" for n in range(1, 11)])
    survey = SurveyInProcess(tmp_path, {"LIVING_SURVEY_REVIEW__REVIEWER": "ada"})
    waiting = survey.json("queue", "--order", "random", "--limit", "3")["items"]
    first, second, _ = (item["arxiv_id"] for item in waiting)
    assert waiting[0]["open_facets"] == []
    survey.json("decide", first, "reject", "--reason", "other", "--audit")
    survey.json("decide", second, "reject", "--reason", "other")
    document = survey.json("audit", "--sample", "5")
    assert document["sample"] == {"approved": 0, "rejected": 1, "deferred": 0, "skipped": 0}
    assert document["wanted"] == 5
    assert document["screening"]["rejected"] == 2
    assert document["unseen"]["high"] == pytest.approx(8 * 0.975)
    ended = survey.call("audit")
    assert ended.status == 0
    assert "sample     1 of 9 random papers decided" in ended.out
    assert "Records identified" in ended.out
    refused = survey.call("decide", "--from", "x.jsonl", "--audit")
    assert refused.status == 2
    assert json.loads(json.dumps(refused.err)).startswith("living-survey: With --from only")


def test_papers_harvested_again_are_no_duplicates(site: ReviewSite) -> None:
    papers = [make_paper(f"2603.{n:05}") for n in range(1, 31)]
    with site.open_store() as store:
        for _ in range(3):
            store.papers.upsert(papers, seen_at=START)
        store.decisions.add([make_decision("2603.00001", reviewer="list")])
    found = audit_report(site.open_store)
    # the paper of the list came from a harvest too
    assert (found.identified, found.screening.repeats, found.screening.papers) == (31, 1, 30)


def test_report_counts_every_paper(site: ReviewSite) -> None:
    found = audit_report(site.open_store, wanted=7)
    assert found.wanted == 7
    assert found.identified == found.screening.papers == found.screening.waiting == 30
    assert found.elsewhere == 0
    with site.open_store() as store:
        store.decisions.add(
            [make_decision("2603.00001", verdict=Verdict.DEFERRED, sections=(),
                           decided_at=datetime(2026, 3, 17, tzinfo=UTC))]
        )  # fmt: skip
    assert audit_report(site.open_store).screening.deferred == 1


def test_exclusions_name_reasons_then_notes() -> None:
    own = Reason(code="own", name="Own words")
    counts = make_counts(
        papers=9,
        rejected=9,
        reasons=(("own", 3), ("duplicate", 2), ("gone", 1)),
        notes=(("off topic", 1),),
    )
    assert counts.exclusions((own,)) == [
        ("Own words", 3),
        ("Duplicate", 2),
        ("gone", 1),
        ("off topic", 1),
        ("not stated", 2),
    ]
