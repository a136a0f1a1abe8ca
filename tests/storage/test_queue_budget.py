"""A page of the queue takes a fixed number of statements, however many papers wait."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from config.orders import ORDERS
from storage.queue_filter import QueueFilter, QueueLimits
from storage.store import Store
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.queries import counted_queries
from tests.support.storage import add_predictions

TODAY = date(2026, 3, 20)
IDS = [f"2603.{number:05}" for number in range(1, 41)]


@pytest.fixture
def store(store: Store, now: datetime) -> Store:
    store.papers.upsert([make_paper(arxiv_id) for arxiv_id in IDS], seen_at=now)
    add_predictions(store, [make_prediction(arxiv_id) for arxiv_id in IDS])
    return store


def statements(act: Callable[[], object]) -> int:
    with counted_queries() as sent:
        act()
    return len(sent)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 30])
def test_list_takes_three_statements(store: Store, order: str, limit: int) -> None:
    wanted = QueueFilter(order=order, at_least=0.5, search="paper")
    assert statements(lambda: store.queue.rows(wanted, limit=limit, today=TODAY)) == 3


def test_counts_take_three_statements(store: Store) -> None:
    limits = QueueLimits()
    assert statements(lambda: store.queue.tally(QueueFilter(), today=TODAY, limits=limits)) == 3


@pytest.mark.parametrize("many", [1, 30])
def test_papers_take_four_statements(store: Store, many: int) -> None:
    assert statements(lambda: store.queue.items(IDS[:many])) == 4


@pytest.mark.parametrize("many", [1, 40])
def test_decisions_take_the_same_statements_however_many(store: Store, many: int) -> None:
    batch = [
        make_decision(arxiv_id, verdict=Verdict.REJECTED, sections=()) for arxiv_id in IDS[:many]
    ]
    assert statements(lambda: store.decisions.add(batch)) <= 12


@pytest.mark.parametrize("many", [1, 40])
def test_revised_papers_are_looked_for_once_in_each_table(
    store: Store, now: datetime, many: int
) -> None:
    revised = [
        make_paper(arxiv_id, version=2, abstract="Another text.", versions=())
        for arxiv_id in IDS[:many]
    ]
    with counted_queries() as sent:
        assert store.papers.upsert(revised, seen_at=now).revised == many
    assert len(sent) <= 22, sent
    # reading the IDs of millions of papers takes longer than everything else
    for table in ("paper", "waiting", "prediction"):
        by_id = [sql for sql in sent if f"FROM {table} WHERE arxiv_id" in " ".join(sql.split())]
        assert len(by_id) == (table != "prediction"), by_id
