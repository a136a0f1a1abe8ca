"""A database that is gone is missing, never a new survey."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.engine.paths import manifest_path, restoring_path, wal_path
from tests.support.cli import SurveyInProcess, survey_in_process

NOW = "2026-03-17T12:00:00Z"
COMMANDS = (
    ("init",),
    ("run",),
    ("fetch",),
    ("fetch", "--replay", "."),
    ("backfill", "--from", "2026-03-01", "--until", "2026-03-02"),
    ("add", "2603.00001"),
    ("status",),
    ("queue",),
    ("decide", "2603.00001", "reject", "--reason", "other"),
    ("undo",),
    ("digest", "--week", "2026-W10"),
    ("train",),
    ("serve",),
    ("backup",),
    ("quarantine",),
)


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW)
    assert survey.call("init").status == 0
    return survey


def database(survey: SurveyInProcess) -> Path:
    return survey.directory / "var" / "survey.duckdb"


def remove(survey: SurveyInProcess) -> None:
    database(survey).unlink()
    manifest_path(database(survey)).unlink()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_names_a_missing_database(survey: SurveyInProcess, words: tuple[str, ...]) -> None:
    database(survey).unlink()
    ended = survey.call(*words)
    assert ended.status == 1
    assert f"{database(survey)} is missing" in ended.err
    assert "restore" in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not database(survey).exists()


def _wal(survey: SurveyInProcess) -> Path:
    wal_path(database(survey)).write_bytes(b"committed")
    return wal_path(database(survey))


def _kept(survey: SurveyInProcess) -> Path:
    kept = database(survey).with_name("survey.duckdb.replaced-20260317T120000Z")
    kept.write_bytes(b"kept")
    return kept


def _restoring(survey: SurveyInProcess) -> Path:
    restoring_path(database(survey)).write_bytes(b"copy")
    return restoring_path(database(survey))


def _archive(survey: SurveyInProcess) -> Path:
    archive = survey.directory / "var" / "archive"
    archive.mkdir()
    (archive / "response.gz").write_bytes(b"")
    return archive


def _models(survey: SurveyInProcess) -> Path:
    models = survey.directory / "var" / "models"
    models.mkdir()
    (models / "current").write_text("tfidf-1\n")
    return models


@pytest.mark.parametrize("leave", [_wal, _kept, _restoring, _archive, _models])
def test_any_trace_of_a_survey_prevents_a_new_one(
    survey: SurveyInProcess, leave: Callable[[SurveyInProcess], Path]
) -> None:
    remove(survey)
    left = leave(survey)
    for words in (("run",), ("status",), ("init",)):
        ended = survey.call(*words)
        assert ended.status == 1
        assert str(left) in ended.err
    [finding] = [
        found
        for found in survey.call("doctor", "--json").document["findings"]
        if found["check"] == "database"
    ]
    assert str(left) in finding["what"]
    assert not database(survey).exists()
    told = survey.call("init", "--new-database")
    assert told.status == 0
    assert survey.call("status").status == 0
    if leave is not _wal:
        assert left.exists() or leave is _restoring


def test_kept_file_is_named_as_the_remedy(survey: SurveyInProcess) -> None:
    kept = database(survey).with_name("survey.duckdb.replaced-20260317T120000Z")
    database(survey).rename(kept)
    ended = survey.call("run")
    assert ended.status == 1
    assert f"`living-survey restore {kept}`" in ended.err
    assert survey.call("restore", str(kept)).status == 0
    assert survey.call("status").status == 0


def test_directory_without_traces_starts_a_survey(survey: SurveyInProcess) -> None:
    remove(survey)
    assert "There is no database" in survey.call("status").err
    assert survey.call("init").status == 0


def test_new_database_keeps_the_former_manifest(survey: SurveyInProcess) -> None:
    manifest = manifest_path(database(survey)).read_bytes()
    database(survey).unlink()
    assert survey.call("init", "--new-database").status == 0
    [kept] = database(survey).parent.glob("survey.duckdb.replaced-*.manifest.json")
    assert kept.read_bytes() == manifest


def test_link_to_an_absent_disk_is_not_filled(survey: SurveyInProcess, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    shutil.move(database(survey), disk / "real.duckdb")
    database(survey).symlink_to(disk / "real.duckdb")
    assert survey.call("status").status == 0
    disk.rename(tmp_path / "unmounted")
    for words in (("run",), ("status",), ("init",)):
        ended = survey.call(*words)
        assert ended.status == 1
        assert "which does not exist" in ended.err
    assert not disk.exists()
