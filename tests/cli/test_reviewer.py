"""`reviewer`: accounts, passwords, links and the trail from the command line."""

import io
import re
from pathlib import Path
from typing import Any

import pytest

from config.roles import Role
from pipeline.review.accounts.hashing import Hasher
from pipeline.review.accounts.tokens import digest
from tests.support.accounts import PASSWORD, Hands, Team
from tests.support.cli import Ended, SurveyInProcess
from tests.support.storage import opener


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    opener(tmp_path)  # makes the database
    return SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_DATABASE__PATH": "survey.duckdb",
            "LIVING_SURVEY_REVIEW__REVIEWER": "root",
        },
    )


def with_file(survey: SurveyInProcess, tmp_path: Path, *argv: str, text: str = PASSWORD) -> Ended:
    file = tmp_path / "secret"
    file.write_text(f"{text}\n", encoding="utf-8")
    return survey.call("reviewer", *argv, "--password-file", str(file))


def test_first_account_is_an_admins(survey: SurveyInProcess, tmp_path: Path) -> None:
    assert "one person reviews on this machine" in survey.call("reviewer").out
    refused = survey.call("reviewer", "add", "bo", "--link")
    assert refused.status == 2
    assert "reviewer add bo --role admin" in refused.err
    added = with_file(survey, tmp_path, "add", "ada", "--role", "admin")
    assert (added.status, added.out.strip()) == (0, "ada is added as admin.")
    with opener(tmp_path)() as store:
        hash_ = store.passwords.of("ada")
    assert Hasher().fits(hash_, PASSWORD)


def test_link_is_printed_once_and_stored_as_a_digest(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    with_file(survey, tmp_path, "add", "ada", "--role", "admin")
    document = survey.call("reviewer", "add", "bo", "--link", "--json").document
    token = re.fullmatch(r"http://127\.0\.0\.1:8765/password\?link=([\w-]{43})", document["link"])
    assert token is not None
    with opener(tmp_path)() as store:
        [link] = store.passwords.links().values()
        assert store.passwords.link(digest(token[1])) == link
        assert store.passwords.link(token[1]) is None
        assert token[1] not in str(store.trail.recent(99))
    assert link.account == "bo"
    again = survey.call("reviewer", "password", "bo", "--link", "--json").document
    assert again["link"] != document["link"]
    with opener(tmp_path)() as store:
        assert store.passwords.link(digest(token[1])) is None


def test_link_names_the_public_address(survey: SurveyInProcess, tmp_path: Path) -> None:
    with_file(survey, tmp_path, "add", "ada", "--role", "admin")
    public = SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_DATABASE__PATH": "survey.duckdb",
            "LIVING_SURVEY_REVIEW__HOSTS": "review.example.org",
        },
    )
    out = public.call("reviewer", "password", "ada", "--link").out
    assert "https://review.example.org/password?link=" in out


def test_password_is_read_from_standard_input(
    survey: SurveyInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\r\n"))
    added = survey.call("reviewer", "add", "ada", "--role", "admin", "--password-file", "-")
    assert added.status == 0
    with opener(tmp_path)() as store:
        assert Hasher().fits(store.passwords.of("ada"), PASSWORD)


def test_terminal_asks_twice_without_echo(
    survey: SurveyInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    answers = iter([PASSWORD, PASSWORD + "x", PASSWORD, PASSWORD])
    asked: list[str] = []

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr("getpass.getpass", getpass)
    different = survey.call("reviewer", "add", "ada", "--role", "admin")
    assert (different.status, "two different" in different.err) == (2, True)
    assert survey.call("reviewer", "add", "ada", "--role", "admin").status == 0
    assert asked == ["Password of ada: ", "The same again: "] * 2


def test_without_a_terminal_the_remedy_is_named(survey: SurveyInProcess) -> None:
    refused = survey.call("reviewer", "add", "ada", "--role", "admin")
    assert refused.status == 2
    assert "--link" in refused.err
    assert survey.call("reviewer", "list", "--json").document == {"accounts": []}


def test_weak_password_adds_no_account(survey: SurveyInProcess, tmp_path: Path) -> None:
    refused = with_file(survey, tmp_path, "add", "ada", "--role", "admin", text="password12345")
    assert refused.status == 2
    assert "guessed first" in refused.err
    assert "password12345" not in refused.err
    assert survey.call("reviewer", "list", "--json").document == {"accounts": []}


def test_password_is_no_argument(survey: SurveyInProcess) -> None:
    assert survey.call("reviewer", "add", "ada", "--password", PASSWORD).status == 2


def test_new_password_ends_sessions(survey: SurveyInProcess, tmp_path: Path) -> None:
    team = Team(opener(tmp_path), Hands())
    team.add("ada", Role.ADMIN)
    team.attempt("ada")
    listed = survey.call("reviewer", "list", "--json").document["accounts"]
    assert [one["sessions"] for one in listed] == [1]
    assert with_file(survey, tmp_path, "password", "ADA", text=PASSWORD + " two").status == 0
    listed = survey.call("reviewer", "list", "--json").document["accounts"]
    assert [(one["name"], one["sessions"]) for one in listed] == [("ada", 0)]


def test_only_admin_can_be_neither_disabled_nor_demoted(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    with_file(survey, tmp_path, "add", "ada", "--role", "admin")
    survey.call("reviewer", "add", "bo", "--link")
    for argv in (("disable", "ada"), ("role", "ada", "reviewer")):
        refused = survey.call("reviewer", *argv)
        assert refused.status == 2
        assert "only admin" in refused.err
    assert survey.call("reviewer", "role", "bo", "admin").out == "bo is now admin.\n"
    assert survey.call("reviewer", "disable", "ada").status == 0
    assert "already" in survey.call("reviewer", "disable", "ada").out
    assert survey.call("reviewer", "password", "ada", "--link").status == 2
    assert survey.call("reviewer", "enable", "ada").out == (
        "ada can log in again; its tokens stay ended.\n"
    )


@pytest.mark.parametrize(
    "argv",
    [("disable", "cy"), ("role", "cy", "admin"), ("password", "cy", "--link"), ("logout", "cy")],
)
def test_unknown_accounts_are_named(survey: SurveyInProcess, argv: tuple[str, ...]) -> None:
    refused = survey.call("reviewer", *argv)
    assert refused.status == 2
    assert "no account 'cy'" in refused.err


def test_every_act_is_in_the_trail(survey: SurveyInProcess, tmp_path: Path) -> None:
    with_file(survey, tmp_path, "add", "ada", "--role", "admin")
    survey.call("reviewer", "add", "bo", "--link")
    survey.call("reviewer", "role", "bo", "publisher")
    survey.call("reviewer", "disable", "bo")
    survey.call("reviewer", "enable", "bo")
    rows: list[dict[str, Any]] = survey.call("reviewer", "trail", "--json").document["trail"]
    assert [(one["act"], one["subject"], one["actor"]) for one in reversed(rows)] == [
        ("account.added", "ada", "root"),
        ("password.set", "ada", "root"),
        ("account.added", "bo", "root"),
        ("link.made", "bo", "root"),
        ("account.role", "bo", "root"),
        ("account.disabled", "bo", "root"),
        ("account.enabled", "bo", "root"),
    ]
    about = survey.call("reviewer", "trail", "--about", "bo", "--limit", "2").out.splitlines()
    assert [line.split()[2] for line in about] == ["account.enabled", "account.disabled"]
