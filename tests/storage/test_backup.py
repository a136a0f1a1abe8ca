import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from storage.backup import back_up
from storage.engine.lease import only_backup
from storage.engine.manifest import read_manifest, take_manifest
from storage.engine.paths import backup_part_path, manifest_path, wal_path
from storage.errors import (
    ForeignDatabaseError,
    SchemaVersionError,
    StorageError,
    StoreBusyError,
    StoreDamagedError,
)
from storage.restore import restore
from storage.store import store_opener
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.storage import lines_of, start_process

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
IDS = ["2603.00001", "2603.00002"]
HOLDER = """
    import sys, duckdb
    connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
    print("held", flush=True)
    sys.stdin.read()
"""
KILLED = """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from storage.store import store_opener
    from tests.support.builders import make_paper
    with store_opener(Path(sys.argv[1]))() as store:
        store.papers.upsert([make_paper("2603.00002")], seen_at=datetime.now(UTC))
        os.kill(os.getpid(), 9)
"""


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
    restored = restore(safe, database, now=NOW, busy_timeout_seconds=600, force=True)
    assert held(database) == {IDS[0]}
    assert restored.kept is not None
    assert held(restored.kept) == set(IDS)
    assert [p.name for p in safe.parent.iterdir()] == ["copy.duckdb"]


