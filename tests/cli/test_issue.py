"""The issue of a week in the terminal: edited, built, approved."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.issue_types import IssueEdits, IssueState
from storage.store import OpenStore, store_opener
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess, survey_in_process

NOW = datetime(2026, 3, 24, 12, tzinfo=UTC)
WEEK = "2026-W12"
IDS = ("2603.00001", "2603.00002", "2603.00003")
HOSTILE = "<script>alert(1)</script> [x](javascript:1) \x1b[31mred \u202e"


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return store_opener(tmp_path / "var/survey.duckdb")


@pytest.fixture
def survey(tmp_path: Path, open_store: OpenStore) -> SurveyInProcess:
    """A survey with three papers approved in the last complete week."""
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("init").status == 0
    with open_store() as store:
        store.papers.upsert([make_paper(key) for key in IDS], seen_at=NOW - timedelta(days=5))
        store.decisions.add([make_decision(key, decided_at=NOW - timedelta(days=4)) for key in IDS])
    return survey


def edits(open_store: OpenStore) -> IssueEdits:
    with open_store() as store:
        return store.issues.edits(WEEK)


def test_issue_is_edited_built_approved(survey: SurveyInProcess, open_store: OpenStore) -> None:
    shown = survey.call("issue")
    assert shown.out.startswith(f"issue {WEEK}: not built, 3 papers\n")
    assert "No lead in en: it is made of the counts." in shown.out
    assert f"next: `living-survey issue {WEEK} --build`" in shown.out
    ordered = survey.call(
        *("issue", WEEK, "--lead", "Papers plan.", "--note", IDS[0], "Read this.", "--build"),
        *("--order", IDS[2], IDS[0], IDS[1], "--reviewer", "ada"),
    )
    assert ordered.status == 0
    assert edits(open_store) == IssueEdits(
        WEEK, {"en": "Papers plan."}, (IDS[2], IDS[0], IDS[1]), {IDS[0]: "Read this."}
    )
    assert f"next: `living-survey issue {WEEK} --approve`" in ordered.out
    approved = survey.json("issue", "--approve", "--reviewer", "grace")
    assert (approved["state"], approved["is_current"]) == ("approved", True)
    assert approved["record"]["approved_by"] == "grace"
    assert approved["missing"] == []
    edited = survey.json("issue", "--lead", "")
    assert (edited["state"], edited["is_current"], edited["edits"]["lead"]) == ("built", False, {})
    refused = survey.call("issue", "--approve")
    assert refused.status == 2
    assert "edited after it was built" in refused.err


def test_approval_is_withdrawn(survey: SurveyInProcess, open_store: OpenStore) -> None:
    assert survey.json("issue", "--build", "--approve")["state"] == "approved"
    assert survey.json("issue", "--withdraw-approval")["state"] == "built"
    again = survey.call("issue", "--withdraw-approval")
    assert (again.status, "not approved" in again.err) == (2, True)
    with open_store() as store:
        assert store.issues.state(WEEK) is IssueState.BUILT


def test_highlights_are_those_of_the_reviewers_again(
    survey: SurveyInProcess, open_store: OpenStore
) -> None:
    assert survey.call("issue", "--order", "none").status == 0
    assert edits(open_store).highlights == ()
    assert survey.call("issue", "--order", f"arxiv.org/abs/{IDS[1]}, {IDS[0]}").status == 0
    assert edits(open_store).highlights == (IDS[1], IDS[0])
    assert survey.call("issue", "--order", "flags").status == 0
    assert edits(open_store).highlights is None


def test_showing_an_issue_writes_nothing(survey: SurveyInProcess, open_store: OpenStore) -> None:
    survey.json("issue")
    with open_store() as store:
        assert store.issues.all() == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["2026-W54"], "There is no week 2026-W54."),
        (["2026-W30"], "is in the future"),
        (["2026-W12", "2026-W11"], "'2026-W11' is not expected"),
        ([IDS[0]], "is not expected"),
        (["--language", "zh"], "--language names the language of --lead."),
        (["--lead", "x", "--language", "zh"], "The digest has no language 'zh'."),
        (["--lead", "x" * 601], "The lead has 601 characters; the limit is 600."),
        (["--note", "2603.99999", "x"], "Not in the database: 2603.99999."),
        (["--approve"], f"The issue {WEEK} is not built."),
        (["--approve", "--withdraw-approval"], "approved or its approval withdrawn"),
    ],
)
def test_mistake_is_one_sentence(
    survey: SurveyInProcess, open_store: OpenStore, words: list[str], says: str
) -> None:
    ended = survey.call("issue", *words)
    assert ended.status == 2
    assert says in ended.err
    with open_store() as store:
        assert store.issues.all() == []


def test_hostile_text_is_text_in_the_terminal(survey: SurveyInProcess) -> None:
    shown = survey.call("issue", "--lead", HOSTILE, "--note", IDS[0], HOSTILE, "--build")
    assert shown.status == 0
    assert "\x1b" not in shown.out
    assert "\u202e" not in shown.out
    assert "<script>alert(1)</script>" in shown.out
