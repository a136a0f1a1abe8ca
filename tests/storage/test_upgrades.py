"""Every earlier schema, with a row in each table, is backed up, then upgraded; no row is lost."""

import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from storage.engine.migrate import Migration, known_migrations, migrate, schema_version
from storage.engine.session import Session
from storage.errors import SchemaVersionError, StorageError
from storage.restore import restore
from storage.store import store_opener, store_reader
from tests.support.builders import make_paper
from tests.support.cli import SurveyInProcess
from tests.support.storage import database, opener

pytestmark = pytest.mark.slow  # every schema in turn

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
LATEST = len(known_migrations())
EARLIER = range(1, LATEST)
#: what a store derives again from other tables, or keeps for itself
DERIVED = frozenset({"schema_migration", "store_state", "waiting", "survey_day"})
#: a column that is filled again from announcements
DERIVED_COLUMNS = frozenset({("paper", "announced")})
_COLUMNS = """
SELECT table_name, column_name, data_type
FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (database_oid, schema_oid, table_oid)
WHERE database_name = current_database() AND schema_name = 'main'
ORDER BY table_name, column_index
"""
_PLAIN = {
    "VARCHAR": "'2603.00001'",
    "BOOLEAN": "true",
    "TIMESTAMP": "TIMESTAMP '2026-03-17 12:00:00'",
    "DATE": "DATE '2026-03-17'",
    "DOUBLE": "0.5",
    "FLOAT": "0.5",
    "BLOB": "'\\x01'::BLOB",
}


def literal(kind: str) -> str:
    """Return an SQL value of a type."""
    if kind.endswith("[]"):
        return f"[{literal(kind[:-2])}]"
    if kind.startswith("MAP("):
        return f"CAST(map() AS {kind})"
    if kind.startswith("STRUCT("):
        fields = (field.strip().partition(" ") for field in _fields(kind[7:-1]))
        return "{" + ", ".join(f"{name}: {literal(own)}" for name, _, own in fields) + "}"
    return _PLAIN.get(kind) or f"CAST(1 AS {kind})"


def _fields(inside: str) -> Iterator[str]:
    """Yield what stands between the commas outside of parentheses."""
    depth, begin = 0, 0
    for place, character in enumerate(inside):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            yield inside[begin:place]
            begin = place + 1
    yield inside[begin:]


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(_COLUMNS).fetchall():
        if table not in DERIVED and (table, column) not in DERIVED_COLUMNS:
            found.setdefault(table, {})[column] = kind
    return found


def rows(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Mapping[str, str]]
) -> dict[str, set[tuple[str, ...]]]:
    """Return all rows as texts, by table."""
    found = {}
    for table, own in columns.items():
        texts = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in own)
        found[table] = set(connection.execute(f'SELECT {texts} FROM "{table}"').fetchall())
    return found


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    # the format of this program, because an older one keeps a UNION of three in another form
    with duckdb.connect(
        str(path), config={"storage_compatibility_version": "v1.5.0"}
    ) as connection:
        yield connection


def make_old(path: Path, version: int) -> dict[str, set[tuple[str, ...]]]:
    """Make a database of an earlier schema with a row in each table; return the rows."""
    with opened(path) as connection:
        migrate(Session(connection), known_migrations()[:version])
        for table, columns in tables(connection).items():
            names = ", ".join(f'"{name}"' for name in columns)
            values = ", ".join(map(literal, columns.values()))
            # a table of one row, such as the survey's identity, has it already
            connection.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {values} WHERE NOT EXISTS (FROM "{table}")'
            )
        return rows(connection, tables(connection))


def backups(folder: Path) -> list[Path]:
    return sorted((folder / "backups").glob("*.duckdb"))


