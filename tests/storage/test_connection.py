"""One DuckDB opens the file again and again, and nothing of one block reaches the next."""

from pathlib import Path

import duckdb
import pytest

from storage.engine.connection import Engine, connected
from tests.support.storage import database

PATIENCE = 600.0


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Return an engine of a database with one table of one row."""
    engine = Engine(database(tmp_path))
    with engine.connected(timeout_seconds=PATIENCE) as connection:
        connection.execute("CREATE TABLE kept (number INTEGER); INSERT INTO kept VALUES (1)")
    return engine


def test_file_is_closed_between_blocks(tmp_path: Path, engine: Engine) -> None:
    with duckdb.connect(str(database(tmp_path))) as other:
        other.execute("INSERT INTO kept VALUES (2)")
    with engine.connected(timeout_seconds=PATIENCE) as connection:
        assert connection.execute("SELECT sum(number) FROM kept").fetchall() == [(3,)]


def test_statement_is_not_shared_by_threads(engine: Engine) -> None:
    """Two take a quarter more processor time for the same, and more memory."""
    with engine.connected(timeout_seconds=PATIENCE) as connection:
        [(threads,)] = connection.execute("SELECT current_setting('threads')").fetchall()
    assert threads == 1


def test_temporary_tables_end_with_the_block(engine: Engine) -> None:
    for _ in range(2):
        with engine.connected(timeout_seconds=PATIENCE) as connection:
            connection.execute("CREATE TEMP TABLE passing (number INTEGER)")


def test_error_rolls_back_and_the_next_block_opens(engine: Engine) -> None:
    with pytest.raises(KeyError):
        _fail_in_transaction(engine)
    with engine.connected(timeout_seconds=PATIENCE) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(1,)]


def test_path_with_quotes_is_one_path(tmp_path: Path) -> None:
    path = tmp_path / "an author's; list.duckdb"
    with connected(path, timeout_seconds=PATIENCE) as connection:
        connection.execute("CREATE TABLE kept (number INTEGER)")
    assert {entry.name.removesuffix(".wal") for entry in tmp_path.iterdir()} == {path.name}


def test_large_sorts_use_a_directory_beside_the_file(tmp_path: Path, engine: Engine) -> None:
    with engine.connected(timeout_seconds=PATIENCE) as connection:
        [(directory,)] = connection.execute("SELECT current_setting('temp_directory')").fetchall()
    assert directory == f"{database(tmp_path)}.tmp"


def _fail_in_transaction(engine: Engine) -> None:
    with engine.connected(timeout_seconds=PATIENCE) as connection:
        connection.execute("BEGIN; INSERT INTO kept VALUES (2)")
        raise KeyError
