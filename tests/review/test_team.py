"""Sections and batches are assigned, come back, and are counted for each person."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from config.roles import Role
from pipeline.review.rulings.precedents import read_precedents
from pipeline.review.team import acts
from pipeline.review.team.acts import By
from pipeline.review.team.board import Board, PersonRow, make_board
from pipeline.review.team.checks import checks
from pipeline.review.team.predicted import against_rulings
from pipeline.review.team.shares import read_standing, share_of
from storage.absences import Absence
from storage.claims import Claims
from storage.opinion_types import NewOpinion, OpinionKind
from storage.queue_filter import QueueFilter, QueueLimits
from storage.store import Store
from storage.types import SectionScore, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import START, TAXONOMY
from tests.support.rulings import StatedLikeness, make_ruling
from tests.support.services import make_services
from tests.support.storage import add_predictions, migrated, queued

TODAY = START.date()
BY = By("boss", START)
#: section and probability of each paper
PAPERS = (
    ("2603.00001", "make-image", 0.9),
    ("2603.00002", "make-image", 0.8),
    ("2603.00003", "make-image", 0.2),
    ("2603.00004", "cut-video", 0.9),
    ("2603.00005", "cut-video", 0.7),
    ("2603.00006", "agents", 0.6),
)
IDS = [key for key, _, _ in PAPERS]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Six waiting papers, of which five are likely."""
    with migrated(tmp_path / "survey.duckdb")() as store:
        store.papers.upsert([make_paper(key) for key in IDS], seen_at=START)
        predictions = [
            make_prediction(key, in_scope=scope, sections=(SectionScore(section, 0.5),))
            for key, section, scope in PAPERS
        ]
        add_predictions(store, predictions)
        yield store


def assign(store: Store, to: str, *sections: str) -> None:
    acts.assign_sections(store, TAXONOMY, sections, to, BY)


def batch(store: Store, to: str, size: int, **wanted: object) -> acts.Assigned:
    filter_ = replace(QueueFilter(), **wanted)  # type: ignore[arg-type]
    return acts.assign_batch(store, filter_, size, to, BY, today=TODAY)


def away(store: Store, name: str, first: date = TODAY, last: date | None = None) -> acts.Away:
    return acts.note_absence(store, None, Absence(name, first, last), BY)


def board(store: Store, now: datetime = START, **more: object) -> Board:
    given = {"today": now.date(), "limits": QueueLimits(), "claims": {}, **more}
    return make_board(store, now, **given)  # type: ignore[arg-type]


def row(store: Store, name: str, now: datetime = START, **more: object) -> PersonRow:
    return next(one for one in board(store, now, **more).people if one.name == name)


def mine(store: Store, name: str, day: date = TODAY) -> list[str]:
    share = share_of(name, read_standing(store, day).effective)
    return queued(store, share=share, order="newest")


def test_assigned_section_is_not_others(store: Store) -> None:
    assign(store, "ada", "make-image")
    assert mine(store, "ada") == sorted(mine(store, "ada"), key=mine(store, "ada").index)
    assert sorted(mine(store, "ada")) == IDS
    assert sorted(mine(store, "bo")) == IDS[3:]


def test_section_of_two_people_is_both_theirs(store: Store) -> None:
    assign(store, "ada", "make-image")
    assign(store, "bo", "make-image")
    assert sorted(mine(store, "ada")) == sorted(mine(store, "bo")) == IDS
    assert sorted(mine(store, "cy")) == IDS[3:]


def test_batch_takes_papers_of_no_other_batch(store: Store) -> None:
    first, second = batch(store, "ada", 2), batch(store, "bo", 10)
    assert (first.papers, second.papers) == (2, 4)
    assert sorted(mine(store, "ada")) == ["2603.00001", "2603.00004"]
    with pytest.raises(UsageError, match="No paper of this selection waits"):
        batch(store, "cy", 1)


def test_batch_counts_before_its_section(store: Store) -> None:
    assign(store, "ada", "make-image")
    batch(store, "bo", 1, section="make-image")
    assert "2603.00001" not in mine(store, "ada")
    assert "2603.00001" in mine(store, "bo")


def test_absence_returns_work_for_its_days(store: Store) -> None:
    assign(store, "ada", "make-image")
    batch(store, "ada", 1, section="cut-video")
    away(store, "ada", TODAY, TODAY + timedelta(days=2))
    assert sorted(mine(store, "bo")) == IDS
    assert sorted(mine(store, "bo", TODAY + timedelta(days=3))) == IDS[4:]


