"""Commands `plan`, `decisions` and `status` on a survey with decisions of three weeks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.batches import BatchKind, NewBatch
from storage.store import OpenStore
from storage.types import LIST_REVIEWER, Decision, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.storage import add_predictions, opener

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """A queue of 44 papers, two a day for 22 days, of which the first 24 are decided."""
    open_store = opener(tmp_path / "var")
    ids = [f"2603.{n:05}" for n in range(1, 45)]
    with open_store() as store:
        store.papers.upsert(
            [make_paper(one, submitted_at=NOW - (22 - n // 2) * DAY) for n, one in enumerate(ids)],
            seen_at=NOW,
        )
        add_predictions(
            store,
            [
                make_prediction(one, in_scope=0.9 if n % 2 else 0.3, predicted_at=NOW - 22 * DAY)
                for n, one in enumerate(ids)
            ],
        )
        store.decisions.add(
            [make_decision(ids[-1], reviewer=LIST_REVIEWER, decided_at=NOW - 400 * DAY)],
            NewBatch(BatchKind.LIST, "ada", NOW),
        )
        decided = []
        for n, one in enumerate(ids[:24]):
            # twelve sittings of two decisions, 20 seconds apart
            at = NOW - (21 - n // 2) * DAY + (n % 2) * timedelta(seconds=20)
            verdict = Verdict.APPROVED if n % 4 == 1 else Verdict.REJECTED
            sections = ("agents",) if verdict is Verdict.APPROVED else ()
            decided.append(make_decision(one, verdict=verdict, sections=sections, decided_at=at))
        store.decisions.add(decided)
    return open_store


@pytest.fixture
def survey(tmp_path: Path, open_store: OpenStore) -> SurveyInProcess:
    """The survey of `open_store`, as reviewer ada."""
    del open_store
    return survey_in_process(
        tmp_path,
        url="http://127.0.0.1:9",
        now="2026-03-17T12:00:00Z",
        LIVING_SURVEY_REVIEW__REVIEWER="ada",
    )


def test_health_counts_weeks_pace_and_misses(survey: SurveyInProcess) -> None:
    health = survey.json("plan", "--limit", "50")["health"]
    # one paper of two a day is above 50 %; the list's paper never waited
    assert [week["arrived"] for week in health["weeks"][-4:]] == [1, 7, 7, 6]
    assert [week["decided"] for week in health["weeks"][-4:]] == [1, 7, 4, 0]
    assert health["waiting"] == 9
    assert health["whole"] == 19
    assert health["oldest"] == {"arxiv_id": "2603.00026", "announced": "2026-03-10"}
    assert health["oldest_days"] == 7
    assert (health["pace"]["seconds"], health["pace"]["gaps"]) == (20.0, 12)
    assert health["clearing"]["outcome"] == "never"
    replay = {row["limit"]: row for row in health["replay"]["rows"]}
    assert health["replay"]["weeks"] == 3
    assert replay[0]["papers_a_week"] == pytest.approx(41 / 3)
    assert replay[50]["papers_a_week"] == pytest.approx(20 / 3)
    assert replay[50]["minutes_a_week"] == pytest.approx(20 / 9)
    assert (replay[90]["missed"], replay[95]["missed"]) == (0, 6)
    assert (health["replay"]["approved"], health["replay"]["approved_unknown"]) == (6, 0)


def test_health_is_told_in_sentences(survey: SurveyInProcess) -> None:
    told = survey.call("plan", "--limit", "50").out
    assert "waiting     9 at or above 50 % (19 in all)" in told
    assert "oldest      2603.00026, announced 2026-03-10, 7 days ago" in told
    assert "20 s a paper, the median of 12 of your decisions" in told
    assert "clears      never at this pace: 6.7 arrive and 3.7 are decided a week" in told
    # another reviewer's pace is not shown
    assert "12 s a paper is assumed" in survey.call("plan", "--reviewer", "bo").out


def test_session_is_planned_and_started(survey: SurveyInProcess, open_store: OpenStore) -> None:
    chosen = survey.json("plan", "--minutes", "1")
    assert chosen["ids"] == ["2603.00026", "2603.00028", "2603.00030"]
    assert chosen["approvals"] == pytest.approx(2.7)
    assert chosen["learning"] == pytest.approx(3 * 2 * 0.9 * 0.1)
    assert survey.json("plan")["session"] is None
    assert "started" in survey.call("plan", "--minutes", "1", "--start").out
    listed = survey.json("queue", "--order", "plan")["items"]
    assert [item["arxiv_id"] for item in listed] == chosen["ids"]
    with open_store() as store:
        at = NOW + timedelta(seconds=30)
        store.decisions.add([make_decision("2603.00028", decided_at=at)])
    session = survey.json("plan")["session"]
    assert (session["planned"], session["decided"], session["approved"]) == (3, 1, 1)
    assert session["left"] == ["2603.00026", "2603.00030"]
    assert session["spent"] == 0.5
    assert "session     1 of 3 decided, 1 approved, in 0 of 1 minute" in survey.call("plan").out


def test_decisions_are_filtered_and_paged(survey: SurveyInProcess) -> None:
    first = survey.json("decisions", "--verdict", "approve", "--limit", "4")
    assert [row["decision"]["verdict"] for row in first["decisions"]] == ["approved"] * 4
    rest = survey.json(
        "decisions", "--verdict", "approve", "--limit", "4", "--before", first["next"]
    )
    assert len(rest["decisions"]) == 2
    assert rest["next"] is None
    assert first["tally"]["by_reviewers"] == 6
    assert first["tally"]["standing"] == 7
    [group] = first["imports"]
    imported = survey.json("decisions", "--act", group["batch_id"])["decisions"]
    assert [row["decision"]["reviewer"] for row in imported] == [LIST_REVIEWER]


def test_decisions_are_told_with_imports_as_groups(survey: SurveyInProcess) -> None:
    told = survey.call("decisions", "--limit", "3").out
    assert "25 stand (24 by reviewers)" in told
    assert "1 decision imported from the list on 2026-03-17: --act " in told
    assert "more: --before 2026-03-" in told
    assert "2603.00044" not in told


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--verdict", "maybe not", "is not a verdict"),
        ("--reason", "no-langage", "no-language"),
        ("--section", "agent", "agents"),
        ("--from", "yesterday", "is no day"),
        ("--before", "somewhere", "is no place in the account"),
    ],
)
def test_wrong_filter_is_named(survey: SurveyInProcess, option: str, value: str, said: str) -> None:
    ended = survey.call("decisions", option, value)
    assert ended.status == 2
    assert said in ended.err


def test_status_counts_standing_decisions(survey: SurveyInProcess, open_store: OpenStore) -> None:
    with open_store() as store:
        undone: Decision = store.decisions.undo(reviewer="ada", undone_at=NOW)
    assert undone.undone_by == "ada"
    told = survey.call("status").out
    assert "decisions   24 stand (23 by reviewers), 1 taken back" in told
    assert survey.json("status")["decisions"] == 24