def test_two_restores_in_one_second_keep_both_files(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    with store_opener(database)() as store:
        store.papers.upsert([make_paper(IDS[1])], seen_at=NOW)
    kept = [
        restore(safe, database, now=NOW, busy_timeout_seconds=600, force=True).kept
        for _ in range(3)
    ]
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


KILLED_IN_BACKUP = """
    import os, sys
    from pathlib import Path
    import storage.backup
    storage.backup.copy_database = lambda _, part: (part.write_bytes(b"half"), os.kill(0, 9))
    os.setsid()
    storage.backup.back_up(Path(sys.argv[1]), Path(sys.argv[2]), busy_timeout_seconds=600)
"""


def test_next_backup_clears_the_part_of_a_killed_one(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "safe"
    with start_process(KILLED_IN_BACKUP, str(database), str(safe / "monday.duckdb")) as process:
        process.wait(600)
    [part] = safe.iterdir()
    assert part.read_bytes() == b"half"
    back_up(database, safe / "tuesday.duckdb", busy_timeout_seconds=600)
    assert [path.name for path in safe.iterdir()] == ["tuesday.duckdb"]


def test_backups_of_two_surveys_share_a_directory(database: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / database.name
    assert backup_part_path(database, tmp_path / "a") != backup_part_path(other, tmp_path / "a")


def test_second_backup_at_the_same_time_waits(database: Path, tmp_path: Path) -> None:
    with (
        only_backup(database, timeout_seconds=600),
        pytest.raises(StoreBusyError, match="Another backup"),
    ):
        back_up(database, tmp_path / "copy.duckdb", busy_timeout_seconds=0)
    back_up(database, tmp_path / "copy.duckdb", busy_timeout_seconds=0.0)


@pytest.mark.parametrize("suffix", [".wal", ".wal.checkpoint", ".run-lock", ".restoring", ".tmp"])
def test_backup_takes_no_name_of_the_database(database: Path, tmp_path: Path, suffix: str) -> None:
    """DuckDB would take the backup for its WAL."""
    (tmp_path / "folder").mkdir()
    for directory in (tmp_path, tmp_path / "folder" / ".."):
        target = directory / (database.name + suffix)
        with pytest.raises(StorageError, match="of the database itself"):
            back_up(database, target, busy_timeout_seconds=600)
        assert not target.exists()
    back_up(database, tmp_path / f"{database.name}.bak", busy_timeout_seconds=600)


def test_backup_beside_a_foreign_wal_is_whole_and_alone(database: Path, tmp_path: Path) -> None:
    """DuckDB passes over a WAL with a wrong first byte and leaves it where it is."""
    wal_path(database).write_bytes(b"no WAL at all")
    safe = tmp_path / "safe"
    made = back_up(database, safe / "copy.duckdb", busy_timeout_seconds=600)
    assert made.papers == 1
    assert [path.name for path in safe.iterdir()] == ["copy.duckdb"]


def test_backup_and_restore_commands(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    assert survey.call("backup").status == 1  # nothing to back up yet
    survey.json("init")
    made = survey.json("backup")
    assert Path(made["path"]).parent == tmp_path / "var" / "backups"
    restored = survey.json("restore", made["path"])
    assert Path(restored["kept"]).exists()
    assert survey.call("status").status == 0


@contextmanager
def open_elsewhere(path: Path, mode: str) -> Iterator[int]:
    """Have the file open in another program, as an analyst has; yield its PID."""
    with start_process(HOLDER, str(path), mode) as process:
        assert next(lines_of(process)) == "held"
        yield process.pid
        process.kill()


def damaged_block(database: Path) -> Callable[[], None]:
    """Flip a bit of the abstracts; return what flips it back."""
    with store_opener(database)() as store:
        papers = [make_paper(f"2604.{n:05d}", abstract=f"Abstract {n}") for n in range(500)]
        store.papers.upsert(papers, seen_at=NOW)
        store.checkpoint()
        [(block,)] = store._session.rows(
            "SELECT max(block_id) FROM pragma_storage_info('paper') WHERE column_name = 'abstract'"
        )
    place = 3 * 4096 + block * 262_144 + 1000

    def flip() -> None:
        with database.open("r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 4]))

    flip()
    return flip


def test_backup_reads_every_block(database: Path, tmp_path: Path) -> None:
    repair = damaged_block(database)
    target = tmp_path / "safe" / "copy.duckdb"
    with pytest.raises(StoreDamagedError, match=r"(?i)corrupt|checksum") as caught:
        back_up(database, target, busy_timeout_seconds=600)
    assert str(database) in caught.value.message
    assert "disk" not in caught.value.hint
    assert list(target.parent.iterdir()) == []
    repair()
    assert back_up(database, target, busy_timeout_seconds=600).papers == 501


def test_backup_on_a_bad_disk_names_the_copy(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(path: Path) -> None:
        os.truncate(path, path.stat().st_size // 2)

    monkeypatch.setattr("storage.backup.forget_cached", cut)
    with pytest.raises(StoreDamagedError, match="cannot be read back"):
        back_up(database, tmp_path / "copy.duckdb", busy_timeout_seconds=600)
    assert not (tmp_path / "copy.duckdb").exists()
    assert held(database) == {IDS[0]}


def test_restore_reads_every_block_before(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    damaged_block(database)
    shutil.copy(database, safe)
    shutil.copy(safe, tmp_path / "own.duckdb")
    before = database.read_bytes()
    with pytest.raises(StoreDamagedError, match=r"copy\.duckdb is damaged") as caught:
        restore(safe, database, now=NOW, busy_timeout_seconds=600)
    assert "Nothing was replaced" in caught.value.hint
    assert database.read_bytes() == before
    assert not list(tmp_path.glob("*restoring*"))


def test_damaged_database_is_replaced_and_kept(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    damaged_block(database)
    damaged = database.read_bytes()
    kept = restore(safe, database, now=NOW, busy_timeout_seconds=600).kept
    assert kept is not None
    assert kept.read_bytes() == damaged
    assert held(database) == {IDS[0]}


def test_restore_takes_the_wal_along(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    start_process(KILLED, str(database)).communicate(timeout=600)
    assert wal_path(database).exists()
    moved = tmp_path / "moved.duckdb"
    for source, target in ((database, moved), (wal_path(database), wal_path(moved))):
        shutil.copy(source, target)
    kept = restore(safe, database, now=NOW, busy_timeout_seconds=600, force=True).kept
    assert held(database) == {IDS[0]}
    assert kept is not None
    for source in (kept, moved):
        restore(source, database, now=NOW, busy_timeout_seconds=600)
        assert held(database) == set(IDS)


def test_kept_file_without_its_wal_is_refused(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    start_process(KILLED, str(database)).communicate(timeout=600)
    content = bytearray(wal_path(database).read_bytes())
    content[0] ^= 1  # so DuckDB opens the file without these rows
    wal_path(database).write_bytes(content)
    kept = restore(safe, database, now=NOW, busy_timeout_seconds=600).kept
    assert kept is not None
    assert wal_path(kept).read_bytes() == content
    with pytest.raises(StoreDamagedError, match="1 of 2 papers"):
        restore(kept, database, now=NOW, busy_timeout_seconds=600)
    assert held(database) == {IDS[0]}
    content[0] ^= 1
    wal_path(kept).write_bytes(content)
    restore(kept, database, now=NOW, busy_timeout_seconds=600)
    assert held(database) == set(IDS)


@pytest.mark.parametrize("mode", ["write", "read"])
def test_database_open_elsewhere_is_not_replaced(database: Path, tmp_path: Path, mode: str) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    with (
        open_elsewhere(database, mode) as pid,
        pytest.raises(StoreBusyError, match=rf"process {pid} ") as caught,
    ):
        restore(safe, database, now=NOW, busy_timeout_seconds=0.1)
    assert caught.value.exit_status == 75
    assert not list(tmp_path.glob("*.replaced-*"))
    assert restore(safe, database, now=NOW, busy_timeout_seconds=600).kept is not None


def test_backup_open_elsewhere_is_not_copied(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    with (
        open_elsewhere(safe, "write") as pid,
        pytest.raises(StoreBusyError, match=rf"copy\.duckdb is open in process {pid} "),
    ):
        restore(safe, database, now=NOW, busy_timeout_seconds=0.1)


def test_restore_writes_the_manifest(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    for present in (True, False):
        if not present:
            manifest_path(database).unlink()
        restore(safe, database, now=NOW, busy_timeout_seconds=600)
        with store_opener(database)() as store:
            assert read_manifest(database) == take_manifest(store._session)


def test_restore_keeps_a_symbolic_link(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    with store_opener(database)() as store:
        store.papers.upsert([make_paper(IDS[1])], seen_at=NOW)
    link = tmp_path / "var" / "linked.duckdb"
    link.parent.mkdir()
    link.symlink_to(Path("..") / database.name)
    kept = restore(safe, link, now=NOW, busy_timeout_seconds=600, force=True).kept
    assert link.is_symlink()
    assert kept is not None
    assert kept.parent == database.parent
    assert not kept.is_symlink()
    assert held(link) == held(database) == {IDS[0]}
    assert held(kept) == set(IDS)
    assert [each.name for each in link.parent.iterdir()] == [link.name]


def test_restore_keeps_the_permissions(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    database.chmod(0o600)
    restore(safe, database, now=NOW, busy_timeout_seconds=600)
    assert database.stat().st_mode & 0o777 == 0o600


def test_newer_schema_is_refused_before_anything_moves(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    with duckdb.connect(str(safe)) as newer:
        newer.execute("INSERT INTO schema_migration VALUES (99, 'future', now())")
    with pytest.raises(SchemaVersionError, match=r"copy\.duckdb cannot be restored"):
        restore(safe, database, now=NOW, busy_timeout_seconds=600)
    assert held(database) == {IDS[0]}
    assert not list(tmp_path.glob("*.re*-*"))


def test_inconsistent_backup_is_restored_only_if_told(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=600)
    with duckdb.connect(str(safe)) as edited:
        edited.execute("INSERT INTO paper FROM paper")
    with pytest.raises(StoreDamagedError, match="papers stored twice: 1") as caught:
        restore(safe, database, now=NOW, busy_timeout_seconds=600)
    assert "--accept-faults" in caught.value.hint
    restore(safe, database, now=NOW, busy_timeout_seconds=600, accept_faults=True)


@pytest.mark.parametrize("content", [b"not a database " * 1000, b"", b"hello"])
def test_file_that_is_no_database_is_named(database: Path, tmp_path: Path, content: bytes) -> None:
    text = tmp_path / "thesis.txt"
    text.write_bytes(content)
    with pytest.raises(ForeignDatabaseError, match=r"thesis\.txt is not a database") as caught:
        restore(text, database, now=NOW, busy_timeout_seconds=600)
    assert "`living-survey backup`" in caught.value.hint
    assert "restoring" not in str(caught.value)


def test_database_of_another_application_is_not_restored(database: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(theirs)) as other:
        other.execute("CREATE TABLE customers (name VARCHAR)")
    with pytest.raises(ForeignDatabaseError, match=r"theirs\.duckdb is not a survey"):
        restore(theirs, database, now=NOW, busy_timeout_seconds=600)


def test_database_can_be_restored_from_itself(database: Path) -> None:
    start_process(KILLED, str(database)).communicate(timeout=600)
    restore(database, database, now=NOW, busy_timeout_seconds=600)
    assert held(database) == set(IDS)