def test_absence_to_come_changes_nothing_yet(store: Store) -> None:
    assign(store, "ada", "make-image")
    away(store, "ada", TODAY + timedelta(days=5))
    assert sorted(mine(store, "bo")) == IDS[3:]
    assert sorted(mine(store, "bo", TODAY + timedelta(days=5))) == IDS


def test_doctor_names_assignments_of_closed_accounts(tmp_path: Path) -> None:
    open_store = migrated(tmp_path / "survey.duckdb")
    services = make_services(open_store, START, taxonomy=TAXONOMY)
    with open_store() as store:
        for name in ("ada", "bo"):
            store.accounts.add(name, Role.REVIEWER, actor="boss", at=START)
            assign(store, name, "make-image", "agents")
        store.accounts.disable("bo", actor="boss", at=START)
    [found] = [one for one in checks(services) if one.check == "team"]
    assert "2 sections and batches are assigned to bo" in found.what
    assert "team release --of bo" in found.remedy
    with open_store() as store:
        acts.release(store, BY, of="bo")
    assert not [one for one in checks(services) if one.check == "team"]


def test_disabled_account_leaves_nothing_stuck(store: Store) -> None:
    for name in ("ada", "bo"):
        store.accounts.add(name, Role.ADMIN, actor="boss", at=START)
    assign(store, "ada", "make-image")
    batch(store, "ada", 1, section="cut-video")
    store.accounts.disable("ada", actor="boss", at=START)
    assert sorted(mine(store, "bo")) == IDS
    found = row(store, "ada")
    assert (found.is_closed, found.waiting) == (True, 0)
    assert board(store).returned == ("make-image",)
    store.accounts.enable("ada", actor="boss", at=START)
    assert row(store, "ada").waiting == 3


def test_only_accounts_in_use_are_assigned(store: Store) -> None:
    store.accounts.add("Ada", Role.ADMIN, actor="boss", at=START)
    assign(store, "ada", "agents")
    assert row(store, "Ada").sections == ("agents",)
    with pytest.raises(UsageError, match="'bo' does not exist"):
        assign(store, "bo", "agents")


def test_claims_of_who_is_away_end_at_once(store: Store, tmp_path: Path) -> None:
    claims = Claims(tmp_path / "survey.duckdb")
    claims.change("ada", now=START, until=START + timedelta(minutes=9), take=IDS[:1])
    later = acts.note_absence(store, claims, Absence("ada", TODAY + timedelta(1), None), BY)
    assert (later.claims, len(claims.standing(START))) == (0, 1)
    done = acts.note_absence(store, claims, Absence("ada", TODAY, None), BY)
    assert (done.claims, dict(claims.standing(START))) == (1, {})


@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY, TODAY - timedelta(1)), (TODAY, TODAY + timedelta(999)), (date.max, date.min)],
)
def test_impossible_absence_is_refused(store: Store, first: date, last: date) -> None:
    with pytest.raises(UsageError, match="is not possible"):
        away(store, "ada", first, last)


def test_release_ends_what_is_named(store: Store) -> None:
    assign(store, "ada", "make-image", "agents")
    assign(store, "bo", "make-image")
    number = batch(store, "bo", 1).batch
    assert number is not None
    assert len(acts.release(store, BY, sections=["make-image"], of="ada")) == 1
    assert len(acts.release(store, BY, batches=[number])) == 1
    assert [one.reviewer for one in acts.release(store, BY, of="ada")] == ["ada"]
    assert [one.section for one in store.assignments.standing()] == ["make-image"]
    with pytest.raises(UsageError):
        acts.release(store, BY)


def test_acts_are_in_the_trail(store: Store) -> None:
    assign(store, "ada", "agents")
    batch(store, "ada", 2)
    away(store, "ada")
    acts.note_return(store, "ada", BY)
    acts.release(store, BY, of="ada")
    assert [one.act for one in reversed(store.trail.recent(9))] == [
        "section.assigned", "batch.assigned", "person.away", "person.back",
        "section.released", "batch.released",
    ]  # fmt: skip


