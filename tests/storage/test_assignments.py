"""Assignments and absences are events; the views say what stands."""

from datetime import UTC, date, datetime, timedelta

import pytest

from storage.absences import Absence
from storage.queue_filter import QueueFilter, QueueLimits, QueueShare
from storage.store import Store
from storage.taxonomy_types import MoveKind, NewTaxonomyChange, SectionMove
from storage.types import SectionScore
from tests.support.builders import make_paper, make_prediction
from tests.support.storage import add_predictions, queued

AT = datetime(2026, 3, 17, 12, tzinfo=UTC)
DAY = date(2026, 3, 17)


def assign(store: Store, reviewer: str, section: str) -> int:
    return store.assignments.assign(reviewer, section=section, actor="bo", at=AT)


def standing(store: Store) -> list[tuple[str, str | None]]:
    return [(one.reviewer, one.section) for one in store.assignments.standing()]


def test_released_assignment_does_not_stand(store: Store) -> None:
    first = assign(store, "ada", "agents")
    assign(store, "bo", "agents")
    store.assignments.release(first, actor="cy", at=AT)
    assert standing(store) == [("bo", "agents")]


def test_batch_keeps_its_papers(store: Store) -> None:
    papers = ("2603.00001", "2603.00002")
    number = store.assignments.assign("ada", papers=papers, actor="bo", at=AT)
    [batch] = store.assignments.standing()
    assert (batch.number, batch.section, batch.papers) == (number, None, papers)
    assert (batch.assigned_by, batch.assigned_at) == ("bo", AT)


def test_only_waiting_papers_of_a_batch_are_found(store: Store) -> None:
    store.papers.upsert([make_paper("2603.00001")], seen_at=AT)
    add_predictions(store, [make_prediction("2603.00001")])
    assert list(store.assignments.waiting(["2603.00001", "2603.00002"], DAY)) == ["2603.00001"]
    assert store.assignments.waiting([], DAY) == {}


@pytest.mark.parametrize(
    ("new", "sections"),
    [(("robots",), ["robots"]), (("robots", "tools"), ["robots", "tools"]), ((), [])],
)
def test_assignment_follows_a_change_of_the_taxonomy(
    store: Store, new: tuple[str, ...], sections: list[str]
) -> None:
    kind = (MoveKind.DISSOLVE, MoveKind.RENAME, MoveKind.SPLIT)[len(new)]
    assign(store, "ada", "agents")
    assign(store, "ada", "other")
    move = SectionMove(kind, "agents", new)
    store.taxonomy.record(NewTaxonomyChange("c1", "old", "", "new", "", AT, "bo", (move,), ()))
    assert [section for _, section in standing(store)] == ["other", *sections]


def test_merged_sections_are_assigned_once(store: Store) -> None:
    for section in ("agents", "robots"):
        assign(store, "ada", section)
    moves = tuple(SectionMove(MoveKind.MERGE, one, ("both",)) for one in ("agents", "robots"))
    store.taxonomy.record(NewTaxonomyChange("c1", "old", "", "new", "", AT, "bo", moves, ()))
    assert standing(store) == [("ada", "both")]


def test_absence_is_over_after_its_last_day(store: Store) -> None:
    store.absences.add(Absence("ada", DAY, DAY + timedelta(1)), actor="bo", at=AT)
    assert [one.reviewer for one in store.absences.since(DAY + timedelta(1))] == ["ada"]
    assert store.absences.since(DAY + timedelta(2)) == ()


@pytest.mark.parametrize("last", [None, DAY + timedelta(9)])
def test_who_is_back_is_not_away(store: Store, last: date | None) -> None:
    store.absences.add(Absence("ada", DAY - timedelta(3), last), actor="bo", at=AT)
    store.absences.add(Absence("ada", DAY + timedelta(30), None), actor="bo", at=AT)
    assert store.absences.end("ada", DAY, actor="ada", at=AT) == 2
    assert store.absences.since(DAY) == ()
    assert store.absences.end("ada", DAY, actor="ada", at=AT) == 0


def test_share_selects_own_and_unassigned_papers(store: Store) -> None:
    sections = ("mine", "theirs", "open", "theirs", "mine", "")
    ids = [f"2603.0000{number}" for number in range(1, 7)]
    store.papers.upsert([make_paper(key) for key in ids], seen_at=AT)
    add_predictions(
        store,
        [
            make_prediction(key, sections=(SectionScore(one, 0.5),) if one else ())
            for key, one in zip(ids, sections, strict=True)
        ],
    )
    share = QueueShare(papers=(ids[3],), others_papers=(ids[4],), others_sections=("theirs",))
    assert queued(store, share=share) == [ids[0], ids[2], ids[3], ids[5]]
    assert queued(store, share=QueueShare()) == ids
    tally = store.queue.tally(QueueFilter(share=share), today=date.max, limits=QueueLimits())
    assert tally.size == 4
