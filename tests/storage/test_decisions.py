from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import decision_reads
from storage.decision_rows import decision_id_of
from storage.errors import DecisionNotFoundError, NothingToUndoError, PaperNotFoundError
from storage.store import Store
from storage.types import Decision, NewDecision, Verdict
from tests.support.builders import SUBMITTED, make_decision, make_paper

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 16, tzinfo=UTC)
NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture
def store(store: Store, now: datetime) -> Store:
    store.papers.upsert([make_paper(f"2603.{n:05d}") for n in range(1, 5)], seen_at=now)
    return store


def approved(store: Store) -> list[str]:
    return [paper.arxiv_id for paper in store.decisions.approved_between(MONDAY, NEXT_MONDAY)]


def reject(arxiv_id: str = "2603.00001", **overrides: object) -> NewDecision:
    return make_decision(arxiv_id, verdict=Verdict.REJECTED, sections=(), **overrides)


def test_decision_round_trip(store: Store) -> None:
    new = make_decision(note="fits; 'quoted' \N{SNOWMAN}", sections=("b", "a"))
    (decision,) = store.decisions.add([new])
    assert decision == Decision(
        decision_id=decision.decision_id,
        arxiv_id="2603.00001",
        verdict=Verdict.APPROVED,
        sections=("b", "a"),
        reviewer="ada",
        decided_at=SUBMITTED,
        note="fits; 'quoted' \N{SNOWMAN}",
    )
    assert store.decisions.get(decision.decision_id) == decision
    assert store.decisions.of_paper("2603.00001") == [decision]
    assert store.decisions.standing(["2603.00001", "2603.00002"]) == {"2603.00001": decision}


def test_id_depends_on_later_fields_only_where_stated() -> None:
    assert decision_id_of(make_decision(note="n")) == "7c31fe0a86bb2e58"
    plain = reject()
    ids = {
        decision_id_of(one)
        for one in (
            plain,
            replace(plain, reason="other"),
            replace(plain, return_on=MONDAY.date()),
            replace(plain, return_after_version=1),
        )
    }
    assert len(ids) == 4


def test_identical_decision_is_stored_once(store: Store) -> None:
    batch = [make_decision(), make_decision("2603.00002")]
    first = store.decisions.add([*batch, batch[0]])
    assert first[0] == first[2]
    assert store.decisions.add(batch) == first[:2]
    assert len(store.decisions.recent(10)) == 2


@pytest.mark.parametrize(
    "other",
    [
        make_decision(verdict=Verdict.DEFERRED),
        make_decision(sections=()),
        make_decision(reviewer="bo"),
        make_decision(note="x"),
        make_decision(decided_at=SUBMITTED + timedelta(microseconds=1)),
    ],
)
def test_any_different_field_is_another_decision(store: Store, other: NewDecision) -> None:
    one, two = store.decisions.add([make_decision(), other])
    assert one.decision_id != two.decision_id


def test_time_zone_does_not_change_a_decision(store: Store) -> None:
    tokyo = SUBMITTED.astimezone(datetime.fromisoformat("2026-01-01T00:00:00+09:00").tzinfo)
    one, two = store.decisions.add([make_decision(), make_decision(decided_at=tokyo)])
    assert one == two


def test_unknown_paper_refuses_the_batch(store: Store) -> None:
    with pytest.raises(PaperNotFoundError, match=r"2603\.99999.*living-survey add") as caught:
        store.decisions.add([make_decision(), make_decision("2603.99999")])
    assert caught.value.arxiv_ids == ("2603.99999",)
    assert caught.value.exit_status == 2
    assert store.decisions.recent(10) == []


def test_last_live_decision_is_standing(store: Store) -> None:
    store.decisions.add([make_decision(decided_at=SUBMITTED + HOUR)])
    (earlier,) = store.decisions.add([reject(reviewer="bo")])
    assert store.decisions.standing(["2603.00001"])["2603.00001"].verdict is Verdict.APPROVED
    (later,) = store.decisions.add([reject(decided_at=SUBMITTED + 2 * HOUR)])
    assert store.decisions.standing(["2603.00001"])["2603.00001"] == later
    store.decisions.undo(reviewer="bo", undone_at=SUBMITTED + 3 * HOUR)
    assert store.decisions.get(earlier.decision_id).undone_by == "bo"
    assert store.decisions.standing(["2603.00001"])["2603.00001"] == later
    store.decisions.undo(reviewer="ada", undone_at=SUBMITTED + 3 * HOUR)
    assert store.decisions.standing(["2603.00001"])["2603.00001"].verdict is Verdict.APPROVED


def test_last_recorded_of_one_instant_is_standing(store: Store) -> None:
    store.decisions.add([make_decision(), reject()])
    assert store.decisions.standing(["2603.00001"])["2603.00001"].verdict is Verdict.REJECTED


