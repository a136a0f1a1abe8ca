"""A database from elsewhere reads no file, and its views become ours."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from storage.backup import back_up
from storage.engine.connection import connected
from storage.engine.examine import changed_definitions
from storage.errors import ForeignDatabaseError
from storage.restore import restore
from storage.store import store_opener
from tests.support.builders import make_decision, make_paper
from tests.support.storage import migrated

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
SECRET = "a line of a file of this user"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "survey.duckdb"
    with migrated(path)() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=NOW)
        store.decisions.add([make_decision("2603.00001")])
    return path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


def edited(path: Path, *statements: str) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{}')",
        "SELECT * FROM read_csv('{}')",
        "SELECT * FROM read_blob('{}')",
        "SELECT * FROM '{}'",
        "FROM glob('{}*')",
        "COPY (SELECT 1) TO '{}.copy'",
        "ATTACH '{}.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD '{}'",
        "EXPORT DATABASE '{}.d'",
        "SET enable_external_access = true",
        "SET GLOBAL allowed_paths = ['{}']",
        "SET temp_directory = '{}'",
        "FROM secret",
    ],
)
def test_opened_database_reaches_no_other_file(
    database: Path, secret: Path, statement: str
) -> None:
    before = sorted(database.parent.iterdir())
    with (
        pytest.raises((ForeignDatabaseError, duckdb.Error)) as caught,
        connected(database, timeout_seconds=60) as connection,
    ):
        connection.execute(statement.format(secret))
    assert SECRET not in str(caught.value)
    assert sorted(database.parent.iterdir()) == before


def test_view_that_reads_a_file_is_named(database: Path, secret: Path) -> None:
    edited(
        database,
        "CREATE OR REPLACE VIEW papers AS"
        f" SELECT '2603.00001' AS arxiv_id, content AS title FROM read_text('{secret}')",
    )
    with (
        pytest.raises(ForeignDatabaseError, match="has a view that reads other files") as caught,
        store_opener(database)() as store,
    ):
        store._session.rows("SELECT * FROM papers")
    assert "restore" in caught.value.hint


def test_view_in_the_place_of_a_table_is_refused(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=60)
    for path in (safe, database):
        edited(
            path,
            "CREATE TABLE hidden AS FROM decided_text",
            "DROP TABLE decided_text",
            "CREATE VIEW decided_text AS FROM hidden",
        )
    with pytest.raises(ForeignDatabaseError, match="decided_text"), store_opener(database)():
        pass
    with pytest.raises(ForeignDatabaseError, match="decided_text") as caught:
        restore(safe, database, now=NOW, busy_timeout_seconds=60)
    assert "Nothing was replaced" in caught.value.hint


def test_restore_makes_views_and_macros_ours(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=60)
    edited(
        safe,
        "CREATE OR REPLACE VIEW queue AS SELECT 1 AS one",
        "CREATE OR REPLACE MACRO listed(texts) AS TABLE SELECT 1 AS item",
        "CREATE VIEW of_an_analyst AS SELECT 2 AS two",
    )
    report = restore(safe, database, now=NOW, busy_timeout_seconds=60)
    assert set(report.redefined) == {"queue", "listed"}
    with store_opener(database)() as store:
        assert changed_definitions(store._session) == ()
        assert store.queue.size() == 0
        assert store._session.rows("SELECT two FROM of_an_analyst") == [(2,)]
        assert store.integrity.faults() == ()


def test_function_that_hides_duckdbs_is_refused(database: Path, tmp_path: Path) -> None:
    safe = tmp_path / "copy.duckdb"
    back_up(database, safe, busy_timeout_seconds=60)
    edited(safe, "CREATE MACRO sha256(text) AS 'always the same'")
    with pytest.raises(ForeignDatabaseError, match="function sha256"):
        restore(safe, database, now=NOW, busy_timeout_seconds=60)


def test_changed_view_is_an_integrity_fault(database: Path) -> None:
    edited(database, "CREATE OR REPLACE VIEW queue AS SELECT 1 AS one")
    with store_opener(database)() as store:
        [fault] = store.integrity.faults()
    assert fault.what == "views or macros that are not this program's"
