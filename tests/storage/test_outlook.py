"""Outlook: arrivals, decisions and waiting papers by day and probability."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from storage.outlook import ArrivedPapers, DecidedPapers, WaitingPaper
from storage.store import Store
from storage.types import LIST_REVIEWER, Announcement, AnnounceType, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions, migrated

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
DAY = date(2026, 3, 17)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store."""
    with migrated(tmp_path / "survey.duckdb")() as opened:
        yield opened


def put(
    store: Store, arxiv_id: str, in_scope: float, *, at: datetime = NOON, **paper: object
) -> None:
    store.papers.upsert([make_paper(arxiv_id, **paper)], seen_at=at)
    predict(store, arxiv_id, in_scope, at=at)


def predict(
    store: Store, arxiv_id: str, in_scope: float, *, at: datetime = NOON, model: str = "one"
) -> None:
    prediction = make_prediction(arxiv_id, in_scope=in_scope, predicted_at=at, model_id=model)
    add_predictions(store, [prediction])


def decide(
    store: Store, arxiv_id: str, verdict: Verdict, at: datetime, reviewer: str = "ada"
) -> None:
    sections = ("generation-image-llm-based",) if verdict is Verdict.APPROVED else ()
    store.decisions.add(
        [
            make_decision(
                arxiv_id, verdict=verdict, sections=sections, decided_at=at, reviewer=reviewer
            )
        ]
    )


def test_arrivals_count_by_announcement_and_whole_percent(store: Store) -> None:
    put(store, "2603.00001", 0.29)  # 0.29 * 100 is below 29
    put(store, "2603.00002", 0.2999)
    put(store, "2603.00003", 0.8)
    announced = Announcement(DAY, "2603.00003", 1, AnnounceType.NEW, "A title", ("cs.CV",))
    store.announcements.add(DAY, ["cs.CV"], [announced], checked_at=NOON, calendar_quiet=False)
    # without a feed: the day after its submission
    assert store.outlook.arrived(DAY, DAY) == [
        ArrivedPapers(DAY, 29, 2),
        ArrivedPapers(DAY, 80, 1),
    ]
    assert store.outlook.arrived(DAY + timedelta(days=1), DAY + timedelta(days=9)) == []


def test_decided_paper_counts_with_the_prediction_from_before(store: Store) -> None:
    put(store, "2603.00001", 0.4)
    decide(store, "2603.00001", Verdict.APPROVED, NOON + timedelta(hours=1))
    predict(store, "2603.00001", 0.99, at=NOON + timedelta(hours=2), model="two")
    assert store.outlook.arrived(DAY, DAY) == [ArrivedPapers(DAY, 40, 1)]
    assert store.outlook.decided() == [DecidedPapers(DAY, Verdict.APPROVED, 40, 1)]


def test_decision_without_an_earlier_prediction_has_no_probability(store: Store) -> None:
    put(store, "2603.00001", 0.4, at=NOON + timedelta(hours=2))
    decide(store, "2603.00001", Verdict.REJECTED, NOON)
    assert store.outlook.arrived(DAY, DAY) == [ArrivedPapers(DAY, None, 1)]
    assert store.outlook.decided() == [DecidedPapers(DAY, Verdict.REJECTED, None, 1)]


def test_later_verdict_counts_with_the_prediction_before_the_first(store: Store) -> None:
    put(store, "2603.00001", 0.4)
    decide(store, "2603.00001", Verdict.REJECTED, NOON + timedelta(hours=1))
    predict(store, "2603.00001", 0.01, at=NOON + timedelta(hours=2), model="two")
    decide(store, "2603.00001", Verdict.APPROVED, NOON + timedelta(days=1))
    assert store.outlook.decided() == [
        DecidedPapers(DAY + timedelta(days=1), Verdict.APPROVED, 40, 1)
    ]


def test_deferred_withdrawn_and_undone_papers(store: Store) -> None:
    put(store, "2603.00001", 0.4)
    put(store, "2603.00002", 0.5, withdrawn=True)
    put(store, "2603.00003", 0.6)
    decide(store, "2603.00001", Verdict.DEFERRED, NOON + timedelta(hours=1))
    decide(store, "2603.00003", Verdict.REJECTED, NOON + timedelta(hours=1))
    store.decisions.undo(reviewer="ada", undone_at=NOON + timedelta(hours=2))
    # the withdrawn paper cannot be decided, so it is no work
    assert [one.percent for one in store.outlook.arrived(DAY, DAY)] == [40, 60]
    assert store.outlook.decided() == []
    assert store.outlook.waiting() == {60: 1}


def test_papers_of_the_list_are_not_counted(store: Store) -> None:
    put(store, "2603.00001", 0.9)
    decide(store, "2603.00001", Verdict.APPROVED, NOON, reviewer=LIST_REVIEWER)
    assert store.outlook.arrived(DAY, DAY) == []
    assert store.outlook.decided() == []


def test_oldest_is_the_first_announced_above_the_limit(store: Store) -> None:
    put(store, "2603.00001", 0.2, submitted_at=NOON - timedelta(days=90))
    # of a Sunday: announced on Tuesday
    put(store, "2603.00002", 0.7, submitted_at=NOON - timedelta(days=9))
    put(store, "2603.00003", 0.9)
    assert store.outlook.oldest(0.5) == WaitingPaper("2603.00002", DAY - timedelta(days=7))
    assert store.outlook.oldest(0.0) == WaitingPaper("2603.00001", DAY - timedelta(days=89))
    assert store.outlook.oldest(0.95) is None


def test_gaps_are_those_of_one_reviewer(store: Store) -> None:
    for number, (reviewer, seconds) in enumerate(
        [("ada", 0), ("bo", 3), ("ada", 10), ("ada", 25)], start=1
    ):
        put(store, f"2603.0000{number}", 0.5)
        at = NOON + timedelta(seconds=seconds)
        decide(store, f"2603.0000{number}", Verdict.REJECTED, at, reviewer)
    assert store.outlook.gaps("ada") == [15.0, 10.0]
    assert store.outlook.gaps("bo") == []


def test_progress_counts_standing_decisions_of_one_reviewer(store: Store) -> None:
    for number, hours in enumerate([-13, 1, 2, 3], start=1):
        put(store, f"2603.0000{number}", 0.5)
        at = NOON + timedelta(hours=hours)
        decide(store, f"2603.0000{number}", Verdict.REJECTED, at)
    store.decisions.undo(reviewer="ada", undone_at=NOON + timedelta(hours=4))
    midnight = NOON.replace(hour=0)
    assert store.outlook.decided_since("ada", midnight) == 2
    assert store.outlook.decided_since("bo", midnight) == 0


def test_gainful_papers_are_ranked_as_the_planner_ranks_them(store: Store) -> None:
    from pipeline.review.outlook.planner import LEARNING, gain

    probabilities = [0.0, 0.2, 0.5, 0.74, 0.75, 0.76, 0.99, 1.0, 0.5]
    for number, probability in enumerate(probabilities, start=1):
        put(store, f"2603.0000{number}", probability)
    found = store.outlook.gainful(LEARNING, 100)
    assert found == sorted(found, key=lambda one: (-gain(one[1]), one[0]))
    assert store.outlook.gainful(LEARNING, 2) == found[:2]
