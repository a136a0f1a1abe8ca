"""Pages of the queue by places: its order, a fixed number of statements, any filter."""

from datetime import date, datetime, timedelta

import pytest

from config.errors import UsageError
from storage.queue_filter import QueueFilter
from storage.queue_pages import PAGED
from storage.store import Store
from tests.support.builders import SUBMITTED, make_paper, make_prediction
from tests.support.queries import counted_queries
from tests.support.storage import add_predictions

TODAY = date(2026, 3, 20)
IDS = [f"2603.{number:05}" for number in range(1, 61)]


@pytest.fixture
def store(store: Store, now: datetime) -> Store:
    """Sixty papers: four probabilities, five days, some without a date."""
    store.papers.upsert(
        [
            make_paper(
                key,
                submitted_at=None if n % 7 == 0 else SUBMITTED - timedelta(days=n % 5),
            )
            for n, key in enumerate(IDS)
        ],
        seen_at=now,
    )
    add_predictions(
        store, [make_prediction(key, in_scope=(n % 4) / 4 + 0.1) for n, key in enumerate(IDS)]
    )
    return store


def pages(store: Store, wanted: QueueFilter, limit: int) -> list[str]:
    """Return the papers of all pages."""
    found: list[str] = []
    after = None
    while rows := store.queue.pages.page(wanted, limit=limit, today=TODAY, after=after):
        found += [one.row.arxiv_id for one in rows]
        after = rows[-1].place
    return found


@pytest.mark.parametrize("order", PAGED)
@pytest.mark.parametrize("limit", [1, 7, 60])
@pytest.mark.parametrize(
    "also",
    [
        {},
        {"at_least": 0.5},
        {"announced_from": date(2026, 3, 13), "announced_until": date(2026, 3, 17)},
        {"search": "study"},
        {"without": frozenset(IDS[::3])},
        {"below": 0.2},
        {"section": "none"},
    ],
    ids=lambda also: "-".join(also) or "all",
)
def test_pages_are_the_queue(store: Store, order: str, limit: int, also: dict[str, object]) -> None:
    wanted = QueueFilter(order=order, **also)  # type: ignore[arg-type]
    rows = store.queue.rows(wanted, limit=100, today=TODAY)
    assert pages(store, wanted, limit) == [row.arxiv_id for row in rows]


@pytest.mark.parametrize("order", PAGED)
def test_page_takes_three_statements_wherever_it_is(store: Store, order: str) -> None:
    wanted = QueueFilter(order=order)
    place = store.queue.pages.page(wanted, limit=20, today=TODAY)[-1].place
    for after in (None, place):
        with counted_queries() as sent:
            store.queue.pages.page(wanted, limit=20, today=TODAY, after=after)
        assert len(sent) == 3


def test_mixed_order_has_no_places(store: Store) -> None:
    with pytest.raises(UsageError, match="has no pages"):
        store.queue.pages.page(QueueFilter(order="mixed"), limit=1, today=TODAY)
