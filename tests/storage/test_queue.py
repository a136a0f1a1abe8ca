from datetime import datetime, timedelta
from typing import Any

import pytest

from classifiers.measure.orders import order
from config.errors import UsageError
from storage.store import Store
from storage.types import FacetScore, Prediction, SectionScore, TermWeight, Verdict
from tests.support.builders import SUBMITTED, make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions, queued

DAY = timedelta(days=1)


@pytest.fixture
def store(store: Store, now: datetime) -> Store:
    store.papers.upsert(
        [make_paper(f"2603.0000{n}", submitted_at=SUBMITTED + n * DAY) for n in range(1, 5)],
        seen_at=now,
    )
    return store


def predicted(number: int, in_scope: float, section: str = "agents") -> Prediction:
    return make_prediction(
        f"2603.0000{number}", in_scope=in_scope, sections=(SectionScore(section, 0.5),)
    )


def page(store: Store, **options: Any) -> list[str]:
    return [arxiv_id[-1] for arxiv_id in queued(store, **options)]


def test_prediction_round_trip(store: Store) -> None:
    prediction = make_prediction(
        sections=(SectionScore("agents", 0.7), SectionScore("survey-llm", 0.1)),
        facets=(FacetScore("task", "agents", 0.7), FacetScore("modality", "image", 0.2)),
        terms=(TermWeight("diffusion", 1.5), TermWeight("survey", -0.5)),
        open_facets=("technique", "task"),
    )
    bare = make_prediction("2603.00002", sections=(), facets=(), terms=())
    assert add_predictions(store, [prediction, bare]) == 2
    latest = store.predictions.latest(["2603.00001", "2603.00002", "2603.00003"])
    assert latest == {"2603.00001": prediction, "2603.00002": bare}
    assert add_predictions(store, []) == 0
    assert store.predictions.latest([]) == {}


def test_prediction_is_replaced_by_the_same_model(store: Store) -> None:
    add_predictions(store, [predicted(1, 0.1)])
    add_predictions(store, [predicted(1, 0.2), predicted(1, 0.9)])
    assert store.predictions.latest(["2603.00001"])["2603.00001"].in_scope == 0.9
    assert store.queue.size() == 1


def test_newest_of_several_models_is_shown(store: Store) -> None:
    new = make_prediction(model_id="new", in_scope=0.9, predicted_at=SUBMITTED + DAY)
    old = make_prediction(model_id="old", in_scope=0.1, predicted_at=SUBMITTED)
    add_predictions(store, [old])
    add_predictions(store, [new])
    add_predictions(store, [old])
    assert store.predictions.latest(["2603.00001"]) == {"2603.00001": new}
    assert [item.prediction.model_id for item in store.queue.items(queued(store))] == ["new"]


def test_older_model_can_be_preferred(store: Store) -> None:
    old = make_prediction(model_id="old", predicted_at=SUBMITTED)
    new = make_prediction(model_id="new", predicted_at=SUBMITTED + DAY)
    only_new = make_prediction("2603.00002", model_id="new", predicted_at=SUBMITTED + DAY)
    add_predictions(store, [old])
    add_predictions(store, [new, only_new])
    assert store.predictions.prefer("old") == 2
    shown = store.predictions.latest(["2603.00001", "2603.00002"])
    assert [p.model_id for p in shown.values()] == ["old", "new"]
    assert store.predictions.prefer("old") == 0


def test_queue_has_predicted_undecided_papers(store: Store, now: datetime) -> None:
    assert page(store) == []
    add_predictions(store, [predicted(n, 0.9 - n / 10) for n in (1, 2, 3)])
    assert page(store) == ["1", "2", "3"]
    store.decisions.add([make_decision("2603.00002", verdict=Verdict.REJECTED)])
    assert page(store) == ["1", "3"]
    store.decisions.undo(reviewer="ada", undone_at=now)
    assert page(store) == ["1", "2", "3"]
    store.papers.upsert([make_paper("2603.00003", version=2, withdrawn=True)], seen_at=now)
    assert page(store) == ["1", "2"]
    assert store.queue.size() == 2


