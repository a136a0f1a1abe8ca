"""Answering the ledger's alarm from the terminal."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from storage.store import store_opener
from storage.types import Announcement, AnnounceType
from tests.support.arxiv import noon
from tests.support.cli import SurveyInProcess, survey_in_process

TUESDAY = date(2026, 3, 17)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """Tuesday's feeds announced a paper in two categories that is not stored."""
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("init").status == 0
    categories = ("cs.CL", "cs.CV")
    paper = Announcement(TUESDAY, "2603.00001", 1, AnnounceType.NEW, "Kettles", categories)
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        store.announcements.add(
            TUESDAY, categories, [paper], checked_at=noon(TUESDAY), calendar_quiet=False
        )
    return survey


def test_accepted_day_is_said_and_listed(survey: SurveyInProcess) -> None:
    because = ("--because", "arXiv removed it", "--reviewer", "ada")
    accepted = survey.call("ledger", "accept", "2026-03-17", *because)

    assert (accepted.status, accepted.err) == (0, "")
    assert accepted.out == "2026-03-17 (cs.CL, cs.CV) accepted by ada, with 1 missing paper\n"
    listed = survey.call("ledger", "list").out
    assert listed.count("ada, 2026-03-20: arXiv removed it") == 2
    [one, other] = survey.json("ledger", "list")["accepted"]
    assert (one["category"], other["category"]) == ("cs.CL", "cs.CV")
    doctor = survey.call("doctor").out
    assert "is accepted by ada since 2026-03-20: arXiv removed it." in doctor


def test_withdrawn_acceptance_is_reported_again(survey: SurveyInProcess) -> None:
    before = survey.call("doctor").out
    survey.call("ledger", "accept", "2026-03-17", "--because", "removed", "--reviewer", "ada")

    one = survey.call(
        "ledger", "accept", "2026-03-17", "--category", "cs.CV", "--withdraw", "--reviewer", "bo"
    )
    assert one.out == "2026-03-17 (cs.CV) is no longer accepted; taken back by bo\n"
    assert [each["category"] for each in survey.json("ledger", "list")["accepted"]] == ["cs.CL"]

    rest = survey.call("ledger", "accept", "2026-03-17", "--withdraw", "--reviewer", "bo")
    assert rest.out == "2026-03-17 (cs.CL) is no longer accepted; taken back by bo\n"
    assert survey.call("doctor").out == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("2026-03-17",), "The reason is missing."),
        (("2026-03-16", "--because", "x"), "The ledger has no 2026-03-16."),
        (("2026-03-17", "--withdraw"), "2026-03-17 is not accepted."),
        (("2026-03-17", "--withdraw", "--because", "x"), "--because and --withdraw exclude"),
        (("Tuesday", "--because", "x"), "'Tuesday' does not match the formats"),
    ],
)
def test_what_cannot_be_accepted_is_one_line(
    survey: SurveyInProcess, options: tuple[str, ...], says: str
) -> None:
    ended = survey.call("ledger", "accept", *options)

    assert (ended.status, ended.out) == (2, "")
    assert says in ended.err
    assert ended.err.count("\n") == 1
