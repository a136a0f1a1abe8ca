"""`freeze` as a user calls it: shown first, done with --yes, what refuses then, and back."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import SurveyInProcess
from tests.support.mail import MailScene, Person, make_scene, people
from tests.support.smtp import Sink, smtp_server

#: a Monday one week after the last issue's, a Wednesday in the week of the last issue
LATER = "2026-03-30T06:00:00+00:00"
DAY = "2026-03-18"
UNDO = "`living-survey freeze --undo` takes the survey up again."


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def scene(tmp_path: Path, sink: Sink) -> MailScene:
    return make_scene(tmp_path, sink.port, those=people(3))


@pytest.fixture
def survey(scene: MailScene) -> SurveyInProcess:
    found = scene.survey()
    assert isinstance(found, SurveyInProcess)
    return found


def end(survey: SurveyInProcess) -> None:
    ended = survey.call(
        "freeze", "--on", DAY, "--notice", "Thank you.", "--reviewer", "ada", "--yes"
    )
    assert ended.status == 0, ended.err


def test_without_yes_it_only_shows(survey: SurveyInProcess) -> None:
    shown = survey.call("freeze", "--on", DAY, "--notice", "Thank you.", "--reviewer", "ada")
    assert shown.status == 0, shown.err
    lines = shown.out.splitlines()
    assert lines[0] == "The survey would end on 2026-03-18, by ada."
    assert "  digest: 2026-W12 is the last issue" in lines
    assert "last that 3 readers can get: `living-survey mail send --week 2026-W12`" in shown.out
    assert lines[-1] == "Nothing was changed: add --yes to do it."
    assert "ending" not in survey.call("status").out
    document = survey.json("freeze", "--on", DAY, "--reviewer", "ada")
    assert (document["done"], document["last_issue"]) == (False, "2026-W12")


def test_later_weeks_are_refused_in_one_sentence(survey: SurveyInProcess) -> None:
    end(survey)
    for words in (
        ("fetch",),
        ("digest", "--week", "2026-W13"),
        ("mail", "send", "--month", "2026-04"),
        ("publish", "--target", "digest", "--week", "2026-W13"),
    ):
        ended = survey.call(*words, LIVING_SURVEY_NOW=LATER)
        assert (ended.status, ended.out) == (1, ""), words
        assert ended.err.count("\n") == 1
        assert ended.err.endswith(f"{UNDO}\n")
    assert "mail send" not in survey.call("status", LIVING_SURVEY_NOW=LATER).out


def test_last_issue_is_still_published_and_mailed(survey: SurveyInProcess, sink: Sink) -> None:
    end(survey)
    published = survey.call("publish", "--target", "digest", LIVING_SURVEY_NOW=LATER)
    assert published.out == "digest:2026-W12: nothing to publish, 4 papers\n"
    sent = survey.call("mail", "send", "--week", "2026-W12", LIVING_SURVEY_NOW=LATER)
    assert sent.status == 0, sent.err
    assert len(sink.received) == 3
    assert survey.call("digest", "--week", "2026-W12", LIVING_SURVEY_NOW=LATER).status == 0
    assert survey.call("verify", LIVING_SURVEY_NOW=LATER).status == 0


def test_month_is_mailed_without_weeks_after_the_end(
    survey: SurveyInProcess, scene: MailScene, sink: Sink
) -> None:
    scene.add(Person("monthly@reader.example", rhythm="monthly"))
    april = "2026-04-01T06:00:00+00:00"
    words = ("mail", "send", "--month", "2026-03")
    assert "2026-W13" in survey.call(*words, LIVING_SURVEY_NOW=april).err
    end(survey)
    sent = survey.call(*words, LIVING_SURVEY_NOW=april)
    assert sent.status == 0, sent.err
    assert [one.recipient for one in sink.received] == ["monthly@reader.example"]


def test_status_and_doctor_say_it_once(survey: SurveyInProcess) -> None:
    end(survey)
    assert survey.call("status").out.count("The survey ended on 2026-03-18 (ada)") == 1
    said = survey.call("doctor")
    assert f"{said.out}{said.err}".count("The survey ended on 2026-03-18 (ada).") == 1


def test_undo_lets_later_weeks_go_on(survey: SurveyInProcess) -> None:
    end(survey)
    shown = survey.call("freeze", "--undo", "--reviewer", "bo")
    assert "Nothing was changed" in shown.out
    assert "nothing is left to do" in survey.call("digest", LIVING_SURVEY_NOW=LATER).out
    assert survey.call("freeze", "--undo", "--reviewer", "bo", "--yes").status == 0
    assert survey.call("digest", LIVING_SURVEY_NOW=LATER).status == 0


def test_notice_comes_from_a_file(survey: SurveyInProcess) -> None:
    (survey.directory / "farewell.txt").write_text("Thank\nyou.\n", encoding="utf-8")
    assert survey.json("freeze", "--notice-file", "farewell.txt")["notice"] == "Thank you."
    (survey.directory / "farewell.txt").write_bytes(b"\xff\xfe")
    refused = survey.call("freeze", "--notice-file", "farewell.txt")
    assert (refused.status, "not text in UTF-8" in refused.err) == (2, True)
    missing = survey.call("freeze", "--notice-file", "missing.txt")
    assert missing.err.count("\n") == 1
    os.mkfifo(survey.directory / "pipe")
    pipe = survey.call("freeze", "--notice-file", "pipe")
    assert (pipe.status, "it is a named pipe" in pipe.err) == (2, True)


def test_only_publishers_end_the_survey(survey: SurveyInProcess) -> None:
    refused = survey.call(
        "freeze", "--reviewer", "bo", "--yes", LIVING_SURVEY_PUBLISH__PUBLISHERS='["ada"]'
    )
    assert refused.status == 2
    assert "bo may not end the survey" in refused.err


def test_undo_with_a_day_is_wrong_use(survey: SurveyInProcess) -> None:
    assert survey.call("freeze", "--undo", "--on", DAY).status == 2
    assert survey.call("freeze", "--notice", "a", "--notice-file", "b").status == 2
