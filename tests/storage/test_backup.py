from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.engine.backup import back_up, restore
from storage.errors import StorageError, StoreDamagedError
from storage.store import store_opener
from tests.support.builders import make_decision, make_paper
from tests.support.cli import Survey

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
IDS = ["2603.00001", "2603.00002"]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "survey.duckdb"
    with store_opener(path)() as store:
        store.papers.upsert([make_paper(IDS[0])], seen_at=NOW)
        store.decisions.add([make_decision(IDS[0])])
    return path


def held(path: Path) -> set[str]:
    with store_opener(path)() as store:
        return store.papers.held(IDS)


def test_restore_keeps_the_replaced_file(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "safe" / "copy.duckdb"
    made = back_up(database, safe, busy_timeout_seconds=600)
    assert (made.papers, made.decisions) == (1, 1)
    with store_opener(database)() as store:
        store.papers.upsert([make_paper(IDS[1])], seen_at=NOW)
    restored = restore(safe, database, now=NOW, busy_timeout_seconds=600)
    assert held(database) == {IDS[0]}
    assert restored.kept is not None
    assert held(restored.kept) == set(IDS)
    assert [p.name for p in safe.parent.iterdir()] == ["copy.duckdb"]


def test_two_restores_in_one_second_keep_both_files(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    with store_opener(database)() as store:
        store.papers.upsert([make_paper(IDS[1])], seen_at=NOW)
    kept = [restore(safe, database, now=NOW, busy_timeout_seconds=600).kept for _ in range(3)]
    assert [held(path) for path in kept if path] == [set(IDS), {IDS[0]}, {IDS[0]}]


def test_wal_of_a_kept_file_is_not_reused(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    kept = restore(safe, database, now=NOW, busy_timeout_seconds=600).kept
    assert kept is not None
    kept.unlink()
    kept.with_name(kept.name + ".wal").write_bytes(b"of the file that was taken away")
    again = restore(safe, database, now=NOW, busy_timeout_seconds=600).kept
    assert again is not None
    assert not again.with_name(again.name + ".wal").exists()
    assert held(again) == {IDS[0]}


def test_backup_contains_rows_of_the_wal(database: Path, tmp_path: Path) -> None:
    with store_opener(database)() as store:
        store.papers.upsert([make_paper(IDS[1])], seen_at=NOW)
    assert back_up(database, tmp_path / "copy.duckdb", busy_timeout_seconds=600).papers == 2


def test_damaged_database_is_not_backed_up(database: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.duckdb"
    back_up(database, older, busy_timeout_seconds=600)
    with store_opener(database)() as store:
        store.papers.upsert([make_paper(IDS[1])], seen_at=NOW)
    database.write_bytes(older.read_bytes())  # an older file with the current manifest
    database.with_name(database.name + ".wal").unlink(missing_ok=True)
    with pytest.raises(StoreDamagedError, match="living-survey restore"):
        back_up(database, tmp_path / "copy.duckdb", busy_timeout_seconds=600)
    restore(older, database, now=NOW, busy_timeout_seconds=600)
    assert held(database) == {IDS[0]}


def test_invalid_backup_replaces_nothing(database: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "thesis.txt"
    foreign.write_text("not a database " * 1000)
    for source in (foreign, tmp_path / "gone.duckdb"):
        with pytest.raises(StorageError):
            restore(source, database, now=NOW, busy_timeout_seconds=600)
    with pytest.raises(StorageError, match="exists already"):
        back_up(database, foreign, busy_timeout_seconds=600)
    assert held(database) == {IDS[0]}
    assert foreign.read_text().startswith("not a database")


def test_backup_and_restore_commands(tmp_path: Path) -> None:
    survey = Survey(tmp_path)
    assert survey.call("backup").status == 1  # nothing to back up yet
    survey.json("init")
    made = survey.json("backup")
    assert Path(made["path"]).parent == tmp_path / "var" / "backups"
    restored = survey.json("restore", made["path"])
    assert Path(restored["kept"]).exists()
    assert survey.call("status").status == 0
