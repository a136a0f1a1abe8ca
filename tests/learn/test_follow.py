"""The order follows decisions that the model does not know, and is undone with them."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from classifiers.linear.follow import ScopeFollower
from classifiers.linear.model import Model
from classifiers.linear.recipe import Recipe
from classifiers.types import Example
from config.schema import ClassifierSettings, DatabaseSettings, Settings, SurveySettings
from pipeline.learn import following as following_module
from pipeline.learn.classify import classify
from pipeline.learn.follow import Follower, FollowReport, in_short_leases
from pipeline.learn.following import following
from pipeline.learn.promotion import recipe_of
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services, open_services
from storage.errors import StoreDamagedError
from storage.kept import KeptStores
from storage.queue_filter import QueueFilter
from storage.store import Store, store_reader
from storage.types import PaperText
from tests.support.learning import (
    DAY,
    START,
    arxiv_id,
    call,
    decide,
    settle,
    small_taxonomy_file,
    store_papers,
)
from tests.support.review import ReviewSite, Visitor
from tests.support.texts import SECTIONS, approved

NOW = START + 95 * DAY
TODAY = date(2026, 6, 1)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """A survey with a model, and forty waiting papers in scope, ten of each section."""
    open_store = settle(tmp_path)
    store_papers(open_store, [example.document for example in approved(10, start=700)])
    assert call(tmp_path, "train", now=START + 90 * DAY).exit_code == 0
    settings = Settings(
        survey=SurveySettings(taxonomy=small_taxonomy_file(tmp_path)),
        database=DatabaseSettings(path=tmp_path / "var" / "survey.duckdb"),
        classifier=ClassifierSettings(
            models=tmp_path / "var" / "models", reports=tmp_path / "var" / "reports"
        ),
        now=NOW,
    )
    opened = open_services(settings)
    classify(opened, Run())
    return opened


def queue(services: Services, **wanted: object) -> list[str]:
    with services.open_store() as store:
        filtered = replace(QueueFilter(order="likely"), **wanted)  # type: ignore[arg-type]
        return [row.arxiv_id for row in store.queue.rows(filtered, limit=500, today=TODAY)]


def place(ids: list[str], examples: list[Example]) -> float:
    """Return the mean place of papers that wait."""
    keys = {arxiv_id(example.document) for example in examples}
    places = [number for number, key in enumerate(ids) if key in keys]
    assert places
    return sum(places) / len(places)


def kind(section: int, start: int, count: int) -> list[Example]:
    """Return the papers of one section."""
    found = [e for e in approved(count, start=start) if e.sections == (SECTIONS[section],)]
    assert len(found) == count
    return found


def test_papers_like_rejected_ones_fall_and_rise_again_when_it_is_undone(
    services: Services,
) -> None:
    before = queue(services)
    follower = Follower(services)
    assert follower.follow() == FollowReport(0, 0)
    assert queue(services) == before
    rejected = [replace(e, in_scope=False, sections=()) for e in kind(0, 700, 8)]
    waiting = kind(0, 700, 10)[8:]
    decide(services.open_store, rejected, first=NOW - DAY, step=DAY / 100)
    left = [key for key in before if key not in {arxiv_id(e.document) for e in rejected}]
    assert queue(services) == left

    report = follower.follow()
    assert report == FollowReport(8, len(left))
    after = queue(services)
    assert sorted(after) == sorted(left)
    assert place(after, waiting) > place(left, waiting) + 5
    with services.open_store() as store:
        state = store.queue.followed.state()
        assert state is not None
        assert (state.decisions, state.at) == (8, NOW)
        # Probabilities are those of the model.
        rows = store.queue.rows(QueueFilter(order="likely"), limit=500, today=TODAY)
        latest = store.predictions.latest([row.arxiv_id for row in rows])
        assert all(row.in_scope == latest[row.arxiv_id].in_scope for row in rows)

    # Another process with another history comes to the same order.
    assert Follower(services).follow() == report
    assert queue(services) == after

    with services.open_store() as store:
        for example in rejected:
            standing = store.decisions.standing([arxiv_id(example.document)])
            [decision] = standing.values()
            store.decisions.undo(reviewer="ada", undone_at=NOW, decision_id=decision.decision_id)
    assert follower.follow() == FollowReport(0, 0)
    assert queue(services) == before


def test_pages_of_the_order_are_whole_under_every_filter(services: Services) -> None:
    decide(
        services.open_store,
        [replace(e, in_scope=False, sections=()) for e in kind(0, 700, 8)],
        first=NOW - DAY,
        step=DAY / 100,
    )
    Follower(services).follow()
    for wanted in ({}, {"at_least": 0.5}, {"section": SECTIONS[1]}):
        whole = queue(services, **wanted)
        assert whole
        filtered = replace(QueueFilter(order="likely"), **wanted)
        with services.open_store() as store:
            pages = [
                store.queue.ids(filtered, limit=7, offset=offset, today=TODAY)
                for offset in range(0, len(whole), 7)
            ]
        assert [key for page in pages for key in page] == whole


def test_new_predictions_take_a_paper_out_of_the_order(services: Services) -> None:
    decide(
        services.open_store,
        [replace(e, in_scope=False, sections=()) for e in kind(0, 700, 4)],
        first=NOW - DAY,
        step=DAY / 100,
    )
    Follower(services).follow()
    fresh = kind(1, 900, 2)
    store_papers(services.open_store, [e.document for e in fresh])
    classify(services, Run())
    assert {arxiv_id(e.document) for e in fresh} <= set(queue(services))
    waiting = queue(services)
    with services.open_store() as store:
        store.queue.followed.forget(waiting)
        store.queue.followed.clear()
        assert store.queue.followed.state() is None
    folder = services.settings.database.path.parents[1]
    assert call(folder, "train", "--force", now=NOW).exit_code == 0
    assert Follower(services).follow() == FollowReport(0, 0)


def test_thread_follows_decisions_of_any_process(services: Services) -> None:
    reader = store_reader(services.settings.database.path, busy_timeout_seconds=30.0)
    kept = KeptStores(
        services.settings.database.path,
        services.open_store,
        reader,
        busy_timeout_seconds=30.0,
        idle_seconds=0.05,
    )
    folder = services.settings.database.path.parents[1]
    rejected = [arxiv_id(e.document) for e in kind(0, 700, 3)]

    def followed() -> int:
        with kept.read_store() as store:
            state = store.queue.followed.state()
        return state.decisions if state else 0

    with (
        contextlib.closing(kept),
        following(replace(services, open_store=kept.open_store), kept.read_store),
    ):
        for number, key in enumerate(rejected, start=1):
            ended = call(folder, "decide", key, "reject", "--reason", "not-research", now=NOW)
            assert ended.exit_code == 0, ended.output
            until(followed, number)
        said = call(folder, "queue", now=NOW).stdout
        assert (
            "Order follows 3 decisions since; figures are those of the model of 5 April 2026."
            in said
        )
        for number in (2, 1, 0):
            assert call(folder, "undo", now=NOW).exit_code == 0
            until(followed, number)
    assert "Order follows" not in call(folder, "queue", now=NOW).stdout


def test_page_says_what_the_order_follows_as_soon_as_it_does(services: Services) -> None:
    """The page that follows a verdict is made before the order, and later ones are not."""
    site = ReviewSite(
        services.open_store,
        clock=lambda: NOW,
        taxonomy=services.taxonomy,
        models=services.settings.classifier.models,
    )
    ada, follower = Visitor(site.app()), Follower(services)

    def said() -> str:
        return str(ada.get("/queue?at_least=0").tree.xpath("string(//*[@id='order'])"))

    assert said() == ""
    made = []
    for number, example in enumerate(kind(0, 700, 2), start=1):
        before = said()
        page = ada.get(f"/queue?at_least=0&paper={arxiv_id(example.document)}")
        decided = ada.follow(
            ada.decide(page, arxiv_id(example.document), "rejected", reason="not-research")
        )
        assert said() == before
        made.append(follower.follow())
        decisions = "1 decision" if number == 1 else f"{number} decisions"
        assert said().startswith(f"Order follows {decisions} since")
    assert [report.decisions for report in made] == [1, 2]
    ada.post("/undo", decided.form("/undo"))
    follower.follow()
    assert said().startswith("Order follows 1 decision since")


def until(read: Callable[[], int], wanted: int) -> None:
    """Wait until a number is read, at most two minutes on a loaded machine."""
    last = time.monotonic() + 120.0
    while read() != wanted:
        assert time.monotonic() < last, f"it is {read()}, not {wanted}"
        threading.Event().wait(0.02)


def test_papers_are_asked_for_in_parts(services: Services) -> None:
    waiting = queue(services)
    parts: list[int] = []

    def ask(store: Store, ids: Sequence[str]) -> dict[str, int]:
        parts.append(len(ids))
        return {one: store.papers.texts([one])[0].abstract.count(" ") for one in ids}

    found = in_short_leases(services.open_store, waiting, ask)
    assert list(found) == waiting
    assert sum(parts) == len(waiting)
    assert parts[0] < len(waiting)
    assert in_short_leases(services.open_store, [], ask) == {}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The waiting papers whose texts were read, in that order."""
    asked: list[str] = []

    def texts(store: Store, ids: Sequence[str]) -> dict[str, PaperText]:
        asked.extend(ids)
        return {text.arxiv_id: text for text in store.papers.texts(ids)}

    monkeypatch.setattr("pipeline.learn.follow._texts", texts)
    return asked


