"""How much is unseen: the sample from page and terminal, the interval, the advice, the counts."""

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
from config.taxonomy import load_taxonomy
from pipeline.review.audit import AuditReport, audit_report, estimated
from storage.audit import AuditSample, ScreeningCounts
from storage.types import Verdict
from tests.support.builders import make_decision
from tests.support.cli import Survey
from tests.support.review import Room, Visitor, make_room
from tests.support.texts import TRAINED_AT, approved, rejected, stream


def report(
    sample: AuditSample, *, waiting: int, approved: int = 400, wanted: int = 200
) -> AuditReport:
    screening = ScreeningCounts(
        repeats=0, papers=9_999, waiting=waiting, listed=0, approved=approved, rejected=0,
        deferred=0, reasons=(),
    )  # fmt: skip
    return estimated(AuditReport(wanted, sample, 9_999, screening, 0, None, ""))


def test_a_clean_sample_says_when_to_stop() -> None:
    found = report(AuditSample(0, 300, 0, 0), waiting=1_000, wanted=300)
    assert found.unseen is not None
    assert found.unseen.may_stop
    # Clopper and Pearson without a hit: 1 - 0.025 ** (1 / 300) of the thousand
    assert found.unseen.high == pytest.approx(1_000 * (1 - 0.025 ** (1 / 300)))
    assert found.unseen.recall_high == 1.0
    assert found.advice == (
        "You may stop: at least 97% of the relevant papers are found (95 % confidence), and at "
        "most 12 of those that wait are relevant."
    )


def test_a_small_sample_says_read_on() -> None:
    found = report(AuditSample(2, 18, 0, 0), waiting=1_000, approved=50)
    assert found.unseen is not None
    assert found.unseen.relevant == pytest.approx(100)
    assert found.unseen.low < found.unseen.relevant < found.unseen.high
    assert found.advice.startswith("Read on: between 12 and 317 of the papers that wait")
    assert found.advice.endswith("180 more papers read at random give a sharper estimate.")


def test_skipped_and_deferred_papers_count_both_ways() -> None:
    clean = report(AuditSample(0, 300, 0, 0), waiting=1_000).unseen
    doubtful = report(AuditSample(0, 290, 6, 4), waiting=1_000).unseen
    assert clean is not None
    assert doubtful is not None
    assert doubtful.low == 0.0
    assert doubtful.high > 1_000 * 10 / 300 > clean.high
    assert clean.may_stop
    assert not doubtful.may_stop


def test_without_a_sample_or_without_a_queue_the_advice_is_plain() -> None:
    nothing = report(AuditSample(0, 0, 0, 0), waiting=10)
    assert nothing.unseen is None
    assert nothing.advice.startswith("Nothing is known about the papers that wait")
    done = report(AuditSample(1, 1, 0, 0), waiting=0)
    assert done.advice.startswith("Nothing waits")


def test_a_handful_of_random_papers_gives_an_interval_and_no_figure() -> None:
    for sample, high in ((AuditSample(0, 1, 0, 0), 975), (AuditSample(1, 4, 0, 0), 716)):
        found = report(sample, waiting=1_000, approved=50)
        assert found.unseen is not None
        assert not found.unseen.enough
        assert round(found.unseen.high) == high
        assert found.advice.startswith("Too early to say: between ")
        assert found.advice.endswith("more papers read at random make a usable estimate.")


def test_where_nothing_was_approved_no_share_is_told() -> None:
    found = report(AuditSample(0, 200, 0, 0), waiting=1_000, approved=0)
    assert found.advice == (
        "Read on: between 0 and 18 of the papers that wait are relevant, and none is found yet "
        "beside the list's own."
    )
    rest = report(AuditSample(0, 200, 0, 0), waiting=20, approved=0)
    assert rest.unseen is not None
    assert rest.unseen.may_stop
    assert rest.advice.startswith("You may stop: less than one of the papers that wait")


def test_what_was_not_classified_is_not_called_screened() -> None:
    nothing = AuditSample(0, 0, 0, 0)
    counts = ScreeningCounts(
        repeats=0, papers=50, waiting=0, listed=0, approved=0, rejected=0, deferred=0, reasons=()
    )
    found = estimated(AuditReport(0, nothing, 50, counts, 50, None, ""))
    assert found.advice == (
        "Nothing waits, but 50 papers are withdrawn or not classified yet: "
        "living-survey classify brings these into the queue."
    )


@given(st.integers(1, 400), st.data())
def test_the_interval_is_clopper_and_pearsons(sampled: int, data: st.DataObject) -> None:
    """Each bound is the share at which so extreme a sample has a chance of 2.5 %."""
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
def room(tmp_path: Path) -> Room:
    room = make_room(tmp_path)
    room.fill([f"2603.{n:05}" for n in range(1, 31)])
    return room


def test_what_is_decided_in_random_order_is_the_sample(room: Room) -> None:
    visitor = Visitor(room.app())
    page = visitor.get("/queue?order=random")
    assert "owes nothing to the model" in page.text
    assert "0 of 30 random papers decided" in page.text
    first, second, third, *_ = page.ids
    visitor.decide(page, first, "approved")
    # a look at the paper's own page does not take it out of the sample
    [link] = page.tree.xpath(f'//article[@id="paper-{second}"]//h2/a/@href')
    visitor.decide(visitor.get(link), second, "rejected")
    visitor.decide(page, third, "deferred")
    with room.open_store() as store:
        assert store.audit.sample(200) == AuditSample(1, 1, 1, 0)
    again = visitor.get("/queue?order=random")
    assert "2 of 30 random papers decided, 1 relevant; 1 skipped or deferred." in again.text


