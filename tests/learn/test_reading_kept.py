"""`status` and `plan` say how much to read, as the last `evaluate` measured it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.measure.depths import ReadingDepth
from pipeline.learn.reading import (
    NOT_MEASURED,
    MeasuredReading,
    last_reading,
    reading_json,
    reading_path,
    reading_sentences,
)
from pipeline.review.web.language import words_of
from tests.support.learning import call, settle

FOUND = MeasuredReading(
    datetime(2026, 4, 15, 12, tzinfo=UTC),
    "tfidf-20260401-0123456789",
    20,
    (
        ReadingDepth(0.95, 0.344, 0.28, 0.61, 0.2, 0.3, 0.1),
        ReadingDepth(0.99, 0.6, 0.5, 1.0, 0.05, 0.1, 0.0),
    ),
)
SAID = (
    "read the first 34 % (28 to 61 %) for 95 % and the first 60 % (50 to 100 %) for 99 % of the"
    " relevant papers, measured on 2026-04-15"
)
FEW = "With only 19 relevant papers this says little; 20 are needed"


def test_reading_is_kept_as_it_was_measured(tmp_path: Path) -> None:
    assert last_reading(tmp_path) is None
    reading_path(tmp_path).write_text(reading_json(FOUND), "utf-8")
    assert last_reading(tmp_path) == FOUND


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"measured_at": 1}', "\x00"])
def test_file_of_another_version_is_no_measurement(tmp_path: Path, content: str) -> None:
    reading_path(tmp_path).write_text(content, "utf-8")
    assert last_reading(tmp_path) is None


def test_warnings_are_sentences_of_their_own() -> None:
    assert reading_sentences(FOUND, FOUND.model_id) == (SAID,)
    _, few, other = reading_sentences(replace(FOUND, approved=19), "tfidf-20260410-a")
    assert few == FEW
    assert other == (
        f"measured with {FOUND.model_id}; another model is in use, which"
        " `living-survey evaluate` measures"
    )
    assert reading_sentences(None, "cue words") == (NOT_MEASURED,)


def test_every_sentence_has_chinese() -> None:
    said = (
        *reading_sentences(replace(FOUND, approved=1), "cue words"),
        *reading_sentences(replace(FOUND, approved=2), "cue words"),
        NOT_MEASURED,
    )
    assert [one for one in said if words_of("zh").said(one) == one] == []


def test_status_and_plan_say_what_evaluate_measured(tmp_path: Path) -> None:
    settle(tmp_path)
    for command in ("status", "plan"):
        assert f"to read     {NOT_MEASURED}" in call(tmp_path, command).output
        assert json.loads(call(tmp_path, command, "--json").stdout)["reading"] is None
    done = call(tmp_path, "evaluate", "--no-curve", "--json")
    assert done.exit_code == 0, done.output
    recipe = json.loads(done.stdout)["candidates"][0]["evaluation"]["scope"]
    for command in ("status", "plan"):
        found = json.loads(call(tmp_path, command, "--json").stdout)["reading"]
        assert found["depths"] == recipe["reading"]
        assert (found["model_id"], found["approved"]) == ("cue words", recipe["approved"])
        shown = call(tmp_path, command).output
        assert "to read     read the first " in shown
        few = f"With only {recipe['approved']} relevant papers this says little; 20 are needed"
        assert few in shown