def test_waiting_papers_are_read_in_the_order_in_which_they_are_stored(
    services: Services, asked: list[str]
) -> None:
    rejected = [replace(e, in_scope=False, sections=()) for e in kind(0, 700, 4)]
    decide(services.open_store, rejected, first=NOW - DAY, step=DAY / 100)
    waiting = queue(services)
    assert waiting != sorted(waiting)
    Follower(services).follow()
    assert asked == sorted(waiting)


def test_first_decision_is_followed_by_what_was_read_before_it(
    services: Services, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(services)
    waiting = queue(services)
    assert follower.follow() == FollowReport(0, 0)
    assert asked == sorted(waiting)
    rejected = [replace(e, in_scope=False, sections=()) for e in kind(0, 700, 1)]
    decide(services.open_store, rejected, first=NOW - DAY, step=DAY / 100)

    def transformed(*_: object) -> None:
        raise AssertionError("a text is read again")

    with monkeypatch.context() as only:
        only.setattr(Model, "matrix", transformed)
        assert follower.follow() == FollowReport(1, len(waiting) - 1)
    assert asked == sorted(waiting)
    after = queue(services)
    Follower(services).follow()
    assert queue(services) == after


def test_service_that_ends_does_not_wait_for_papers_to_be_read(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[int] = []
    ended = threading.Event()

    def texts(store: Store, ids: Sequence[str]) -> dict[str, PaperText]:
        parts.append(len(ids))
        ended.set()
        return {text.arxiv_id: text for text in store.papers.texts(ids)}

    monkeypatch.setattr("pipeline.learn.follow._texts", texts)
    monkeypatch.setattr(following_module, "_LOOK", 0.001)
    follow = following_module._follower(services, services.open_store, ended)
    following_module._follow(services.settings.database.path, follow, ended)
    assert len(parts) == 1
    assert parts[0] < len(queue(services))


def test_order_is_the_same_after_much_was_kept(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    rejected = [replace(e, in_scope=False, sections=()) for e in kind(0, 700, 4)]
    decide(services.open_store, rejected[:2], first=NOW - DAY, step=DAY / 100)
    monkeypatch.setattr("classifiers.linear.follow._KEPT", 10)
    follower = Follower(services)
    assert follower.follow().decisions == 2
    decide(services.open_store, rejected[2:], first=NOW - DAY / 2, step=DAY / 100)
    assert follower.follow().decisions == 4
    after = queue(services)
    Follower(services).follow()
    assert queue(services) == after


def test_recipe_of_an_older_model_has_the_settings_it_was_trained_by(services: Services) -> None:
    model = services.models.check_current(services.taxonomy).load_model()
    header = model.header
    assert recipe_of(model) == Recipe()

    def with_settings(settings: dict[str, float | int | bool]) -> Model:
        return replace(model, header=replace(header, settings=settings))

    older = {name: value for name, value in header.settings.items() if name != "weak_technique"}
    assert recipe_of(with_settings(older)) == Recipe(weak_technique=0)
    assert recipe_of(with_settings({**older, "no_longer": 1})) is None
    assert recipe_of(with_settings({"seed": 0, "max_terms": 9})) is None


def test_papers_drawn_at_random_are_followed_as_such(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught: list[Example] = []
    scores = ScopeFollower.scores

    def spied(follower: ScopeFollower, examples: Sequence[Example], *rest: Any) -> Any:
        taught[:] = examples
        return scores(follower, examples, *rest)

    monkeypatch.setattr(ScopeFollower, "scores", spied)
    read = kind(0, 700, 2)
    decide(services.open_store, read, first=NOW)
    with services.open_store() as store:
        [drawn] = store.decisions.of_paper(arxiv_id(read[0].document))
        store.audit.draw(drawn)
        waited = store.audit.drawn_from()
    assert Follower(services).follow().decisions == 2
    assert {e.document.key: e.drawn_from for e in taught if e.drawn_from} == waited
    assert set(waited) == {drawn.arxiv_id}
    assert waited[drawn.arxiv_id] > 1


def test_without_a_model_nothing_is_followed(tmp_path: Path) -> None:
    settle(tmp_path)
    settings = Settings(
        survey=SurveySettings(taxonomy=small_taxonomy_file(tmp_path)),
        database=DatabaseSettings(path=tmp_path / "var" / "survey.duckdb"),
        classifier=ClassifierSettings(models=tmp_path / "m", reports=tmp_path / "r"),
        now=NOW,
    )
    assert Follower(open_services(settings)).follow() == FollowReport(0, 0)


def test_same_fault_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_module, "_LOOK", 0.001)
    ended = threading.Event()
    faults = iter([*["missing"] * 20, "", *["missing"] * 20, *["damaged"] * 20])

    def follow() -> None:
        fault = next(faults, None)
        if fault is None:
            ended.set()
        elif fault:
            raise StoreDamagedError(fault)
        else:  # what follows is another commit
            (tmp_path / "survey.duckdb").write_text("changed")

    with caplog.at_level(logging.INFO):
        following_module._follow(tmp_path / "survey.duckdb", follow, ended)
    said = [record.error for record in caplog.records]  # type: ignore[attr-defined]
    assert said == ["missing", "missing", "damaged"]