def test_orders_of_the_queue(store: Store) -> None:
    add_predictions(
        store, [predicted(1, 0.45), predicted(2, 0.95), predicted(3, 0.6), predicted(4, 0.05)]
    )
    assert page(store, order="likely") == ["2", "3", "1", "4"]
    assert page(store, order="uncertain") == ["1", "3", "2", "4"]
    assert page(store, order="newest") == ["4", "3", "2", "1"]
    with pytest.raises(UsageError, match="likely, uncertain, mixed, random, newest"):
        page(store, order="best")


def fill(store: Store, now: datetime, count: int) -> list[str]:
    ids = [f"2604.{n:05}" for n in range(count)]
    store.papers.upsert([make_paper(arxiv_id) for arxiv_id in ids], seen_at=now)
    add_predictions(
        store, [make_prediction(each, in_scope=(n * 37 % 101) / 101) for n, each in enumerate(ids)]
    )
    return ids


@pytest.mark.parametrize("count", [1, 7, 8, 60])
def test_mixed_order_equals_that_of_classifiers(store: Store, now: datetime, count: int) -> None:
    ids = fill(store, now, count)
    scope = {each: p.in_scope for each, p in store.predictions.latest(ids).items()}
    expected = order(list(scope.items()), "mixed")
    paged = [
        arxiv_id
        for start in range(0, count, 7)
        for arxiv_id in queued(store, order="mixed", limit=7, offset=start)
    ]
    assert paged == expected
    if count == 60:
        likely = order(list(scope.items()), "likely")
        assert paged[:7] == likely[:7]
        assert paged[7:10] == order(list(scope.items()), "uncertain")[:3]


def test_random_order_is_independent_of_the_model(store: Store, now: datetime) -> None:
    ids = fill(store, now, 60)
    before = queued(store, order="random", limit=60)
    assert sorted(before) == ids
    assert before not in (ids, order([(each, 0.0) for each in ids], "likely"))
    add_predictions(
        store,
        [
            make_prediction(each, model_id="next", in_scope=n / 60, predicted_at=now)
            for n, each in enumerate(ids)
        ],
    )
    assert queued(store, order="random", limit=60) == before
    # It also differs from the order that samples the training's background.
    assert [text.arxiv_id for text in store.papers.background(60) if text.arxiv_id in ids] != before


def test_pages_sections_and_counts(store: Store) -> None:
    add_predictions(
        store,
        [
            predicted(1, 0.9),
            predicted(2, 0.8, "survey-llm"),
            predicted(3, 0.7),
            make_prediction("2603.00004", in_scope=0.1, sections=()),
        ],
    )
    assert page(store, limit=2) == ["1", "2"]
    assert page(store, limit=2, offset=2) == ["3", "4"]
    assert page(store, section="agents") == ["1", "3"]
    assert page(store, section="agents", order="newest") == ["3", "1"]
    assert page(store, section="unheard-of") == []
    assert page(store, at_least=0.75) == ["1", "2"]
    assert store.queue.counts() == {"agents": 2, "survey-llm": 1}
    assert store.queue.size() == 4


def test_item_has_paper_prediction_priority(store: Store) -> None:
    add_predictions(store, [predicted(1, 0.9)])
    (item,) = store.queue.items(queued(store))
    assert item.paper == store.papers.get("2603.00001")
    assert item.prediction == predicted(1, 0.9)
    assert item.priority == 0.9


def test_deferred_papers_longest_waiting_first(store: Store) -> None:
    add_predictions(store, [predicted(n, 0.5) for n in (1, 2, 3)])
    store.decisions.add(
        [
            make_decision("2603.00001", verdict=Verdict.DEFERRED, decided_at=SUBMITTED + DAY),
            make_decision("2603.00002", verdict=Verdict.DEFERRED),
            make_decision("2603.00003"),
        ]
    )
    assert [i.paper.paper.arxiv_id[-1] for i in store.queue.deferred(10)] == ["2", "1"]
    assert len(store.queue.deferred(1)) == 1
    assert page(store) == []
