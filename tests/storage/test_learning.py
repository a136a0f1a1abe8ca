"""Counts of decisions and the decisions after an event, as models and explanations read them."""

from datetime import datetime, timedelta

import pytest

from storage.store import Store
from storage.types import NewDecision, Verdict
from tests.support.builders import SUBMITTED, make_decision, make_paper

HOUR = timedelta(hours=1)
IDS = [f"2603.{n:05d}" for n in range(1, 6)]


@pytest.fixture
def store(store: Store, now: datetime) -> Store:
    store.papers.upsert([make_paper(one) for one in IDS], seen_at=now)
    return store


def reject(number: int, **fields: object) -> NewDecision:
    return make_decision(IDS[number], verdict=Verdict.REJECTED, sections=(), **fields)


def test_tally_counts_standing_rejections_and_later_decisions(store: Store) -> None:
    made = store.decisions.add(
        [
            reject(0),
            reject(1, reason="relevant-not-listed"),
            reject(2, reason="other", decided_at=SUBMITTED + HOUR),
            make_decision(IDS[3], decided_at=SUBMITTED + HOUR),
            reject(4),
        ]
    )
    store.decisions.undo(
        reviewer="ada", undone_at=SUBMITTED + HOUR, decision_id=made[4].decision_id
    )
    found = store.learning.tally(SUBMITTED, ("relevant-not-listed",))
    assert (found.rejections, found.since) == (2, 2)
    assert store.learning.tally(SUBMITTED).rejections == 3
    # approved after all
    store.decisions.add([make_decision(IDS[0], decided_at=SUBMITTED + 2 * HOUR)])
    assert store.learning.tally(SUBMITTED).rejections == 2


def test_empty_database_has_an_empty_tally(store: Store) -> None:
    found = store.learning.tally(SUBMITTED)
    assert (found.rejections, found.since) == (0, 0)


@pytest.mark.parametrize("others", [0, 300])
def test_decided_papers_are_read_by_id(store: Store, others: int) -> None:
    store.decisions.add([reject(0, reason="other"), make_decision(IDS[1])])
    wanted = [IDS[0], IDS[2], *(f"2604.{n:05d}" for n in range(1, others + 1))]
    [found] = store.learning.decided(wanted)
    assert (found.text.arxiv_id, found.verdict, found.reason) == (IDS[0], Verdict.REJECTED, "other")
    assert store.learning.decided([]) == []
    assert len(store.decisions.training()) == 2
