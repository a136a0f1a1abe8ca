from datetime import UTC, datetime, timedelta

import pytest

from storage.incomplete import AskOutcome
from storage.store import Store
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions

NOW = datetime(2026, 3, 20, tzinfo=UTC)
DAY = timedelta(days=1)
ID = "2603.00001"


def put(store: Store, abstract: str, title: str = "A Title of a Paper") -> bool:
    store.papers.upsert([make_paper(ID, abstract=abstract, title=title)], seen_at=NOW)
    return store.incomplete.count() == 1


@pytest.mark.parametrize(
    "abstract",
    [
        "",
        ".",
        "N/A",
        "TBD",
        "No abstract available.",
        "Abstract will be added later",
        "To be added soon",
        "Coming soon!",
        "(abstract to follow)",
        "See PDF",
        "This is a placeholder for the abstract.",
        "A title of a paper.",
        "Lorem ipsum dolor sit amet. " * 30,
    ],
)
def test_text_that_says_nothing_is_incomplete(store: Store, abstract: str) -> None:
    assert put(store, abstract)


@pytest.mark.parametrize(
    "abstract",
    [
        "We prove a theorem.",
        "Available tools draw badly; we test four.",
        "This paper has been withdrawn",
        "\u63d0\u51fa\u4e00\u79cd\u65b9\u6cd5\u3002",
    ],
)
def test_short_text_is_complete(store: Store, abstract: str) -> None:
    assert not put(store, abstract)


def test_incomplete_paper_waits_only_when_it_is_whole(store: Store) -> None:
    put(store, "")
    add_predictions(store, [make_prediction(ID)])
    assert store.queue.size() == 0
    store.papers.upsert([make_paper(ID, version=2)], seen_at=NOW + DAY)
    assert store.queue.size() == 1
    assert store.incomplete.rows() == []


def test_incomplete_paper_is_asked_for_less_and_less_often(store: Store) -> None:
    put(store, "")
    asked = []
    for day in range(40):
        now = NOW + day * DAY
        if store.incomplete.due(now, 10):
            asked.append(day)
            assert store.incomplete.asked(ID, failed=day == 1, now=now) in {
                AskOutcome.FAILED,
                AskOutcome.INCOMPLETE,
            }
    assert asked == [1, 3, 7, 15, 31]
    [paper] = store.incomplete.rows()
    assert paper.asked == 5


def test_decided_paper_is_not_asked_for(store: Store) -> None:
    put(store, "")
    store.decisions.add([make_decision(ID, decided_at=NOW)])
    assert store.incomplete.count() == 0
    assert store.incomplete.due(NOW + 30 * DAY, 10) == []


def test_arxiv_is_not_asked_for_a_work_that_it_does_not_have(store: Store) -> None:
    store.papers.upsert(
        [make_paper("doi:10.1000/x", abstract=""), make_paper(ID, abstract="")], seen_at=NOW
    )
    assert store.incomplete.count() == 2
    assert list(store.incomplete.due(NOW + 30 * DAY, 10)) == [ID]
