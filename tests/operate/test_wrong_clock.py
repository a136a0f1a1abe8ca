"""What lasts until an instant is not recorded while the clock is a century ahead."""

from datetime import datetime
from pathlib import Path

import pytest

from pipeline.runtime.clock import confirm
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.storage import opener

NOW = "2026-03-17T12:00:00+00:00"
AHEAD = "2190-01-01T00:00:00+00:00"
COMMANDS = (
    ("token", "create", "--scope", "read", "--person", "ada"),
    ("reviewer", "add", "bo", "--link"),
    ("reviewer", "password", "ada", "--link"),
    ("team", "assign", "--to", "ada", "--section", "survey-vision"),
    ("team", "away", "ada"),
    ("freeze", "--yes"),
    ("subscribers", "add", "bo@example.org"),
    ("subscribers", "import", "people.csv", "--consent", "I agree"),
)


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW)
    assert survey.call("init").status == 0
    assert survey.call("reviewer", "add", "ada", "--role", "admin", "--link").status == 0
    (tmp_path / "people.csv").write_text("address,consented_on\nbo@example.org,2026-01-05\n")
    with opener(tmp_path / "var")() as store:
        confirm(store, datetime.fromisoformat(NOW), is_set=True)
    return survey


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_that_lasts_is_recorded(survey: SurveyInProcess, words: tuple[str, ...]) -> None:
    words = (*words, "--reviewer", "ada") if words[0] in {"team", "freeze"} else words
    refused = survey.call(*words, LIVING_SURVEY_NOW=AHEAD)
    assert (refused.status, refused.err.count("\n")) == (75, 1)
    assert "Nothing was recorded: it is 2190-01-01" in refused.err
    done = survey.call(*words)
    assert done.status == 0, done.err