def test_undo_goes_back_decision_by_decision(store: Store, now: datetime) -> None:
    store.decisions.add([make_decision("2603.00001")])
    store.decisions.add([make_decision("2603.00002", decided_at=SUBMITTED - HOUR)])
    store.decisions.add([make_decision("2603.00003", reviewer="bo")])
    undone = store.decisions.undo(reviewer="ada", undone_at=now)
    assert (undone.arxiv_id, undone.undone_by, undone.undone_at) == ("2603.00002", "ada", now)
    assert store.decisions.undo(reviewer="ada", undone_at=now).arxiv_id == "2603.00001"
    with pytest.raises(NothingToUndoError, match="ada has no decision"):
        store.decisions.undo(reviewer="ada", undone_at=now)
    assert [d.arxiv_id for d in store.decisions.standing(["2603.00003"]).values()]


@pytest.mark.parametrize("named", [False, True])
def test_undo_is_dated_after_its_decision(store: Store, named: bool) -> None:  # noqa: FBT001  # a case
    (decision,) = store.decisions.add([make_decision(decided_at=SUBMITTED + HOUR)])
    undone = store.decisions.undo(
        reviewer="ada",
        undone_at=SUBMITTED,  # the clock was set back
        decision_id=decision.decision_id if named else None,
    )
    assert undone.undone_at == decision.decided_at + timedelta(microseconds=1)
    # An undo must never seem older than its decision.
    assert store.decisions.approved_between(SUBMITTED, undone.undone_at) != []


def test_next_moment_is_after_all_events_of_a_paper(store: Store) -> None:
    store.decisions.add([make_decision("2603.00001", decided_at=SUBMITTED + HOUR)])
    store.decisions.add([make_decision("2603.00002", decided_at=SUBMITTED + HOUR)])
    store.decisions.undo(reviewer="ada", undone_at=SUBMITTED + 2 * HOUR)  # of the second paper
    store.decisions.add([make_decision("2603.00003", decided_at=SUBMITTED - HOUR)])
    ids = [f"2603.{n:05d}" for n in range(1, 5)]
    tick = timedelta(microseconds=1)
    assert store.decisions.next_moments(ids, SUBMITTED) == {
        "2603.00001": SUBMITTED + HOUR + tick,
        "2603.00002": SUBMITTED + 2 * HOUR + tick,
        "2603.00003": SUBMITTED,
        "2603.00004": SUBMITTED,
    }


def test_histories_of_several_papers(store: Store) -> None:
    batch = [
        make_decision("2603.00002", decided_at=SUBMITTED + HOUR),
        reject("2603.00001", decided_at=SUBMITTED),
        reject("2603.00002", decided_at=SUBMITTED),
        make_decision("2603.00003"),
    ]
    later, other, earlier, _ = store.decisions.add(batch)
    histories = store.decisions.histories(["2603.00001", "2603.00002", "2603.00004"])
    assert histories == {"2603.00001": [other], "2603.00002": [earlier, later]}


