"""`suggestions` as its users call it: import, look up, answer."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.store import store_opener
from storage.suggestion_types import SuggestionState
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess, survey_in_process

HOSTILE = "\x1b[31mred\x1b]0;title\x07 [click](javascript:alert(1)) =1+1 \u202eeve"


def issue(number: int, body: str, **more: object) -> dict[str, object]:
    return {
        "number": number,
        "title": "Suggestion: ",
        "body": body,
        "author": {"login": "ada"},
        "state": "OPEN",
        "url": f"https://github.com/o/r/issues/{number}",
        **more,
    }


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    made = survey_in_process(tmp_path, url="http://127.0.0.1:9", now="2026-03-20T12:00:00Z")
    assert made.call("init").status == 0
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        store.papers.upsert([make_paper()], seen_at=datetime(2026, 3, 17, tzinfo=UTC))
        store.decisions.add([make_decision()])
    return made


def put(survey: SurveyInProcess, *issues: dict[str, object]) -> str:
    path = survey.directory / "issues.json"
    path.write_text(json.dumps(list(issues)), encoding="utf-8")
    return str(path)


def test_issues_are_imported_once(survey: SurveyInProcess) -> None:
    file = put(
        survey,
        issue(1, "### arXiv ID\n\n2603.00009\n\n### Why\n\nIt edits."),
        issue(2, "### What is it about?\n\nWrong section\n\n### arXiv ID\n\n2603.00001\n\n"
              "### Section\n\nMultimodal agents"),
        issue(3, "The link is broken."),
        issue(4, "### arXiv ID\n\n2603.00008", state="CLOSED"),
    )  # fmt: skip
    first = survey.json("suggestions", "import", file)
    assert (len(first["stored"]), first["already"]) == (2, 0)
    assert [one["why"] for one in first["left_out"]] == ["other"]
    again = survey.json("suggestions", "import", file)
    assert (again["stored"], again["already"]) == ([], 2)
    edited = put(survey, issue(1, "### arXiv ID\n\n2603.00009\n\n### Why\n\nIt really edits."))
    assert survey.json("suggestions", "import", edited)["stored"] == []
    listed = survey.json("suggestions")["cases"]
    assert {one["arxiv_id"] for one in listed} == {"2603.00001", "2603.00009"}


def test_maildir_and_mbox_are_imported_once(survey: SurveyInProcess) -> None:
    mail = (
        b"From: Ada <ada@example.org>\nSubject: Two papers\nMessage-ID: <7@x>\n\n"
        b"Please add 2603.00007 and https://arxiv.org/abs/2603.00008v1.\n"
    )
    new = survey.directory / "box" / "new"
    new.mkdir(parents=True)
    (new / "1").write_bytes(mail)
    assert len(survey.json("suggestions", "import", "box")["stored"]) == 2
    assert survey.json("suggestions", "import", "box")["stored"] == []
    (survey.directory / "list.mbox").write_bytes(b"From ada Mon Mar 16 09:00:00 2026\n" + mail)
    report = survey.json("suggestions", "import", "list.mbox")
    assert (report["stored"], report["already"]) == ([], 2)


def test_hostile_issue_is_inert_in_the_terminal(survey: SurveyInProcess) -> None:
    body = f"### arXiv ID\n\n2603.00009\n\n### Why\n\n{HOSTILE}\n\n### Your name\n\n{HOSTILE}"
    file = put(survey, issue(1, body, title=HOSTILE))
    survey.call("suggestions", "import", file)
    for words in (("suggestions",), ("suggestions", "show", "missing-paper:2603.00009")):
        for ended in (survey.call(*words), survey.call(*words, "--json")):
            assert ended.status == 0
            assert not any(one in ended.out for one in "\x1b\x07\u202e")


def test_correction_is_applied_and_undone(survey: SurveyInProcess) -> None:
    body = (
        "### What is it about?\n\nWrong section\n\n### arXiv ID\n\n2603.00001\n\n"
        "### Section\n\nMultimodal agents"
    )
    [key] = survey.json("suggestions", "import", put(survey, issue(1, body)))["stored"]
    by_case = survey.call("suggestions", "apply", "wrong-section:2603.00001")
    assert by_case.status == 2
    assert "`living-survey suggestions show CASE`" in by_case.err
    assert survey.call("suggestions", "apply", key, "--reviewer", "grace").status == 0
    with store_opener(survey.directory / "var/survey.duckdb")() as store:
        assert store.decisions.standing(["2603.00001"])["2603.00001"].sections == ("agents",)
    assert survey.call("suggestions", "apply", key).status == 2
    assert survey.call("suggestions", "apply", key, "--undo").status == 0
    with store_opener(survey.directory / "var/survey.duckdb")() as store:
        assert store.decisions.standing(["2603.00001"])["2603.00001"].sections != ("agents",)


def test_case_is_answered_and_closed(survey: SurveyInProcess) -> None:
    survey.call("suggestions", "import", put(survey, issue(1, "2603.00009")))
    case = "missing-paper:2603.00009"
    assert survey.call("suggestions", "answer", case, "--text", "Thank you.").status == 0
    assert survey.call("suggestions", "close", case, "--because", "No such paper.").status == 0
    [shown] = survey.json("suggestions", "show", case)["suggestions"]
    assert (shown["state"], shown["answer"]) == ("closed", "Thank you.")
    assert survey.call("suggestions").out.strip() == "No suggestion waits."
    assert survey.call("suggestions", "close", case, "--because", "Again.").status == 2


@pytest.mark.parametrize(
    "paper",
    ["https://arxiv.org/abs/2603.00009v2", "arXiv:2603.00009", "10.48550/arXiv.2603.00009"],
)
def test_case_names_its_paper_in_any_notation(survey: SurveyInProcess, paper: str) -> None:
    survey.call("suggestions", "import", put(survey, issue(1, "2603.00009")))
    case = f"missing-paper:{paper}"
    [shown] = survey.json("suggestions", "show", case)["suggestions"]
    assert shown["arxiv_id"] == "2603.00009"
    assert survey.call("suggestions", "answer", case, "--text", "Thank you.").status == 0
    assert survey.call("suggestions", "close", case, "--because", "No such paper.").status == 0
    unknown = survey.call("suggestions", "show", f"withdrawn:{paper}")
    assert unknown.status == 1
    assert "There is no suggestion" in unknown.err


def test_doctor_and_status_say_how_long_people_wait(survey: SurveyInProcess) -> None:
    survey.call(
        "suggestions", "import", put(survey, issue(1, "2603.00009"), issue(2, "2603.00008"))
    )
    later = {"LIVING_SURVEY_NOW": "2026-03-29T13:00:00Z"}
    assert "2 suggestions wait, the oldest 9 days" in survey.call("status", **later).out
    assert "2 suggestions wait, the oldest 9 days" in survey.call("doctor", **later).out


def test_form_is_printed_as_it_is_committed(survey: SurveyInProcess) -> None:
    printed = survey.call("suggestions", "form", "--language", "zh").out
    assert printed.startswith("name: ")
    assert "    id: arxiv_id\n" in printed
    assert survey.json("suggestions", "form")["form"].startswith("name: ")


@pytest.mark.parametrize("source", ["nothing.json", "var"])
def test_what_cannot_be_imported_is_said(survey: SurveyInProcess, source: str) -> None:
    ended = survey.call("suggestions", "import", source)
    assert ended.status == 2
    assert "Traceback" not in ended.err


def test_state_words_are_those_of_the_view(survey: SurveyInProcess) -> None:
    for state in SuggestionState:
        assert survey.call("suggestions", "list", "--state", state.value).status == 0
