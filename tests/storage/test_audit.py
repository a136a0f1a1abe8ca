import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.audit import AuditSample
from storage.engine.paths import manifest_path
from storage.store import Store
from storage.types import RunStatus, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions, database, opener, queued

IDS = [f"2603.{n:05}" for n in range(1, 21)]


@pytest.fixture
def store(store: Store, now: datetime) -> Store:
    store.papers.upsert([make_paper(each) for each in IDS], seen_at=now)
    add_predictions(store, [make_prediction(each) for each in IDS])
    return store


def shuffled(store: Store) -> list[str]:
    return queued(store, order="random")


def draw(store: Store, arxiv_id: str, verdict: Verdict, decided_at: datetime) -> str:
    sections = ("agents",) if verdict is Verdict.APPROVED else ()
    [decision] = store.decisions.add(
        [make_decision(arxiv_id, verdict=verdict, sections=sections, decided_at=decided_at)]
    )
    store.audit.draw(decision)
    return decision.decision_id


def test_no_draw_gives_an_empty_sample(store: Store) -> None:
    store.decisions.add([make_decision(IDS[0])])
    assert store.audit.sample(10) == AuditSample(0, 0, 0, 0)


def test_sample_counts_current_verdicts(store: Store, now: datetime) -> None:
    first, second, third, *_ = shuffled(store)
    draw(store, first, Verdict.APPROVED, now)
    draw(store, second, Verdict.REJECTED, now)
    draw(store, third, Verdict.DEFERRED, now)
    assert store.audit.sample(10) == AuditSample(1, 1, 1, 0)
    later = make_decision(
        third, verdict=Verdict.REJECTED, sections=(), decided_at=now + timedelta(days=1)
    )
    store.decisions.add([later])
    sample = store.audit.sample(10)
    assert sample == AuditSample(1, 2, 0, 0)
    assert (sample.known, sample.unknown) == (3, 0)


def test_skipped_and_undone_papers_are_unknown(store: Store, now: datetime) -> None:
    order = shuffled(store)
    undone = draw(store, order[0], Verdict.APPROVED, now)
    draw(store, order[3], Verdict.REJECTED, now)
    assert store.audit.sample(10) == AuditSample(1, 1, 0, 2)
    store.decisions.undo(reviewer="ada", undone_at=now, decision_id=undone)
    assert store.audit.sample(10) == AuditSample(0, 1, 0, 3)
    # Decided later, in another order: counts all the same.
    store.decisions.add(
        [make_decision(order[1], verdict=Verdict.REJECTED, sections=(), decided_at=now)]
    )
    assert store.audit.sample(10).skipped == 2


def test_undone_last_draw_is_unknown(store: Store, now: datetime) -> None:
    order = shuffled(store)
    draw(store, order[0], Verdict.APPROVED, now)
    last = draw(store, order[1], Verdict.REJECTED, now)
    store.decisions.undo(reviewer="ada", undone_at=now, decision_id=last)
    assert store.audit.sample(10) == AuditSample(1, 0, 0, 1)


def test_draw_is_counted_by_the_manifest(tmp_path: Path, now: datetime) -> None:
    path = manifest_path(database(tmp_path))
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper(IDS[0])], seen_at=now)
        [decision] = store.decisions.add([make_decision(IDS[0])])
        before = json.loads(path.read_text())["generation"]
        store.audit.draw(decision)
        assert json.loads(path.read_text())["generation"] == before + 1


def test_papers_after_the_last_draw_are_not_skipped(store: Store, now: datetime) -> None:
    order = shuffled(store)
    for arxiv_id in order[:10]:
        draw(store, arxiv_id, Verdict.REJECTED, now)
    new = [f"2604.{n:05}" for n in range(1, 21)]
    store.papers.upsert([make_paper(each) for each in new], seen_at=now + timedelta(days=1))
    add_predictions(store, [make_prediction(each) for each in new])
    assert set(shuffled(store)[:10]) & set(new)
    assert store.audit.sample(10) == AuditSample(0, 10, 0, 0)


def test_sample_has_only_the_last_draws(store: Store, now: datetime) -> None:
    for day, arxiv_id in enumerate(shuffled(store)[:6]):
        verdict = Verdict.APPROVED if day < 3 else Verdict.REJECTED
        draw(store, arxiv_id, verdict, now + timedelta(days=day))
    assert store.audit.sample(3) == AuditSample(0, 3, 0, 0)
    assert store.audit.sample(4) == AuditSample(1, 3, 0, 0)


