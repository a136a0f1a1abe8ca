"""`team` in the terminal: assign, release, note absences, and show the board."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.roles import Role
from storage.claims import Claims
from storage.store import OpenStore
from storage.types import SectionScore
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.storage import add_predictions, opener

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
IDS = [f"2603.{number:05d}" for number in range(1, 5)]


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """Four likely papers in two sections, and a decision of bo."""
    open_store = opener(tmp_path / "var")
    with open_store() as store:
        store.papers.upsert([*map(make_paper, IDS), make_paper("2602.00001")], seen_at=NOW)
        sections = ("agents", "generation-image-llm-based") * 2
        predictions = [
            make_prediction(key, sections=(SectionScore(section, 0.5),))
            for key, section in zip(IDS, sections, strict=True)
        ]
        add_predictions(store, predictions)
        store.decisions.add([make_decision("2602.00001", reviewer="bo", decided_at=NOW)])
    return open_store


@pytest.fixture
def survey(tmp_path: Path, open_store: OpenStore) -> SurveyInProcess:
    """The survey of `open_store`, as reviewer ada."""
    del open_store
    return survey_in_process(
        tmp_path,
        url="http://127.0.0.1:9",
        now=NOW.isoformat(),
        LIVING_SURVEY_REVIEW__REVIEWER="ada",
    )


def test_section_is_assigned_counted_and_released(survey: SurveyInProcess) -> None:
    assert survey.json("team", "assign", "--section", "agents", "--to", "bo") == {
        "reviewer": "bo", "sections": ["agents"], "already": [], "batch": None, "papers": 0,
    }  # fmt: skip
    again = survey.call("team", "assign", "--section", "agents", "--to", "bo")
    assert "bo had it already" in again.out
    [found] = survey.json("team", "board")["people"]
    assert (found["name"], found["waiting"], found["sections"]) == ("bo", 2, ["agents"])
    assert len(survey.json("queue", "--mine")["items"]) == 2
    released = survey.json("team", "release", "--section", "agents")["released"]
    assert [one["reviewer"] for one in released] == ["bo"]
    assert len(survey.json("queue", "--mine")["items"]) == 4


def test_who_asks_and_who_acts_are_named(survey: SurveyInProcess) -> None:
    def mine(name: str) -> list[str]:
        items = survey.json("queue", "--mine", "--reviewer", name)["items"]
        return sorted(one["arxiv_id"] for one in items)

    survey.json("team", "assign", "--section", "agents", "--to", "bo", "--reviewer", "cy")
    assert (mine("bo"), mine("cy")) == (IDS, IDS[1::2])
    survey.json("team", "away", "bo", "--reviewer", "di")
    assert mine("cy") == IDS
    survey.json("team", "release", "--section", "agents", "--reviewer", "ed")
    trail = survey.call("reviewer", "trail").out
    assert [who for who in ("cy", "di", "ed", "ada") if f" by {who}" in trail] == ["cy", "di", "ed"]


def test_name_of_a_rule_cannot_assign(survey: SurveyInProcess) -> None:
    words = ("team", "assign", "--section", "agents", "--to", "bo", "--reviewer", "rule:far")
    refused = survey.call(*words)
    assert (refused.status, "reserved for a rule" in refused.err) == (2, True)
    assert survey.call("reviewer", "trail").out.count("assigned") == 0


def test_session_of_another_person_is_read_in_its_order(survey: SurveyInProcess) -> None:
    started = survey.json("plan", "--minutes", "30", "--start", "--reviewer", "bo")
    assert started
    left = survey.json("queue", "--order", "plan", "--reviewer", "bo")["items"]
    assert {one["arxiv_id"] for one in left} == set(IDS)
    assert survey.json("queue", "--order", "plan", "--reviewer", "ada")["items"] == []


def test_batch_is_assigned_and_released(survey: SurveyInProcess) -> None:
    done = survey.json("team", "assign", "--batch", "3", "--at-least", "50", "--to", "ada")
    assert (done["batch"], done["papers"]) == (1, 3)
    assert "batch 1 (3 of 3)" in survey.call("team").out.replace("\n", " ")
    assert "batch 1 of ada is released" in survey.call("team", "release", "--batch", "1").out
    assert "Nothing of this is assigned" in survey.call("team", "release", "--batch", "1").out


def test_planned_absence_is_shown_while_a_paper_is_read(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    claims = Claims(tmp_path / "var" / "survey.duckdb")
    claims.change("bo", now=NOW, until=NOW + timedelta(minutes=9), take=IDS[:1])
    survey.call("team", "away", "bo", "--from", "2026-04-01", "--until", "2026-04-10")
    board = " ".join(survey.call("team").out.split())
    assert f"reads {IDS[0]}, away from 2026-04-01" in board


def test_absence_returns_work_and_claims(survey: SurveyInProcess, tmp_path: Path) -> None:
    survey.json("team", "assign", "--section", "agents", "--to", "bo")
    claims = Claims(tmp_path / "var" / "survey.duckdb")
    claims.change("bo", now=NOW, until=NOW + timedelta(minutes=9), take=IDS[:1])
    ended = survey.call("team", "away", "bo", "--until", "2026-03-20")
    assert "bo is away from 2026-03-17 until 2026-03-20. 1 claimed paper freed." in ended.out
    assert len(survey.json("queue", "--mine")["items"]) == 4
    board = survey.call("team").out
    assert "away until 2026-03-20" in board
    assert "meanwhile also agents" in " ".join(board.split())
    assert "bo is here again" in survey.call("team", "away", "bo", "--back").out
    assert len(survey.json("queue", "--mine")["items"]) == 2


def test_disabling_an_account_frees_its_papers(
    survey: SurveyInProcess, open_store: OpenStore, tmp_path: Path
) -> None:
    with open_store() as store:
        for name in ("ada", "bo"):
            store.accounts.add(name, Role.ADMIN, actor="ada", at=NOW)
        for name in ("ada", "bo"):
            store.passwords.set(name, "hash", NOW)
    survey.json("team", "assign", "--section", "agents", "--to", "bo")
    claims = Claims(tmp_path / "var" / "survey.duckdb")
    claims.change("bo", now=NOW, until=NOW + timedelta(minutes=9), take=IDS[:1])
    ended = survey.call("reviewer", "disable", "bo")
    assert ended.status == 0, ended.err
    assert dict(claims.standing(NOW)) == {}
    assert len(survey.json("queue", "--mine")["items"]) == 4
    assert "disabled" in survey.call("team").out


@pytest.mark.parametrize(
    "words",
    [
        ("assign", "--to", "bo"),
        ("assign", "--section", "no-such", "--to", "bo"),
        ("assign", "--batch", "0", "--to", "bo"),
        ("assign", "--batch", "1", "--section", "agents", "--section", "agents", "--to", "bo"),
        ("release",),
        ("away", "bo", "--from", "2026-03-20", "--until", "2026-03-01"),
        ("away", "bo", "--back", "--until", "2026-03-20"),
    ],
    ids=" ".join,
)
def test_call_without_sense_is_refused(survey: SurveyInProcess, words: tuple[str, ...]) -> None:
    assert survey.call("team", *words).status == 2
    assert survey.json("team", "board")["people"][0]["sections"] == []


def test_board_without_people_says_so(tmp_path: Path) -> None:
    with opener(tmp_path / "var")():
        pass
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert "No one has decided yet" in survey.call("team").out
