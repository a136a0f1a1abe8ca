"""Double review at the terminal: words are kept, conflicts listed, third words recorded."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.store import OpenStore, store_opener
from tests.support.builders import make_paper, make_prediction
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.storage import add_predictions

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
KEY, OTHER = IDS = ("2603.00001", "2603.00002")


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """A survey with two waiting papers that two people read."""
    made = survey_in_process(
        tmp_path,
        url="http://127.0.0.1:9",
        now=NOW.isoformat(),
        LIVING_SURVEY_REVIEW__REVIEWER="ada",
        LIVING_SURVEY_TEAM__DOUBLE_REVIEW="100",
    )
    assert made.call("init").status == 0
    with opener(made)() as store:
        store.papers.upsert([make_paper(key) for key in IDS], seen_at=NOW - timedelta(days=1))
        add_predictions(store, [make_prediction(key) for key in IDS])
    return made


def opener(survey: SurveyInProcess) -> OpenStore:
    return store_opener(survey.directory / "var/survey.duckdb")


def waiting(survey: SurveyInProcess, name: str) -> list[str]:
    report = survey.json("queue", "--reviewer", name)
    assert report == survey.json("queue", LIVING_SURVEY_REVIEW__REVIEWER=name)
    assert report["waiting"] == len(report["items"])
    return sorted(one["arxiv_id"] for one in report["items"])


def test_word_is_kept_and_hidden_from_others(survey: SurveyInProcess) -> None:
    commands = ("decisions", "status", "queue", "audit", "conflicts")
    as_bo = {"LIVING_SURVEY_REVIEW__REVIEWER": "bo"}

    def seen() -> dict[str, str]:
        told = {name: survey.call(name, **as_bo).out for name in commands}
        # the database grows with everything that is stored, and the disk has other users
        return {name: re.sub(r"[0-9.]+ (?:[kMGT]?B|bytes)", "", out) for name, out in told.items()}

    before = seen()
    said = survey.call("decide", KEY, "approve", "--section", "agents")
    assert said.out.startswith(f"{KEY} approved in agents by ada, kept  (word ")
    assert "says the same" in said.err
    assert seen() == before
    assert (waiting(survey, "ada"), waiting(survey, "bo")) == ([OTHER], [KEY, OTHER])


def test_word_is_taken_back_by_its_giver_only(survey: SurveyInProcess) -> None:
    survey.call("decide", KEY, "reject", "--reason", "duplicate")
    word = survey.json("decide", KEY, "reject", "--reason", "duplicate")["opinion_id"]
    other = survey.call("undo", "--decision", word, "--reviewer", "bo")
    assert (other.status, "does not exist" in other.err) == (2, True)
    assert "taken back" in survey.call("undo").out
    assert waiting(survey, "ada") == [KEY, OTHER]
    assert "taken back already" in survey.call("undo", "--decision", word).out


def test_two_words_decide_and_a_difference_asks_for_a_third(survey: SurveyInProcess) -> None:
    for name in ("ada", "bo"):
        done = survey.json("decide", KEY, "approve", "--section", "agents", "--reviewer", name)
    assert (done["outcome"], done["reviewer"]) == ("recorded", "bo")
    survey.call("decide", OTHER, "approve", "--section", "agents", "--reviewer", "bo")
    other = survey.call("decide", OTHER, "reject", "--reason", "duplicate")
    assert "conflicts` asks for a third word" in other.err
    listed = survey.call("conflicts")
    assert "bo: approved (agents)" in listed.out
    assert "ada: rejected (duplicate)" in listed.out
    third = survey.call(
        "conflicts", OTHER, "reject", "--reason", "other", "--reviewer", "cy", "--note", "see 3.1"
    )
    assert f"{OTHER} rejected (other) by cy" in third.out
    assert survey.json("conflicts") == {"conflicts": [], "lone_words": 0}


def test_third_word_of_one_of_the_two_names_another_person(survey: SurveyInProcess) -> None:
    for name, verdict in (("cy", "defer"), ("ada", "defer")):
        survey.call("decide", KEY, verdict, "--reviewer", name)
    survey.call("decide", OTHER, "approve", "--section", "agents", "--reviewer", "bo")
    survey.call("decide", OTHER, "defer")
    refused = survey.call("conflicts", OTHER, "defer")
    assert (refused.status, "another person's" in refused.err) == (2, True)


def test_several_papers_and_files_keep_words(survey: SurveyInProcess) -> None:
    many = survey.call("decide", *IDS, "reject", "--reason", "duplicate")
    assert "rejected 0 papers (duplicate) by ada, 2 kept until another person" in many.out
    survey.call("undo", "--yes")
    file = survey.directory / "decisions.csv"
    file.write_text("id,decision,reason\n" + "".join(f"{key},rejected,duplicate\n" for key in IDS))
    assert ", 2 kept until another person" in survey.call("decide", "--from", file.name).out
    assert ", 2 unchanged" in survey.call("decide", "--from", file.name).out
    with opener(survey)() as store:
        assert store.decisions.count() == 0


def test_turned_off_words_are_named_until_somebody_says(survey: SurveyInProcess) -> None:
    off = {"LIVING_SURVEY_TEAM__DOUBLE_REVIEW": "0"}
    survey.call("decide", KEY, "approve", "--section", "agents")
    listed = survey.call("conflicts", **off)
    assert "1 first word needs no second one any more" in listed.err
    assert "double review" in survey.call("doctor", **off).out
    done = survey.call("conflicts", "--release-lone", **off)
    assert done.out.startswith("1 word is a decision now")
    with opener(survey)() as store:
        assert [one.reviewer for one in store.decisions.approved()] == ["ada"]
    assert survey.call("conflicts", "--return-lone", **off).out.startswith("no word was left")