@pytest.mark.parametrize(
    "query", ["", "?order=likely", "?order=random&section=make-image", "?order=random&at_least=10"]
)
def test_other_orders_and_parts_of_the_queue_are_no_sample(room: Room, query: str) -> None:
    visitor = Visitor(room.app())
    page = visitor.get(f"/queue{query}")
    visitor.decide(page, page.ids[0], "approved")
    visitor.decide(visitor.get(f"/paper/{page.ids[1]}"), page.ids[1], "rejected")
    with room.open_store() as store:
        assert store.audit.sample(200) == AuditSample(0, 0, 0, 0)
    assert ("no audit sample" in page.text) == ("random" in query)


def test_an_empty_survey_has_an_audit_page_too(tmp_path: Path) -> None:
    visitor = Visitor(make_room(tmp_path).app())
    for address in ("/queue", "/queue?order=random"):
        page = visitor.get(address)
        assert page.status == 200
        assert "random papers decided" not in page.text
    page = visitor.get("/audit")
    assert page.status == 200
    assert "Nothing waits" in page.text


def test_a_decision_sent_twice_is_drawn_once(room: Room) -> None:
    visitor = Visitor(room.app())
    page = visitor.get("/queue?order=random")
    for _ in range(2):
        assert visitor.decide(page, page.ids[0], "approved").status == 303
    with room.open_store() as store:
        assert store.audit.sample(200) == AuditSample(1, 0, 0, 0)


def test_the_audit_page_has_the_estimate_and_the_counts(room: Room) -> None:
    visitor = Visitor(room.app())
    empty = visitor.get("/audit")
    assert empty.status == 200
    assert "Nothing is known about the papers that wait" in empty.text
    page = visitor.get("/queue?order=random")
    for arxiv_id in page.ids:
        visitor.decide(page, arxiv_id, "rejected", note="<b>Off topic</b>")
    with room.open_store() as store:
        store.decisions.add([make_decision("2603.00001", reviewer="list")])
    full = visitor.get("/audit")
    for words in (
        "10 of 29 random papers decided" if "2603.00001" not in page.ids else "random papers",
        "Clopper-Pearson",
        "Records identified 30",
        "Papers after deduplication 30",
        "From the curated list 1",
        "<b>Off topic</b>",
    ):
        assert words in full.text


def test_the_panel_has_the_estimate_once_its_library_is_loaded(room: Room, tmp_path: Path) -> None:
    taxonomy = load_taxonomy()
    room.models = tmp_path / "models"
    room.taxonomy = taxonomy
    model = train([*approved(2), *rejected(2)], stream(16), taxonomy, trained_at=TRAINED_AT)
    artifact.save(model, room.models)
    visitor = Visitor(room.app())
    page = visitor.get("/queue?order=random")
    visitor.decide(page, page.ids[0], "rejected")
    visitor.get(f"/paper/{page.ids[1]}")
    later = visitor.get("/queue?order=random")
    assert "0 to 28 of the 29 that wait are relevant" in later.text
    assert "Too early to say:" in later.text


def test_the_terminal_draws_and_reports_too(tmp_path: Path) -> None:
    room = make_room(tmp_path / "var")
    room.fill([f"2603.{n:05}" for n in range(1, 11)])
    survey = Survey(tmp_path, {"LIVING_SURVEY_REVIEW__REVIEWER": "ada"})
    waiting = survey.json("queue", "--order", "random", "--limit", "3")["items"]
    first, second, _ = (item["arxiv_id"] for item in waiting)
    assert waiting[0]["open_facets"] == []
    survey.json("decide", first, "reject", "--audit")
    survey.json("decide", second, "reject")
    told = survey.json("audit", "--sample", "5")
    assert told["sample"] == {"approved": 0, "rejected": 1, "deferred": 0, "skipped": 0}
    assert told["wanted"] == 5
    assert told["screening"]["rejected"] == 2
    assert told["unseen"]["high"] == pytest.approx(8 * 0.975)
    ended = survey.call("audit")
    assert ended.status == 0
    assert "sample     1 of 9 random papers decided" in ended.out
    assert "records identified" in ended.out
    refused = survey.call("decide", "--from", "x.jsonl", "--audit")
    assert refused.status == 2
    assert json.loads(json.dumps(refused.err)).startswith("living-survey: A file has no random")


def test_a_report_is_made_in_one_lease(room: Room) -> None:
    found = audit_report(room.open_store, wanted=7)
    assert found.wanted == 7
    assert found.identified == found.screening.papers == found.screening.waiting == 30
    assert found.elsewhere == 0
    with room.open_store() as store:
        store.decisions.add(
            [make_decision("2603.00001", verdict=Verdict.DEFERRED, sections=(),
                           decided_at=datetime(2026, 3, 17, tzinfo=UTC))]
        )  # fmt: skip
    assert audit_report(room.open_store).screening.deferred == 1
