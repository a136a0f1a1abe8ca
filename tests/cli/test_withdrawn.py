"""What the terminal says of papers that arXiv has withdrawn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.store import store_opener
from tests.support.builders import make_paper
from tests.support.cli import SurveyInProcess, survey_in_process

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """A survey with one paper, withdrawn two hours ago."""
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("init").status == 0
    paper = make_paper(title="Kettles")
    gone = replace(paper, version=2, title="Lanterns", withdrawn=True, comment="Wrong.")
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        store.papers.upsert([paper], seen_at=NOW - timedelta(hours=3))
        store.papers.upsert([gone], seen_at=NOW - timedelta(hours=2))
    return survey


def test_approval_of_a_withdrawn_paper_is_recorded_and_noted(survey: SurveyInProcess) -> None:
    section = "generation-image-llm-based"
    ended = survey.call("decide", "2603.00001", "approve", "--section", section)
    assert ended.status == 0
    assert '2603.00001 is withdrawn at arXiv ("Wrong."): digests do not list it.' in ended.err

    status = survey.call("status").out
    assert '2603.00001 Lanterns: withdrawn ("Wrong."); the title was "Kettles"' in status
    [corrected] = survey.json("status")["corrected"]
    assert (corrected["title"], corrected["former_title"]) == ("Lanterns", "Kettles")
    doctor = survey.call("doctor").out
    assert (
        "note   approvals: 1 approved paper is withdrawn at arXiv: 2603.00001 Lanterns." in doctor
    )


def test_rejection_of_a_withdrawn_paper_needs_no_note(survey: SurveyInProcess) -> None:
    assert "withdrawn" not in survey.call("decide", "2603.00001", "reject", "--reason", "other").err
