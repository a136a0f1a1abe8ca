"""Of a survey that ended, what fetches is refused, what reads works, a schedule is quiet."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.storage import migrated

NOW = "2026-04-08T12:00:00Z"
APPROVED = datetime(2026, 3, 18, 12, tzinfo=UTC)
ENVIRONMENT = {
    "LIVING_SURVEY_NOW": NOW,
    "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
    "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
    "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
}
UNDO = "`living-survey freeze --undo` takes the survey up again."
SETTINGS = """
[survey]
title = "A Survey"
list = "list.md"
[arxiv]
categories = ["cs.CV"]
[publish]
targets = ["digest"]
base_url = "https://survey.example"
"""


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """A survey that ended on 24 March, with an issue of that week's predecessor."""
    (tmp_path / "living-survey.toml").write_text(SETTINGS)
    (tmp_path / "list.md").write_text("# A Survey\n")
    with migrated(tmp_path / "var/survey.duckdb")() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=APPROVED)
        store.decisions.add([make_decision("2603.00001", decided_at=APPROVED)])
    found = SurveyInProcess(tmp_path, ENVIRONMENT)
    ended = found.call("freeze", "--on", "2026-03-24", "--yes")
    assert ended.status == 0, ended.err
    return found


@pytest.mark.parametrize(
    "words",
    [
        "fetch",
        "backfill --from 2026-03-25 --until 2026-03-26",
        "add 2603.00002",
        "import list.md",
        "bootstrap",
        "train",
        "enrich",
        "translate",
        "digest --week 2026-W14",
        "publish --target digest --week 2026-W14",
        "mail send --week 2026-W14",
        "mail test ada@example.org --week 2026-W14",
        "mail test ada@example.org",
    ],
)
def test_command_that_begins_something_is_refused(survey: SurveyInProcess, words: str) -> None:
    before = (survey.directory / "var/survey.duckdb").read_bytes()
    ended = survey.call(*words.split())
    assert ended.status == 1
    assert "2026-03-24" in ended.err
    assert UNDO in ended.err
    assert ended.err.strip().count("\n") <= 1
    assert (survey.directory / "var/survey.duckdb").read_bytes() == before


@pytest.mark.parametrize("words", ["run", "digest", "mail send"])
def test_what_a_schedule_calls_ends_well(survey: SurveyInProcess, words: str) -> None:
    ended = survey.call(*words.split())
    assert ended.status == 0, ended.err
    assert "The survey ended on 2026-03-24" in ended.out
    assert UNDO in ended.out
    assert survey.json(*words.split()) == {"ended_on": "2026-03-24", "done": False}


@pytest.mark.parametrize(
    "words",
    ["status", "queue", "decisions", "verify", "export --format bibtex", "publish --dry-run"],
)
def test_command_that_reads_works(survey: SurveyInProcess, words: str) -> None:
    assert survey.call(*words.split()).status == 0


def test_no_day_after_the_end_is_overdue(survey: SurveyInProcess) -> None:
    with migrated(survey.directory / "var/survey.duckdb")() as store:
        store.ledger.expect([(date(2026, 4, 1), "cs.CV")], noted_at=APPROVED)
    assert survey.call("freeze", "--undo", "--yes").status == 0
    doctor, status = survey.call("doctor").out, survey.call("status").out
    assert "2026-04-01" in doctor
    assert "overdue" in status
    assert survey.call("freeze", "--on", "2026-03-24", "--yes").status == 0
    doctor, status = survey.call("doctor").out, survey.call("status").out
    for text in ("2026-04-01", "no feed was read", "no new paper", "backfill"):
        assert text not in doctor
    assert "overdue" not in status
    assert "next run" not in status
    assert "The survey ended on 2026-03-24" in doctor
