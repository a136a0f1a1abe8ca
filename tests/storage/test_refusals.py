import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from storage.backup import back_up
from storage.engine.paths import lock_path, manifest_path, wal_path
from storage.engine.session import Session
from storage.errors import DatabaseGoneError, ForeignDatabaseError, StorageError, StoreDamagedError
from storage.restore import restore
from storage.store import store_opener
from tests.support.builders import make_paper
from tests.support.cli import ROOT

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
_KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.support.builders import make_paper
from storage.store import store_opener
with store_opener(Path(sys.argv[1]))() as store:
    for n in range(1, 30):
        store.papers.upsert([make_paper(f"2603.{n:05d}")], seen_at=datetime.now(UTC))
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A database whose writer was killed: its rows are in the WAL."""
    path = tmp_path / "survey.duckdb"
    with store_opener(path)() as store:
        store.checkpoint()
    subprocess.run(
        [sys.executable, "-c", _KILLED, str(path)],
        env={"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert path.with_name("survey.duckdb.wal").stat().st_size > 0
    return path


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_refused_database_is_repaired_by_its_wal(killed: Path, share: float) -> None:
    wal = killed.with_name("survey.duckdb.wal")
    true = wal.read_bytes()
    wal.write_bytes(true[: int(len(true) * share)])
    with pytest.raises(StoreDamagedError), store_opener(killed)():
        pass
    wal.write_bytes(true)
    with store_opener(killed)() as store:
        assert store.papers.count() == 29


@pytest.mark.parametrize("table", ["customers", "paper", "papers", "store_state"])
def test_foreign_database_is_not_written(tmp_path: Path, table: str) -> None:
    path = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(path)) as theirs:
        theirs.execute(f"CREATE TABLE {table} (a INTEGER)")
    with pytest.raises(ForeignDatabaseError, match=table), store_opener(path)():
        pass
    with duckdb.connect(str(path)) as theirs:
        assert theirs.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [(table,)]


def test_interrupted_query_raises_keyboardinterrupt() -> None:
    with duckdb.connect() as connection:
        session = Session(connection)

        class Interrupted:
            def execute(self, *_: object) -> None:
                raise RuntimeError("Query interrupted")

        session._cursor = Interrupted()  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            session.rows("SELECT 1")


def test_own_tables_are_not_foreign(tmp_path: Path) -> None:
    path = tmp_path / "survey.duckdb"
    with store_opener(path)() as store:
        store.papers.upsert([make_paper()], seen_at=NOW)
    with store_opener(path)() as store:
        assert store.papers.count() == 1


@pytest.mark.parametrize("path_of", [manifest_path, wal_path])
def test_pipe_beside_the_database_is_refused(
    tmp_path: Path, path_of: Callable[[Path], Path]
) -> None:
    """A plain open would wait for its other end for ever."""
    database = tmp_path / "survey.duckdb"
    with store_opener(database)() as store:
        store.papers.upsert([make_paper()], seen_at=NOW)
    path_of(database).unlink(missing_ok=True)
    os.mkfifo(path_of(database))
    with pytest.raises((StorageError, OSError), match="not a file"), store_opener(database)():
        pass
    if path_of is wal_path:
        with pytest.raises(StorageError, match="named pipe"):
            restore(database, tmp_path / "other.duckdb", now=NOW, busy_timeout_seconds=600)


@pytest.mark.parametrize("path_of", [lock_path, wal_path])
def test_link_in_place_of_a_file_beside_the_database_overwrites_nothing(
    tmp_path: Path, path_of: Callable[[Path], Path]
) -> None:
    """A survey that came from elsewhere could name any file of this user."""
    database, precious = tmp_path / "survey.duckdb", tmp_path / "precious"
    precious.write_text("precious")
    with store_opener(database)() as store:
        store.papers.upsert([make_paper()], seen_at=NOW)
    path_of(database).unlink(missing_ok=True)
    path_of(database).symlink_to(precious)
    with (
        pytest.raises(StorageError, match=r"must be a lock file|not a file"),
        store_opener(database)(),
    ):
        pass
    assert precious.read_text() == "precious"


def test_database_that_is_a_link_to_itself_is_gone(tmp_path: Path) -> None:
    database = tmp_path / "survey.duckdb"
    database.symlink_to(database.name)
    with pytest.raises(DatabaseGoneError, match="does not exist"):
        back_up(database, tmp_path / "copy.duckdb", busy_timeout_seconds=600)
    with pytest.raises(StorageError), store_opener(database)():
        pass