def test_board_counts_likely_papers_of_sections_and_batches(store: Store) -> None:
    assign(store, "ada", "make-image")
    batch(store, "bo", 1, section="make-image")
    batch(store, "bo", 1, section="make-image", below=0.5)
    found = {one.name: one.waiting for one in board(store).people}
    assert found == {"ada": 1, "bo": 2}
    assert board(store).unassigned == 3
    assert board(store).waiting == 6


def test_shared_section_counts_for_both(store: Store) -> None:
    for name in ("ada", "bo"):
        assign(store, name, "cut-video")
    assert [one.waiting for one in board(store).people] == [2, 2]


def test_decided_papers_do_not_wait(store: Store) -> None:
    assign(store, "ada", "make-image")
    number = batch(store, "ada", 2, section="cut-video").batch
    store.decisions.add(
        [make_decision(key, reviewer="ada", decided_at=START) for key in ("2603.00001", IDS[3])]
    )
    found = row(store, "ada")
    assert (found.waiting, found.decided) == (2, 2)
    [left] = found.batches
    assert (left.number, left.papers, left.waiting) == (number, 2, 1)


def test_board_leaves_out_what_the_viewer_gave_his_word_on(store: Store) -> None:
    for name in ("ada", "bo"):
        assign(store, name, "make-image")
    batch(store, "ada", 1, section="cut-video")

    def say(name: str, key: str, kind: OpinionKind = OpinionKind.FIRST) -> None:
        store.opinions.add([NewOpinion(key, kind, Verdict.REJECTED, (), name, START)])

    say("ada", IDS[0])
    say("ada", IDS[3])
    for viewer, counted in (("", (3, 2)), ("ada", (1, 2)), ("bo", (3, 2))):
        found = {one.name: one.waiting for one in board(store, viewer=viewer).people}
        assert (found["ada"], found["bo"]) == counted  # bo is not told that ada read some
    assert row(store, "ada", viewer="ada").batches[0].waiting == 0
    say("bo", IDS[0], OpinionKind.SECOND)  # two words: it waits for a third one
    for viewer, counted in (("", (2, 1)), ("ada", (1, 1)), ("bo", (2, 1))):
        found = {one.name: one.waiting for one in board(store, viewer=viewer).people}
        assert (found["ada"], found["bo"]) == counted
    assert board(store).waiting == 4


def test_minutes_follow_the_own_pace(store: Store) -> None:
    assign(store, "ada", "make-image")
    assert row(store, "ada").minutes == pytest.approx(2 * 12 / 60)
    ids = [f"2601.{number:05d}" for number in range(1, 13)]
    store.papers.upsert([make_paper(key) for key in ids], seen_at=START)
    store.decisions.add(
        [
            make_decision(key, reviewer="ada", decided_at=START + timedelta(seconds=30 * number))
            for number, key in enumerate(ids)
        ]
    )
    found = row(store, "ada", START + timedelta(hours=1))
    assert found.minutes == pytest.approx(1.0)
    assert found.is_measured


def test_board_says_who_reads_and_who_is_away(store: Store, tmp_path: Path) -> None:
    claims = Claims(tmp_path / "survey.duckdb")
    held = claims.change("ada", now=START, until=START + timedelta(1), take=IDS[:1], ahead=IDS[1:2])
    assign(store, "ada", "agents")
    assign(store, "bo", "agents")
    away(store, "bo", TODAY, TODAY + timedelta(days=3))
    assert row(store, "ada", claims=held).reading == ("2603.00001",)
    found = row(store, "bo")
    assert (found.is_away, found.away_until) == (True, TODAY + timedelta(days=3))


def test_papers_against_rulings_are_counted(store: Store) -> None:
    store.papers.upsert([make_paper("2401.00001")], seen_at=START)
    store.rulings.add([make_ruling("2401.00001", verdict=Verdict.REJECTED)])
    precedents = read_precedents(store)
    likeness = StatedLikeness({"2401.00001": 99, IDS[0]: 99, IDS[2]: 99, IDS[3]: 99})

    def contradicting(store: Store, ids: Sequence[str]) -> frozenset[str]:
        return against_rulings(store, likeness, precedents, ids, 0.5)

    assign(store, "ada", "make-image")
    assign(store, "bo", "agents")
    assert row(store, "ada", contradicting=contradicting).contradicting == 1
    assert row(store, "bo", contradicting=contradicting).contradicting == 0
    assert row(store, "bo").contradicting is None
