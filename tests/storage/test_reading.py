"""Reading beside readers: shared leases, and what still needs the file alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from config.locks import LockHeldError, file_lock
from storage.engine.lease import lease
from storage.engine.manifest import read_manifest, write_manifest
from storage.engine.migrate import known_migrations, migrate
from storage.engine.paths import gate_path
from storage.engine.session import Session
from storage.errors import SchemaVersionError, StoreBusyError, StoreDamagedError
from storage.store import OpenStore, store_opener, store_reader
from tests.support.builders import make_paper
from tests.support.storage import database, lines_of, opener, start_process

PLAIN_READER = """
    import sys, duckdb
    connection = duckdb.connect(sys.argv[1], read_only=True)
    print(connection.execute("SELECT count(*) FROM paper").fetchone()[0], flush=True)
    sys.stdin.read()
"""
OUR_READER = """
    import sys
    from pathlib import Path
    from storage.store import store_reader
    with store_reader(Path(sys.argv[1]), busy_timeout_seconds=600)() as store:
        print(store.papers.count(), flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def held(tmp_path: Path, now: datetime) -> Path:
    """The path of a database with one paper."""
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=now)
    return database(tmp_path)


@pytest.mark.parametrize("script", [PLAIN_READER, OUR_READER])
def test_readers_of_several_processes_read_together(held: Path, script: str) -> None:
    with start_process(script, str(held)) as process:
        assert next(lines_of(process)) == "1"
        with store_reader(held, busy_timeout_seconds=0)() as store:
            assert store.papers.count() == 1
        with pytest.raises(StoreBusyError, match=str(process.pid)) as caught:
            _write(store_opener(held, busy_timeout_seconds=0.05))
        assert caught.value.exit_status == 75
        process.kill()
    _write(store_opener(held, busy_timeout_seconds=600))


def test_a_timeout_behind_readers_says_so(held: Path) -> None:
    with start_process(OUR_READER, str(held)) as process:
        assert next(lines_of(process)) == "1"
        said = rf"by process {process.pid} \(python"
        with pytest.raises(StoreBusyError, match=said):
            _write(store_opener(held, busy_timeout_seconds=0.05))
        process.kill()


def test_committed_rows_in_the_wal_are_read_and_left_there(held: Path) -> None:
    wal = held.with_name(held.name + ".wal")
    script = """
        import os, sys, duckdb
        connection = duckdb.connect(":memory:")
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute(f"ATTACH '{sys.argv[1]}' AS survey")
        connection.execute("INSERT INTO survey.source_cursor VALUES ('a', 'b', now()::TIMESTAMP)")
        os._exit(0)
    """
    with start_process(script, str(held)) as process:
        process.wait()
        assert process.returncode == 0, process.stderr and process.stderr.read()
    before = wal.read_bytes()
    with store_reader(held)() as store:
        assert store.cursors.get("a") == "b"
    assert wal.read_bytes() == before


def test_reading_writes_nothing(held: Path) -> None:
    before = held.read_bytes(), held.stat().st_mtime_ns
    open_store = store_reader(held)
    with open_store() as store:
        assert store.papers.count() == 1
    with open_store() as store, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        store.cursors.save("a", "b", datetime(2026, 3, 17, tzinfo=UTC))
    assert (held.read_bytes(), held.stat().st_mtime_ns) == before


def test_threads_read_at_the_same_time(held: Path) -> None:
    open_store = store_reader(held, busy_timeout_seconds=600)
    together = threading.Barrier(3, timeout=60)

    def read() -> int:
        with open_store() as store:
            together.wait()
            return store.papers.count()

    with ThreadPoolExecutor(3) as pool:
        assert [each.result() for each in [pool.submit(read) for _ in range(3)]] == [1, 1, 1]


def test_a_waiting_writer_gets_its_turn_before_new_readers(held: Path) -> None:
    order: list[str] = []
    with lease(held, timeout_seconds=0, shared=True):
        writer = threading.Thread(target=_take, args=(held, order, "writer", False))
        writer.start()
        while _gate_is_free(held):
            pass
        reader = threading.Thread(target=_take, args=(held, order, "reader", True))
        reader.start()
        assert order == []
    writer.join(60)
    reader.join(60)
    assert order == ["writer", "reader"]


def test_reader_makes_a_missing_database_and_upgrades_an_old_one(tmp_path: Path) -> None:
    with store_reader(tmp_path / "new.duckdb")() as store:
        assert store.papers.count() == 0
    with duckdb.connect(str(database(tmp_path))) as connection:
        migrate(Session(connection), known_migrations()[:-1])
    with store_reader(database(tmp_path))() as store:
        assert store.papers.count() == 0


def test_upgrade_beside_a_reader_says_what_it_waits_for(held: Path) -> None:
    with duckdb.connect(str(held)) as connection:
        connection.execute("DELETE FROM schema_migration WHERE version > 8")
    with start_process(PLAIN_READER, str(held)) as process:
        assert next(lines_of(process)) == "1"
        said = rf"process {process.pid} .*this version must upgrade the database first"
        with pytest.raises(StoreBusyError, match=said):
            _write(store_reader(held, busy_timeout_seconds=0.05))
        process.kill()


def test_reader_refuses_a_newer_schema_and_lost_rows(held: Path) -> None:
    manifest = read_manifest(held)
    assert manifest is not None
    write_manifest(held, type(manifest)(manifest.generation + 1, 2, 0, 0))
    with pytest.raises(StoreDamagedError, match="lost its last 1 writes"):
        _read(store_reader(held))
    write_manifest(held, manifest)
    with duckdb.connect(str(held)) as connection:
        connection.execute("INSERT INTO schema_migration VALUES (99, 'later', now()::TIMESTAMP)")
    with pytest.raises(SchemaVersionError, match="schema 99"):
        _read(store_reader(held))


def _read(open_store: OpenStore) -> int:
    with open_store() as store:
        return store.papers.count()


def _write(open_store: OpenStore) -> None:
    with open_store():
        pass


def _take(path: Path, order: list[str], name: str, shared: bool) -> None:  # noqa: FBT001
    with lease(path, timeout_seconds=60, shared=shared):
        order.append(name)


def _gate_is_free(path: Path) -> bool:
    try:
        with file_lock(gate_path(path), timeout_seconds=0, shared=True):
            return True
    except LockHeldError:
        return False