@pytest.mark.parametrize("version", EARLIER)
def test_upgrade_keeps_every_row_and_the_database_before(
    tmp_path: Path, version: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = database(tmp_path)
    before = make_old(path, version)
    with opened(path) as connection:
        old = tables(connection)
    assert set(before) == set(old)
    with caplog.at_level(logging.WARNING), store_opener(path)():
        pass
    [kept] = backups(tmp_path)
    assert f"upgraded from schema {version} to {LATEST}. {kept} holds it" in caplog.text
    with opened(path) as connection:
        assert schema_version(Session(connection)) == LATEST
        new = tables(connection)
        shared = {
            table: {name: kind for name, kind in columns.items() if name in new[table]}
            for table, columns in old.items()
        }
        assert shared == old, "a column or table is gone"
        after = rows(connection, shared)
    assert {table for table in before if not before[table] <= after[table]} == set()
    with opened(kept) as connection:
        assert schema_version(Session(connection)) == version
        assert rows(connection, old) == before


def test_second_opening_makes_no_second_backup(tmp_path: Path) -> None:
    make_old(database(tmp_path), LATEST - 1)
    for _ in range(2):
        with store_opener(database(tmp_path))():
            pass
    assert len(backups(tmp_path)) == 1


def test_failing_upgrade_makes_one_backup_until_something_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=NOW)
    failing = Migration(LATEST + 1, "failing", "SELECT error('no')")
    for number in (1, 2):
        with monkeypatch.context() as patch:
            patch.setattr("storage.store._migrations", lambda: (*known_migrations(), failing))
            for _ in range(3):
                with (
                    pytest.raises(StorageError, match="could not be upgraded"),
                    store_opener(database(tmp_path))(),
                ):
                    pass
        assert len(backups(tmp_path)) == number
        with opener(tmp_path)() as store:
            store.papers.upsert([make_paper("2603.00002")], seen_at=NOW)


def test_reading_upgrades_after_a_backup_too(tmp_path: Path) -> None:
    make_old(database(tmp_path), LATEST - 1)
    with store_reader(database(tmp_path))() as store:
        assert store.papers.count() == 1
    assert len(backups(tmp_path)) == 1


def test_new_database_has_nothing_to_back_up(tmp_path: Path) -> None:
    with store_opener(database(tmp_path))():
        pass
    assert backups(tmp_path) == []


def test_backup_before_an_upgrade_can_be_restored(tmp_path: Path) -> None:
    make_old(database(tmp_path), LATEST - 1)
    with store_opener(database(tmp_path))():
        pass
    [kept] = backups(tmp_path)
    report = restore(
        kept,
        database(tmp_path),
        now=datetime(2026, 3, 17, tzinfo=UTC),
        busy_timeout_seconds=600,
        accept_faults=True,
    )
    assert (report.papers, report.lost) == (1, {})


def test_database_is_not_upgraded_if_it_cannot_be_kept(tmp_path: Path) -> None:
    make_old(database(tmp_path), LATEST - 1)
    (tmp_path / "backups").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(StorageError, match="backups"), store_opener(database(tmp_path))():
        pass
    with opened(database(tmp_path)) as connection:
        assert schema_version(Session(connection)) == LATEST - 1


def test_newer_database_is_refused_by_name_and_unchanged(tmp_path: Path) -> None:
    with store_opener(database(tmp_path))():
        pass
    with opened(database(tmp_path)) as connection:
        connection.execute(
            "INSERT INTO schema_migration SELECT $1, 'future', now()::TIMESTAMP", [LATEST + 1]
        )
        connection.execute("CHECKPOINT")
    before = database(tmp_path).read_bytes()
    for open_store in (store_opener(database(tmp_path)), store_reader(database(tmp_path))):
        with pytest.raises(SchemaVersionError) as caught, open_store():
            pass
        assert f"schema {LATEST + 1}, this program knows {LATEST}" in caught.value.message
        assert "Install that version" in caught.value.hint
    assert database(tmp_path).read_bytes() == before
    assert backups(tmp_path) == []


def test_two_processes_upgrade_one_database(tmp_path: Path) -> None:
    with opened(database(tmp_path)) as connection:
        migrate(Session(connection), known_migrations()[: LATEST - 1])
    survey = SurveyInProcess(tmp_path, {"LIVING_SURVEY_DATABASE__PATH": "survey.duckdb"})
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "pipeline", "queue", "--json"],
            cwd=tmp_path,
            env=survey.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=900)[1] for process in started]
    assert {process.returncode for process in started} == {0}, said
    assert 1 <= len(backups(tmp_path)) <= len(started)
