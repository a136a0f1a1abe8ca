"""`lint` as a user calls it: findings by line, one document, annotations, fixes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import LivingSurveyError
from pipeline.cli.lint_files import write_fixed
from pipeline.curated.types import ListFile
from tests.support.builders import make_paper
from tests.support.cli import SurveyInProcess
from tests.support.lint import entry
from tests.support.storage import opener

KETTLES = "Copper Kettles Dream of Warm Steam"
LANTERNS = "Paper Lanterns Count the Moths of Summer"
HEAD = "# Contraptions\n\n## Boats\n\n"
TEXT = HEAD + entry(KETTLES, "2403.90001v2") + "\n" + entry(LANTERNS, "2403.90002")


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    (tmp_path / "list.md").write_text(TEXT, encoding="utf-8")
    return SurveyInProcess(tmp_path)


def test_findings_stand_in_columns(survey: SurveyInProcess) -> None:
    ended = survey.call("lint", "list.md")

    assert ended.status == 0
    head, line, *_ = ended.out.splitlines()
    assert line.startswith("list.md:5  warning  versioned-link  It links to 2403.90001v2")
    assert line.index("versioned-link") == head.index("rule")
    assert "2 entries: 1 warning; --fix fixes 1." in ended.out
    assert "there is no database: wrong-id" in ended.err


def test_status_is_one_for_errors_and_strict_warnings(survey: SurveyInProcess) -> None:
    assert survey.call("lint", "list.md", "--strict").status == 1
    (survey.directory / "list.md").write_text(
        HEAD + entry(KETTLES, "2403.90001") + "\n" + entry(LANTERNS, "2403.90001")
    )
    assert survey.call("lint", "list.md").status == 1


def test_json_is_one_document(survey: SurveyInProcess) -> None:
    document = survey.json("lint", "list.md")

    (one,) = document["findings"]
    assert (one["rule"], one["line"], one["level"]) == ("versioned-link", 5, "warning")
    assert document["levels"] == {"error": 0, "warning": 1, "note": 0}


def test_list_of_the_settings_is_the_default(survey: SurveyInProcess) -> None:
    (survey.directory / "living-survey.toml").write_text(
        '[survey]\nlist = "list.md"\n[lint]\nallow = ["versioned-link"]\n'
    )

    ended = survey.call("lint")

    assert (ended.status, "1 allowed" in ended.out) == (0, True)


def test_unknown_rule_in_the_settings_is_refused(survey: SurveyInProcess) -> None:
    (survey.directory / "living-survey.toml").write_text('[lint]\nallow = ["version-link"]\n')

    ended = survey.call("lint", "list.md")

    assert ended.status == 2
    assert "version-link, which is no rule" in ended.err
    assert "versioned-link" in ended.err


def test_diff_writes_nothing(survey: SurveyInProcess) -> None:
    ended = survey.call("lint", "list.md", "--diff")

    assert ended.out.startswith("--- a/list.md\n+++ b/list.md\n")
    assert (survey.directory / "list.md").read_text() == TEXT


def test_fix_writes_the_file_and_keeps_its_mode(survey: SurveyInProcess) -> None:
    path = survey.directory / "list.md"
    path.chmod(0o640)

    ended = survey.call("lint", "list.md", "--fix")

    assert (ended.status, "1 fixed" in ended.out) == (0, True)
    assert path.read_text() == TEXT.replace("90001v2", "90001")
    assert path.stat().st_mode & 0o777 == 0o640
    assert survey.json("lint", "list.md")["findings"] == []


def test_read_only_file_is_refused(survey: SurveyInProcess) -> None:
    path = survey.directory / "list.md"
    path.chmod(0o444)

    ended = survey.call("lint", "list.md", "--fix")

    assert (ended.status, "read-only" in ended.err) == (1, True)
    assert path.read_text() == TEXT


def test_file_changed_meanwhile_is_refused(survey: SurveyInProcess) -> None:
    path = survey.directory / "list.md"
    path.write_text(TEXT + "\nMore.\n")

    with pytest.raises(LivingSurveyError, match="was changed"):
        write_fixed([ListFile(str(path), TEXT.encode())], [ListFile(str(path), b"fixed")])

    assert path.read_text() == TEXT + "\nMore.\n"


HOSTILE = "Kettles ::error::x %0A \x1b[31m \u202e \r set, of: things"


def test_hostile_text_stays_in_its_annotation(survey: SurveyInProcess) -> None:
    name = "li,st:100%.md"
    (survey.directory / name).write_text(
        HEAD + f"- **{HOSTILE} One** `x` [[Paper](https://arxiv.org/abs/2403.9001)]\n",
        newline="",
    )

    ended = survey.call("lint", name, "--format", "github")

    lines = ended.out.splitlines()
    assert all(
        line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines
    )
    assert all("file=li%2Cst%3A100%25.md,line=" in line for line in lines)
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_hostile_title_of_the_database_does_not_break_output(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(TEXT, encoding="utf-8")
    with opener(tmp_path / "var")() as store:
        store.papers.upsert(
            [make_paper("2403.90002", title="Stone\n::error::Bridges \x1b[2J 100%")],
            seen_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
    survey = SurveyInProcess(tmp_path)

    plain = survey.call("lint", "list.md")
    github = survey.call("lint", "list.md", "--format", "github")

    assert (plain.status, github.status) == (1, 1)
    assert "wrong-id" in plain.out
    assert "\x1b" not in plain.out + github.out
    assert all(line.startswith(("::error f", "::warning f")) for line in github.out.splitlines())
    assert "100%25" in github.out


def test_rules_are_listed(survey: SurveyInProcess) -> None:
    ended = survey.call("lint", "--rules", "--json")

    assert {"code", "level", "needs", "finds", "fix"} <= json.loads(ended.out)[0].keys()


def test_file_that_is_no_text_is_one_sentence(survey: SurveyInProcess) -> None:
    (survey.directory / "list.md").write_bytes(b"# x\n\n- \xff\n")

    ended = survey.call("lint", "list.md")

    assert (ended.status, "not UTF-8" in ended.err) == (1, True)
