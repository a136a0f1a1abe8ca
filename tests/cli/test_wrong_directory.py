"""A command in a directory without a database, or that was removed, refuses and creates nothing."""

from pathlib import Path

import pytest

from pipeline.cli.main import all_commands
from tests.support.cli import call_in_process

#: starts a survey, or brings papers in and so may create the database
CREATES = {"init", "start", "bootstrap", "run", "fetch", "backfill", "import", "add"} | {
    "demo",
    "replica",
}
#: works without a database
NEEDS_NONE = {
    "doctor", "model list", "model show", "reasons", "sections", "taxonomy check", "taxonomy diff",
    "lint", "alerts test", "schedule", "api",
}  # fmt: skip
ARGUMENTS = {
    "decide": ["2603.00001", "reject", "--reason", "other"],
    "why": ["2603.00001"],
    "trace": ["2603.00001"],
    "export": ["--format", "ris"],
    "restore": ["missing.duckdb"],
    "ledger accept": ["2026-03-17", "--because", "no mailing"],
    "model diff": ["old", "new"],
    "taxonomy diff": ["built-in", "built-in"],
    "taxonomy migrate": ["new.toml"],
    "subscribers add": ["ada@example.org"],
    "subscribers remove": ["ada@example.org"],
    "subscribers import": ["people.csv"],
    "subscribers allow": ["ada@example.org"],
    "alerts accept": ["backup", "--reason", "copied by hand"],
    "mail close": ["2026-W12"],
    "mail preview": ["previews"],
    "mail resolve": ["issue-2026-W12-1", "--sent"],
    "mail test": ["ada@example.org"],
    "mail suppress": ["ada@example.org"],
    "release": ["1.0", "release", "--license", "CC-BY-4.0"],
    "handover": ["bundle.tar"],
    "suggestions show": ["missing-paper:2603.00001"],
    "suggestions apply": ["3f0c5d1e"],
    "suggestions refuse": ["3f0c5d1e", "--because", "It edits."],
    "suggestions close": ["3f0c5d1e", "--because", "Spam."],
    "suggestions answer": ["3f0c5d1e", "--text", "Which dataset?"],
    "suggestions import": ["issues.json"],
    "ruling show": ["2603.00001"],
    "ruling add": ["2603.00001", "--because", "It plans."],
    "ruling withdraw": ["2603.00001"],
    "rule replay": ["a-rule"],
    "rule enable": ["a-rule"],
    "rule disable": ["a-rule"],
    "rule undo": ["a-rule"],
    "second-look confirm": ["2603.00001"],
    "reviewer add": ["ada"],
    "reviewer role": ["ada", "admin"],
    "reviewer password": ["ada"],
    "reviewer enable": ["ada"],
    "reviewer disable": ["ada"],
    "reviewer logout": ["ada"],
    "mcp": [],
    "team assign": ["--section", "agents", "--to", "ada"],
    "team away": ["ada"],
    "token create": ["--scope", "read"],
    "token revoke": ["4f1d09ab33c2"],
}
#: without these a command says first what it is not set up for
SETTINGS = {
    "ENRICH__KINDS": '["venue"]',
    "ENRICH__MAILTO": "ada@example.org",
    "TRANSLATE__URL": "http://127.0.0.1:9/v1",
    "TRANSLATE__MODEL": "a-model",
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for key in ("OAI_URL", "RSS_URL", "QUERY_URL"):
        monkeypatch.setenv(f"LIVING_SURVEY_ARXIV__{key}", "http://127.0.0.1:9/")
    for key, value in SETTINGS.items():
        monkeypatch.setenv(f"LIVING_SURVEY_{key}", value)


@pytest.mark.parametrize("name", sorted(all_commands().keys() - CREATES - NEEDS_NONE))
def test_command_refuses_a_directory_without_a_database(name: str, tmp_path: Path) -> None:
    ended = call_in_process(*name.split(), *ARGUMENTS.get(name, ()))
    assert ended.exit_code != 0
    assert "no database" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted(NEEDS_NONE))
def test_command_without_need_of_a_database_creates_nothing(name: str, tmp_path: Path) -> None:
    call_in_process(*name.split(), *ARGUMENTS.get(name, ()))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "argv",
    [
        ("quarantine",),
        ("quarantine", "--json"),
        ("quarantine", "--limit", "3"),
        ("quarantine", "--json", "list"),
        ("quarantine", "--json", "retry"),
        ("quarantine", "retry", "--json"),
        ("quarantine", "collect"),
    ],
)
def test_quarantine_takes_options_before_its_command(argv: tuple[str, ...]) -> None:
    ended = call_in_process(*argv)
    assert ended.exit_code == 2
    assert "There is no database" in ended.stderr


@pytest.mark.parametrize("argv", [("queue",), ("queue", "--json"), ("doctor",), ("serve",)])
def test_command_says_that_its_directory_was_removed(
    argv: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = tmp_path / "removed"
    removed.mkdir()
    monkeypatch.chdir(removed)
    removed.rmdir()
    ended = call_in_process(*argv)
    assert ended.exit_code == 1
    assert ended.stderr == (
        "living-survey: The working directory no longer exists. Change to one that exists.\n"
    )
