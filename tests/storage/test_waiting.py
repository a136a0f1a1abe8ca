"""The stored queue equals the queue derived from papers, predictions and decisions."""

import random
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from storage.calendar import due_day
from storage.engine.migrate import known_migrations
from storage.store import OpenStore, Store
from storage.taxonomy_types import MoveKind, NewTaxonomyChange, Placement, SectionMove
from storage.types import Announcement, AnnounceType, SectionScore, Verdict
from storage.waiting import different
from tests.support.builders import SUBMITTED, make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions, opener, queued

DAY = timedelta(days=1)
TODAY = date(2026, 3, 20)
IDS = [f"2603.{number:05}" for number in range(1, 13)]


class Events:
    """Makes random events on a dozen papers."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.pick = random.Random(seed)
        self.now = SUBMITTED
        self.versions = dict.fromkeys(IDS, 1)
        store.papers.upsert([make_paper(arxiv_id) for arxiv_id in IDS], seen_at=self.now)

    def happen(self) -> None:
        self.now += timedelta(minutes=1)
        acts: list[Callable[[], object]] = [
            self.predict, self.predict, self.decide, self.decide, self.decide, self.undo,
            self.revise, self.announce, self.prefer, self.move,
        ]  # fmt: skip
        self.pick.choice(acts)()

    def some(self) -> list[str]:
        return self.pick.sample(IDS, self.pick.randint(1, 4))

    def predict(self) -> None:
        add_predictions(
            self.store,
            [
                make_prediction(
                    arxiv_id,
                    model_id=self.pick.choice(["one", "two"]),
                    in_scope=self.pick.random(),
                    predicted_at=self.now,
                    sections=(SectionScore(self.pick.choice(["agents", "gone"]), 0.5),),
                )
                for arxiv_id in self.some()
            ],
        )

    def decide(self) -> None:
        verdict = self.pick.choice([*Verdict])
        deferred = verdict is Verdict.DEFERRED
        self.store.decisions.add(
            [
                make_decision(
                    arxiv_id,
                    verdict=verdict,
                    sections=("gone",) if verdict is Verdict.APPROVED else (),
                    decided_at=self.now,
                    return_on=self.pick.choice([None, TODAY - DAY, TODAY + DAY])
                    if deferred
                    else None,
                    return_after_version=self.pick.choice([None, self.versions[arxiv_id]])
                    if deferred
                    else None,
                )
                for arxiv_id in self.some()
            ]
        )

    def undo(self) -> None:
        live = [one for one in self.store.decisions.recent(50) if one.undone_by is None]
        if live:
            self.store.decisions.undo(
                reviewer="ada",
                undone_at=self.now,
                decision_id=self.pick.choice(live).decision_id,
            )

    def revise(self) -> None:
        papers = []
        for arxiv_id in self.some():
            self.versions[arxiv_id] += self.pick.randint(0, 1)
            papers.append(
                make_paper(
                    arxiv_id,
                    version=self.versions[arxiv_id],
                    title=f"Title {self.pick.randint(0, 9)}",
                    withdrawn=self.pick.random() < 0.3,
                    submitted_at=SUBMITTED - self.pick.randint(0, 3) * DAY,
                )
            )
        self.store.papers.upsert(papers, seen_at=self.now)

    def announce(self) -> None:
        day = TODAY - self.pick.randint(0, 5) * DAY
        kind = self.pick.choice([*AnnounceType])
        self.store.announcements.add(
            day,
            ["cs.CV"],
            [Announcement(day, each, 1, kind, "", ("cs.CV",)) for each in self.some()],
            checked_at=self.now,
            calendar_quiet=False,
        )

    def prefer(self) -> None:
        self.store.predictions.prefer(self.pick.choice(["one", "two"]))

    def move(self) -> None:
        approved = [
            one for one in self.store.decisions.recent(50) if one.verdict is Verdict.APPROVED
        ]
        self.store.taxonomy.record(
            NewTaxonomyChange(
                change_id=f"change-{self.now:%H%M}",
                from_fingerprint="a",
                from_text="",
                to_fingerprint="b",
                to_text="",
                applied_at=self.now,
                applied_by="ada",
                moves=(SectionMove(MoveKind.DISSOLVE, "gone", ()),),
                placements=tuple(
                    Placement(one.decision_id, (), unplaced=True) for one in approved[:2]
                ),
            )
        )


def expected(store: Store) -> set[str]:
    """Return who waits, from what is stored of each paper."""
    papers = store.papers.get_many(IDS)
    predictions = store.predictions.latest(IDS)
    standing = store.decisions.standing(IDS)
    waiting = set()
    for arxiv_id in predictions:
        paper, decision = papers[arxiv_id].paper, standing.get(arxiv_id)
        returned = decision is not None and decision.verdict is Verdict.DEFERRED and (
            (decision.return_on is not None and decision.return_on <= TODAY)
            or (
                decision.return_after_version is not None
                and paper.version > decision.return_after_version
            )
        )  # fmt: skip
        if not paper.withdrawn and (decision is None or decision.unplaced or returned):
            waiting.add(arxiv_id)
    return waiting


@pytest.mark.parametrize("seed", range(4))
def test_stored_queue_equals_the_derived_one(store: Store, seed: int) -> None:
    events = Events(store, seed)
    for _ in range(40):
        events.happen()
        assert different(store._session) == 0
        rows = store.queue.rows_of(IDS)
        found = queued(store, today=TODAY)
        assert len(found) == len(set(found))
        assert set(found) == expected(store)
        assert rows.keys() >= set(found)


@pytest.mark.parametrize("last", [Verdict.DEFERRED, Verdict.REJECTED])
def test_decisions_of_one_moment_count_in_their_order(store: Store, last: Verdict) -> None:
    store.papers.upsert([make_paper(IDS[0])], seen_at=SUBMITTED)
    add_predictions(store, [make_prediction(IDS[0])])
    first = Verdict.REJECTED if last is Verdict.DEFERRED else Verdict.DEFERRED
    store.decisions.add(
        [
            make_decision(IDS[0], verdict=verdict, sections=(), return_on=day)
            for verdict, day in ((first, None), (last, TODAY if last == "deferred" else None))
        ]
    )
    assert bool(store.queue.rows_of([IDS[0]])) is (last is Verdict.DEFERRED)
    assert different(store._session) == 0


def test_stored_queue_survives_closing_and_rebuilding(tmp_path: Path) -> None:
    open_store = opener(tmp_path)
    with open_store() as store:
        events = Events(store, 5)
        for _ in range(30):
            events.happen()
        before = queued(store, today=TODAY)
    with open_store() as store:
        assert queued(store, today=TODAY) == before
        store.queue.rebuild()
        assert queued(store, today=TODAY) == before
        assert different(store._session) == 0


def test_deferred_paper_returns_on_its_day(store: Store) -> None:
    events = Events(store, 0)
    add_predictions(store, [make_prediction(IDS[0]), make_prediction(IDS[1])])
    store.decisions.add(
        [
            make_decision(IDS[0], verdict=Verdict.DEFERRED, sections=(), return_on=TODAY),
            make_decision(IDS[1], verdict=Verdict.DEFERRED, sections=(), return_after_version=1),
        ]
    )
    assert queued(store, today=TODAY - DAY) == []
    assert queued(store, today=TODAY) == [IDS[0]]
    assert store.queue.size() == 0
    store.queue.begin_day(TODAY)
    assert store.queue.size() == 1
    store.queue.begin_day(TODAY - DAY)
    assert store.queue.size() == 1
    store.papers.upsert([make_paper(IDS[1], version=2)], seen_at=events.now)
    assert queued(store, today=TODAY) == IDS[:2]


def test_announced_day_is_that_of_the_calendar_until_a_feed_says_another(
    store: Store, now: datetime
) -> None:
    events = Events(store, 0)
    add_predictions(store, [make_prediction(IDS[0])])

    def announced() -> date | None:
        [row] = store.queue.rows_of([IDS[0]]).values()
        return row.announced

    assert announced() == due_day(SUBMITTED) == date(2026, 3, 17)
    day = date(2026, 3, 19)
    store.announcements.add(
        day,
        ["cs.CV"],
        [Announcement(day, IDS[0], 1, AnnounceType.CROSS, "", ("cs.CV",))],
        checked_at=events.now,
        calendar_quiet=False,
    )
    assert announced() == day
    store.papers.upsert([make_paper(IDS[0], version=2, title="New")], seen_at=now)
    assert announced() == day
    assert different(store._session) == 0


def _made_after(version: int, kind: str) -> list[str]:
    """Return the tables or views that later migrations make."""
    later = [one for one in known_migrations() if one.version > version]
    made = re.compile(rf"^CREATE {kind} (\w+)", re.MULTILINE)
    return [name for one in later for name in made.findall(one.sql)]


def test_migration_dates_papers_and_fills_the_queue(open_store: OpenStore) -> None:
    with open_store() as store:
        Events(store, 0)
        add_predictions(store, [make_prediction(IDS[0])])
        for statement in (
            "DELETE FROM schema_migration WHERE version >= 15",
            *(f"DROP VIEW {view}" for view in _made_after(15, "VIEW")),
            *(f"DROP TABLE {table}" for table in _made_after(15, "TABLE")),
            "DROP TABLE waiting",
            "DROP TABLE survey_day",
            "ALTER TABLE paper DROP announced",
        ):
            store._session.ddl(statement)
    with open_store() as store:
        [row] = store.queue.rows_of(IDS).values()
        assert (row.arxiv_id, row.announced) == (IDS[0], date(2026, 3, 17))


def test_wrong_rows_are_found_and_repaired(store: Store) -> None:
    Events(store, 0)
    add_predictions(store, [make_prediction(each) for each in IDS[:3]])
    store._session.write("DELETE FROM waiting WHERE arxiv_id = $id", {"id": IDS[0]})
    store._session.write("INSERT INTO waiting FROM waiting WHERE arxiv_id = $id", {"id": IDS[1]})
    [fault] = store.integrity.faults()
    assert (fault.rows, fault.derived) == (2, True)
    assert store.queue.repair() == 2
    assert store.integrity.faults() == ()
    assert queued(store) == IDS[:3]
    assert store.queue.repair() == 0
