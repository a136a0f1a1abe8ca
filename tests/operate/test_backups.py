"""`backup --rotate` by command, and the last good backup where one is needed."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.engine.paths import manifest_path
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.storage import database, opener

SEEN = datetime(2026, 3, 14, tzinfo=UTC)
DAYS = ("2026-03-15T09:30:00Z", "2026-03-16T09:30:00Z", "2026-03-17T09:30:00Z")
KEEP_ONE = {
    "LIVING_SURVEY_BACKUP__KEEP_DAILY": "1",
    "LIVING_SURVEY_BACKUP__KEEP_WEEKLY": "0",
}


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    here = {
        "LIVING_SURVEY_DATABASE__PATH": "survey.duckdb",
        "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:1/oai",
        "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:1",
        "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:1/query",
    }
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=SEEN)
        store.decisions.add([make_decision("2603.00001")])
    return SurveyInProcess(tmp_path, here)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_rotation_keeps_what_the_settings_say(survey: SurveyInProcess) -> None:
    for day in DAYS[:-1]:
        assert survey.call("backup", LIVING_SURVEY_NOW=day).status == 0
    rotated = survey.json("backup", "--rotate", LIVING_SURVEY_NOW=DAYS[-1], **KEEP_ONE)
    assert names(survey.directory / "backups") == ["survey-20260317T093000Z.duckdb"]
    assert len(rotated["rotation"]["deleted"]) == 2


def test_backups_go_to_the_directory_of_the_settings(survey: SurveyInProcess) -> None:
    assert survey.call("backup", LIVING_SURVEY_BACKUP__DIRECTORY="safe").status == 0
    assert len(names(survey.directory / "safe")) == 1


def test_backups_of_one_second_do_not_collide(survey: SurveyInProcess) -> None:
    for _ in range(2):
        assert survey.call("backup", LIVING_SURVEY_NOW=DAYS[0]).status == 0
    assert names(survey.directory / "backups") == [
        "survey-20260315T093000Z.duckdb",
        "survey-20260315T093001Z.duckdb",
    ]


def test_rotation_takes_no_file(survey: SurveyInProcess) -> None:
    refused = survey.call("backup", "--rotate", "x.duckdb")
    assert refused.status == 2
    assert "--rotate" in refused.err


def test_failed_backup_deletes_none(survey: SurveyInProcess) -> None:
    assert survey.call("backup", LIVING_SURVEY_NOW=DAYS[0]).status == 0
    path = database(survey.directory)
    path.write_bytes(path.read_bytes()[:-4096] + bytes(4096))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    failed = survey.call("backup", "--rotate", LIVING_SURVEY_NOW=DAYS[-1], **KEEP_ONE)
    assert failed.status == 1
    assert names(survey.directory / "backups") == ["survey-20260315T093000Z.duckdb"]


@pytest.mark.parametrize("damage", ["truncated", "flipped", "gone", "older"])
def test_damage_names_the_last_good_backup(survey: SurveyInProcess, damage: str) -> None:
    path = database(survey.directory)
    earlier = path.read_bytes()
    assert survey.call("backup", LIVING_SURVEY_NOW=DAYS[0]).status == 0
    assert survey.call("backup", LIVING_SURVEY_NOW=DAYS[1]).status == 0
    good, newest = sorted((survey.directory / "backups").iterdir())
    newest.write_bytes(newest.read_bytes()[: newest.stat().st_size // 2])
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    elif damage == "flipped":
        content = bytearray(path.read_bytes())
        for place in range(0, len(content), 512):
            content[place] ^= 0x10
        path.write_bytes(content)
    elif damage == "gone":
        path.unlink()
    else:
        with opener(survey.directory)() as store:
            store.papers.upsert([make_paper("2603.00002")], seen_at=SEEN)
        path.write_bytes(earlier)
    for words in (("status",), ("doctor",)):
        said = survey.call(*words)
        assert said.status == 1
        text = said.out + said.err
        assert f"living-survey restore {good}" in text.replace("\n", " "), text
        assert "2026-03-15 09:30 UTC" in text
    restored = survey.call("restore", str(good))
    assert restored.status == 0, restored.err
    assert survey.json("status")["papers"] == 1


def test_damage_without_backup_says_so(survey: SurveyInProcess) -> None:
    path = database(survey.directory)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    said = survey.call("status")
    assert "There is no whole backup in" in said.err
    assert "backups" in said.err


def test_faults_of_a_backup_name_no_other(survey: SurveyInProcess, tmp_path: Path) -> None:
    assert survey.call("backup", LIVING_SURVEY_NOW=DAYS[0]).status == 0
    broken = tmp_path / "broken.duckdb"
    shutil.copy(database(survey.directory), broken)
    manifest_path(broken).unlink(missing_ok=True)
    broken.write_bytes(broken.read_bytes()[: broken.stat().st_size // 3])
    said = survey.call("restore", str(broken))
    assert said.status == 1
    assert "last good backup" not in said.err