@pytest.mark.parametrize("few", [0, 200])
def test_few_and_many_papers_give_the_same_decisions(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(decision_reads, "_FEW", few)
    first, second = store.decisions.add([make_decision(), reject("2603.00002")])
    ids = ["2603.00002", "2603.00001", "2603.00001", "2603.00004"]
    assert store.decisions.standing(ids) == {"2603.00001": first, "2603.00002": second}
    assert store.decisions.histories(ids) == {"2603.00001": [first], "2603.00002": [second]}
    assert (store.decisions.standing([]), store.decisions.histories([])) == ({}, {})


def test_undo_by_id_of_another_reviewer_only_once(store: Store, now: datetime) -> None:
    (decision,) = store.decisions.add([make_decision()])
    undone = store.decisions.undo(reviewer="bo", undone_at=now, decision_id=decision.decision_id)
    assert undone == replace(decision, undone_by="bo", undone_at=now)
    with pytest.raises(NothingToUndoError, match="undone already by bo"):
        store.decisions.undo(reviewer="ada", undone_at=now, decision_id=decision.decision_id)
    with pytest.raises(DecisionNotFoundError, match="Decision ffff does not exist"):
        store.decisions.undo(reviewer="ada", undone_at=now, decision_id="ffff")


def test_repeated_import_does_not_restore_undone(store: Store, now: datetime) -> None:
    store.decisions.add([make_decision()])
    store.decisions.undo(reviewer="ada", undone_at=now)
    (again,) = store.decisions.add([make_decision()])
    assert again.undone_by == "ada"
    assert store.decisions.standing(["2603.00001"]) == {}


def test_recent_decisions_of_one_or_all_reviewers(store: Store) -> None:
    store.decisions.add([make_decision(), make_decision("2603.00002", reviewer="bo")])
    assert [d.reviewer for d in store.decisions.recent(10)] == ["bo", "ada"]
    assert [d.reviewer for d in store.decisions.recent(10, reviewer="ada")] == ["ada"]
    assert len(store.decisions.recent(1)) == 1


def test_week_has_approvals_standing_at_its_end(store: Store) -> None:
    store.decisions.add(
        [
            make_decision("2603.00001", decided_at=MONDAY),
            make_decision("2603.00002", decided_at=NEXT_MONDAY - timedelta(microseconds=1)),
            make_decision("2603.00003", decided_at=NEXT_MONDAY),
            make_decision("2603.00004", decided_at=MONDAY - timedelta(microseconds=1)),
        ]
    )
    assert approved(store) == ["2603.00001", "2603.00002"]


def test_undo_counts_until_the_end_of_the_week(store: Store) -> None:
    store.decisions.add([make_decision("2603.00001"), make_decision("2603.00002")])
    store.decisions.undo(reviewer="ada", undone_at=NEXT_MONDAY - timedelta(microseconds=1))
    assert approved(store) == ["2603.00001"]
    store.decisions.undo(reviewer="ada", undone_at=NEXT_MONDAY)
    assert approved(store) == ["2603.00001"]
    assert store.decisions.standing(["2603.00001"]) == {}


def test_later_verdict_counts_until_the_end_of_the_week(store: Store) -> None:
    store.decisions.add([make_decision("2603.00001"), make_decision("2603.00002")])
    store.decisions.add([reject("2603.00001", decided_at=SUBMITTED + HOUR)])
    store.decisions.add([reject("2603.00002", decided_at=NEXT_MONDAY + HOUR)])
    assert approved(store) == ["2603.00002"]


def test_repeated_approval_keeps_the_old_week(store: Store) -> None:
    store.decisions.add([make_decision()])
    again = make_decision(decided_at=NEXT_MONDAY + HOUR, sections=("agents",))
    store.decisions.add([again])
    (old,) = store.decisions.approved_between(MONDAY, NEXT_MONDAY)
    assert old.sections == ("generation-image-llm-based",)
    (new,) = store.decisions.approved_between(NEXT_MONDAY, NEXT_MONDAY + timedelta(days=7))
    assert new.sections == ("agents",)


def test_old_week_keeps_the_decided_text(store: Store, now: datetime) -> None:
    store.papers.upsert([make_paper(comment="v1", authors=("A", "B"))], seen_at=now)
    store.decisions.add([make_decision(note="n")])
    before = store.decisions.approved_between(MONDAY, NEXT_MONDAY)
    assert (before[0].comment, before[0].authors, before[0].note) == ("v1", ("A", "B"), "n")
    training = store.decisions.training()
    store.papers.upsert([make_paper(version=2, title="New", comment="v2")], seen_at=now)
    assert store.decisions.approved_between(MONDAY, NEXT_MONDAY) == before
    assert store.decisions.training() == training
    store.decisions.add([make_decision(decided_at=SUBMITTED + HOUR)])
    assert [p.title for p in store.decisions.approved_between(MONDAY, NEXT_MONDAY)] == ["New"]


def test_training_has_standing_approvals_and_rejections(store: Store, now: datetime) -> None:
    store.decisions.add(
        [
            make_decision("2603.00001"),
            reject("2603.00002"),
            make_decision("2603.00003", verdict=Verdict.DEFERRED),
            make_decision("2603.00004", reviewer="bo"),
        ]
    )
    store.decisions.undo(reviewer="bo", undone_at=now)
    examples = store.decisions.training()
    assert [(e.text.arxiv_id, e.verdict) for e in examples] == [
        ("2603.00001", Verdict.APPROVED),
        ("2603.00002", Verdict.REJECTED),
    ]
    assert examples[0].sections == ("generation-image-llm-based",)
    assert examples[0].text == store.papers.texts(["2603.00001"])[0]


def test_undo_heals_a_decision_dated_ahead(store: Store, now: datetime) -> None:
    ahead = now + timedelta(days=365 * 100)
    [wrong] = store.decisions.add([make_decision(decided_at=ahead)])
    assert store.decisions.next_moment(wrong.arxiv_id, now) > ahead
    store.decisions.undo(reviewer="ada", undone_at=now, decision_id=wrong.decision_id)
    assert store.decisions.next_moment(wrong.arxiv_id, now) == now
    [right] = store.decisions.add([make_decision(decided_at=now)])
    assert store.decisions.standing([wrong.arxiv_id]) == {wrong.arxiv_id: right}
    assert approved(store) == [wrong.arxiv_id]