def test_screening_counts(store: Store, now: datetime) -> None:
    run_id = store.runs.start("run", now)
    store.runs.finish(
        run_id, finished_at=now, status=RunStatus.DONE, counts={"new": 20, "unchanged": 7}
    )
    made: dict[str, dict[str, Any]] = {
        IDS[0]: {"reviewer": "list"},
        IDS[1]: {},
        IDS[2]: {"verdict": Verdict.REJECTED, "sections": (), "note": "Off topic "},
        IDS[3]: {"verdict": Verdict.REJECTED, "sections": (), "note": "off topic"},
        IDS[4]: {"verdict": Verdict.REJECTED, "sections": (), "note": None},
        IDS[5]: {"verdict": Verdict.DEFERRED, "sections": ()},
        IDS[6]: {"verdict": Verdict.REJECTED, "sections": (), "reason": "other", "note": "x"},
    }
    store.decisions.add([make_decision(arxiv_id, **fields) for arxiv_id, fields in made.items()])
    counts = store.screening.counts()
    assert counts.set_aside == 0
    assert store.screening.counts(set_aside_below=1.0).set_aside == 13
    assert (counts.repeats, counts.papers, counts.waiting) == (1, 20, 13)
    assert (counts.listed, counts.approved, counts.rejected, counts.deferred) == (1, 1, 4, 1)
    assert counts.notes == (("off topic", 2),)
    assert counts.reasons == (("other", 1),)


def test_deferred_paper_that_returned_counts_once(store: Store) -> None:
    before = store.screening.counts()
    deferred = make_decision(
        IDS[0], verdict=Verdict.DEFERRED, sections=(), return_on=date(2026, 3, 1)
    )
    store.decisions.add([deferred])
    store.queue.begin_day(date(2026, 3, 2))
    assert IDS[0] in queued(store)
    counts = store.screening.counts()
    assert (counts.waiting, counts.deferred) == (before.waiting - 1, 1)


def test_draw_is_from_the_papers_that_waited(store: Store, now: datetime) -> None:
    assert store.audit.drawn_from() == {}
    order, hour = shuffled(store), timedelta(hours=1)
    draw(store, order[0], Verdict.APPROVED, now + hour)
    # A chosen paper waits no more, and is no draw.
    chosen = make_decision(
        order[5], verdict=Verdict.REJECTED, sections=(), decided_at=now + 2 * hour
    )
    store.decisions.add([chosen])
    draw(store, order[1], Verdict.REJECTED, now + 3 * hour)
    draw(store, order[2], Verdict.DEFERRED, now + 3 * hour)
    assert store.audit.drawn_from() == {order[0]: 20, order[1]: 18}
    store.papers.upsert([make_paper("2604.00001")], seen_at=now + 4 * hour)
    undone = draw(store, order[3], Verdict.REJECTED, now + 5 * hour)
    assert store.audit.drawn_from()[order[3]] == 17
    store.decisions.undo(reviewer="ada", undone_at=now + 6 * hour, decision_id=undone)
    assert set(store.audit.drawn_from()) == {order[0], order[1]}


def test_draws_of_earlier_years_count_until_newer_ones_replace_them(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, year = shuffled(store), timedelta(days=365)
    for each, before in zip(order[:4], (3, 2, 1, 0), strict=True):
        draw(store, each, Verdict.REJECTED, now + 4 * year - before * year)
    assert set(store.audit.drawn_from()) == set(order[:4])
    monkeypatch.setattr("storage.audit.LATEST", 2)
    assert set(store.audit.drawn_from()) == set(order[2:4])
    for each in order[4:6]:
        draw(store, each, Verdict.REJECTED, now + 4 * year + timedelta(hours=1))
    # An hour before the last one is within its year, beside the latest two.
    assert set(store.audit.drawn_from()) == set(order[3:6])


def test_draws_of_one_moment_are_from_the_same_papers(store: Store, now: datetime) -> None:
    order = shuffled(store)
    for each in order[:3]:
        draw(store, each, Verdict.REJECTED, now + timedelta(hours=1))
    assert store.audit.drawn_from() == dict.fromkeys(order[:3], len(order))


def test_paper_decided_before_it_was_seen_never_waited(store: Store, now: datetime) -> None:
    """Imported decisions have their own date."""
    store.papers.upsert([make_paper("2605.00001")], seen_at=now)
    store.decisions.add([make_decision("2605.00001", decided_at=now - timedelta(days=9))])
    draw(store, shuffled(store)[0], Verdict.REJECTED, now + timedelta(hours=1))
    assert list(store.audit.drawn_from().values()) == [len(IDS)]
