"""Reasons of rejections, conditions of deferrals, and decisions recorded as one act."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from config.errors import UsageError
from config.reasons import DEFAULT_REASONS, MissingReasonError, named_reason
from config.taxonomy import Taxonomy
from pipeline.review.decide import LeftOut, Recorded, decide_all, record
from pipeline.review.judge import Unchanged
from pipeline.review.proposal import NOT_DECIDED, Expected, Proposal, propose
from pipeline.review.undo import Undone, find_act, undo
from storage.engine.session import Session
from storage.store import OpenStore
from tests.review.conftest import IDS
from tests.support.builders import make_paper

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
APRIL = date(2026, 4, 1)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def proposal(taxonomy: Taxonomy, verdict: str = "reject", **fields: Any) -> Proposal:
    stated = {"arxiv_id": IDS[0], "reviewer": "ada", "reasons": DEFAULT_REASONS, **fields}
    return propose(taxonomy, verdict=verdict, **stated)


@pytest.fixture
def many(open_store: OpenStore) -> list[str]:
    ids = [f"2603.{number:05}" for number in range(101, 119)]
    with open_store() as store:
        store.papers.upsert([make_paper(one) for one in ids], seen_at=NOW)
    return ids


def bulk(taxonomy: Taxonomy, ids: list[str], **fields: Any) -> list[Proposal]:
    expected = Expected(NOT_DECIDED)
    stated = {"reason": "duplicate", "expected": expected, **fields}
    return [proposal(taxonomy, arxiv_id=one, **stated) for one in ids]


@pytest.mark.parametrize("text", ["no-language", "No language model", " NO-LANGUAGE "])
def test_reason_is_found_by_code_or_name(taxonomy: Taxonomy, text: str) -> None:
    assert proposal(taxonomy, reason=text).reason == "no-language"
    assert proposal(taxonomy, reason="", unexplained=True).reason is None
    with pytest.raises(MissingReasonError, match="without a reason"):
        proposal(taxonomy, reason=" ")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"reason": "no-langage"}, "'no-langage' is not a reason. Did you mean no-language?"),
        ({"reason": "qqq"}, "'qqq' is not a reason. The reasons are no-language, understanding"),
        ({"reason": "other", "reasons": ()}, "Define reasons with [[review.reasons]]"),
        ({"reason": "other", "verdict": "defer"}, "is deferred with a reason (other), but only a"),
        ({"return_on": APRIL}, "is rejected until a day or a new version, but only a deferral"),
        ({"until_new_version": True}, "is rejected until a day or a new version"),
    ],
)
def test_misplaced_reason_or_condition_is_refused(
    taxonomy: Taxonomy, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError) as refused:
        proposal(taxonomy, **fields)
    assert says in str(refused.value)


def test_reason_removed_from_the_settings_stays_readable() -> None:
    assert named_reason((), "relevant-not-listed").in_scope
    assert named_reason((), "duplicate").name == "Duplicate"
    gone = named_reason((), "own-code")
    assert (gone.code, gone.name, gone.in_scope) == ("own-code", "own-code", False)


def test_reason_and_condition_are_recorded(open_store: OpenStore, taxonomy: Taxonomy) -> None:
    rejected = proposal(taxonomy, reason="duplicate")
    outcome = record(open_store, taxonomy, rejected, clock=at(NOW))
    assert isinstance(outcome, Recorded)
    assert outcome.decision.reason == "duplicate"
    again = record(open_store, taxonomy, rejected, clock=at(NOW + HOUR))
    assert again == Unchanged(outcome.decision)
    other = record(open_store, taxonomy, proposal(taxonomy, reason="other"), clock=at(NOW + HOUR))
    assert isinstance(other, Recorded)
    deferred = proposal(taxonomy, "defer", return_on=APRIL, until_new_version=True)
    outcome = record(open_store, taxonomy, deferred, clock=at(NOW + 2 * HOUR))
    assert isinstance(outcome, Recorded)
    assert (outcome.decision.return_on, outcome.decision.return_after_version) == (APRIL, 1)


def test_day_of_return_must_come_after_the_decision(
    open_store: OpenStore, taxonomy: Taxonomy
) -> None:
    today = proposal(taxonomy, "defer", return_on=NOW.date())
    with pytest.raises(UsageError, match="until 2026-03-17, which is not in the future"):
        record(open_store, taxonomy, today, clock=at(NOW))
    dated = proposal(taxonomy, "defer", return_on=NOW.date(), decided_at=NOW - 48 * HOUR)
    assert isinstance(record(open_store, taxonomy, dated, clock=at(NOW)), Recorded)


def test_deferral_of_a_file_is_recorded_once_across_versions(
    open_store: OpenStore, taxonomy: Taxonomy
) -> None:
    dated = proposal(taxonomy, "defer", until_new_version=True, decided_at=NOW - HOUR)
    assert isinstance(record(open_store, taxonomy, dated, clock=at(NOW)), Recorded)
    with open_store() as store:
        store.papers.upsert([make_paper(IDS[0], version=2)], seen_at=NOW)
    assert isinstance(record(open_store, taxonomy, dated, clock=at(NOW)), Unchanged)
    undated = proposal(taxonomy, "defer", until_new_version=True)
    outcome = record(open_store, taxonomy, undated, clock=at(NOW))
    assert isinstance(outcome, Recorded)
    assert outcome.decision.return_after_version == 2


def test_bulk_is_one_act_that_one_undo_takes_back(
    open_store: OpenStore, taxonomy: Taxonomy, many: list[str]
) -> None:
    done = decide_all(open_store, taxonomy, bulk(taxonomy, many), clock=at(NOW))
    assert (len(done.recorded), done.left_out) == (18, ())
    assert {one.decision.batch_id for one in done.recorded} == {done.batch_id}
    twice = decide_all(open_store, taxonomy, bulk(taxonomy, many), clock=at(NOW + HOUR))
    assert (twice.batch_id, len(twice.recorded), len(twice.already)) == (None, 0, 18)
    with open_store() as store:
        act = find_act(store, reviewer="ada")
        assert (len(act.decisions), act.asks, act.is_import) == (18, True, False)
    undone = undo(open_store, reviewer="ada", clock=at(NOW + HOUR))
    assert isinstance(undone, Undone)
    assert {one.arxiv_id for one in undone.decisions} == set(many)
    assert {one.undone_by for one in undone.decisions} == {"ada"}
    with open_store() as store:
        assert store.decisions.standing(many) == {}
    again = undo(open_store, reviewer="ada", batch_id=done.batch_id, clock=at(NOW + HOUR))
    assert isinstance(again, Undone)
    assert (again.decisions, again.act.undone) == ((), 18)


def test_statements_of_a_bulk_do_not_grow_with_it(
    open_store: OpenStore, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = [0]
    rows = Session.rows

    def counted(self: Session, sql: str, parameters: Any = None) -> Any:
        counts[-1] += 1
        return rows(self, sql, parameters)

    monkeypatch.setattr(Session, "rows", counted)
    for month, size in (("2604", 60), ("2605", 240)):
        ids = [f"{month}.{number:05}" for number in range(size)]
        with open_store() as store:
            store.papers.upsert([make_paper(one) for one in ids], seen_at=NOW)
        counts.append(0)
        done = decide_all(open_store, taxonomy, bulk(taxonomy, ids), clock=at(NOW))
        undo(open_store, reviewer="ada", batch_id=done.batch_id, clock=at(NOW))
        assert len(done.recorded) == size
    assert counts[2] <= counts[1] < 100


def test_bulk_leaves_out_papers_decided_meanwhile(
    open_store: OpenStore, taxonomy: Taxonomy, many: list[str]
) -> None:
    marked = bulk(taxonomy, [*many, "2603.09999"])
    other = proposal(taxonomy, "defer", arxiv_id=many[3], reviewer="bo")
    record(open_store, taxonomy, other, clock=at(NOW))
    done = decide_all(open_store, taxonomy, marked, clock=at(NOW + HOUR))
    assert len(done.recorded) == 17
    [stale, unknown] = done.left_out
    assert stale.arxiv_id == many[3]
    assert stale.cause.startswith(f"bo decided {many[3]} meanwhile (deferred, 2026-03-17 12:00")
    assert isinstance(unknown, LeftOut)
    assert "2603.09999" in unknown.cause


def test_undo_of_a_bulk_leaves_papers_decided_again(
    open_store: OpenStore, taxonomy: Taxonomy, many: list[str]
) -> None:
    done = decide_all(open_store, taxonomy, bulk(taxonomy, many), clock=at(NOW))
    later = proposal(taxonomy, "defer", arxiv_id=many[0], reviewer="bo")
    record(open_store, taxonomy, later, clock=at(NOW + HOUR))
    [one] = [one for one in done.recorded if one.decision.arxiv_id == many[1]]
    undo(
        open_store,
        reviewer="ada",
        decision_id=one.decision.decision_id,
        clock=at(NOW + HOUR),
    )
    undone = undo(open_store, reviewer="ada", batch_id=done.batch_id, clock=at(NOW + 2 * HOUR))
    assert isinstance(undone, Undone)
    assert (len(undone.decisions), undone.act.undone) == (16, 1)
    assert [(left.arxiv_id, left.reviewer) for left in undone.act.later] == [(many[0], "bo")]
    with open_store() as store:
        assert set(store.decisions.standing(many)) == {many[0]}
