import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from storage.engine.migrate import Migration, known_migrations, migrate, schema_version
from storage.engine.session import Session
from storage.errors import SchemaVersionError
from storage.integrity import Fault
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions, database, opener

FIRST = Migration(1, "first", "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);")
SECOND = Migration(2, "second", "ALTER TABLE t ADD COLUMN m INTEGER; UPDATE t SET m = n + 1;")
BROKEN = Migration(2, "broken", "UPDATE t SET n = 7; SELECT * FROM no_such_table;")

# A paper in the first schema.
ONE_PAPER = """
INSERT INTO paper (arxiv_id, version, title, abstract, authors, categories,
                   primary_category, comment, doi, journal_ref, license, submitted_at,
                   updated_at, withdrawn, source, datestamp, first_seen_at, changed_at,
                   content_hash, record_hash)
SELECT '2603.00001', 1, 'T', 'A', ['Ada'], ['cs.CV'], 'cs.CV', NULL, NULL, NULL, NULL, $now, $now,
       false, 'oai', NULL, $now, $now, text_hash('T', 'A', ['Ada'], NULL, false), 0
"""
ONE_DECISION = """
INSERT INTO decision_event
SELECT 1, 'decide', '0123456789abcdef', arxiv_id, 'rejected', [], 'ada', 'off topic', $now,
       content_hash
FROM paper
"""
ITS_TEXT = """
INSERT INTO decided_text
SELECT arxiv_id, content_hash, title, abstract, authors, categories, comment FROM paper
"""
ITS_VERSION = "INSERT INTO paper_version VALUES ('2603.00001', 1, $now, false, $now)"


@pytest.fixture
def session() -> Session:
    return Session(duckdb.connect(":memory:"))


def test_empty_database_gets_all_migrations_in_order(session: Session) -> None:
    assert schema_version(session) == 0
    assert migrate(session, [FIRST, SECOND]) == 2
    assert session.rows("SELECT * FROM t") == [(1, 2)]
    assert session.rows("SELECT version, name FROM schema_migration ORDER BY version") == [
        (1, "first"),
        (2, "second"),
    ]
    assert migrate(session, [FIRST, SECOND]) == 0


def test_failed_migration_is_rolled_back(session: Session) -> None:
    migrate(session, [FIRST])
    with pytest.raises(duckdb.CatalogException):
        migrate(session, [FIRST, BROKEN])
    assert session.rows("SELECT * FROM t") == [(1,)]
    assert schema_version(session) == 1
    assert migrate(session, [FIRST, SECOND]) == 1


def test_new_database_gets_all_migrations_or_none() -> None:
    commits: list[Session] = []
    session = Session(duckdb.connect(":memory:"), after_commit=commits.append)
    with pytest.raises(duckdb.CatalogException):
        migrate(session, [FIRST, BROKEN])
    assert (schema_version(session), commits) == (0, [])
    migrate(session, [FIRST, SECOND])
    assert (schema_version(session), commits) == (2, [session])


def test_newer_schema_is_refused(session: Session) -> None:
    migrate(session, [FIRST, SECOND])
    with pytest.raises(SchemaVersionError, match=r"schema 2, this program knows 1\.") as caught:
        migrate(session, [FIRST])
    assert "newer living-survey" in caught.value.hint
    assert caught.value.exit_status == 1


def test_gap_in_migration_numbers_raises(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1", encoding="utf-8")
    (tmp_path / "0003_c.sql").write_text("SELECT 1", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not one", encoding="utf-8")
    with pytest.raises(ValueError, match="not numbered"):
        known_migrations(tmp_path)


@pytest.mark.slow  # every schema in turn
@pytest.mark.parametrize("seen", range(len(known_migrations())))
def test_rows_of_each_schema_survive_later_migrations(
    tmp_path: Path, now: datetime, seen: int
) -> None:
    steps = known_migrations()
    # the format of this program, because an older one keeps a UNION of three in another form
    with duckdb.connect(
        str(database(tmp_path)), config={"storage_compatibility_version": "v1.5.0"}
    ) as connection:
        migrate(Session(connection), steps[:seen])
        if seen:
            at = {"now": now.replace(tzinfo=None)}
            connection.execute(ONE_PAPER, at)
            connection.execute(ITS_VERSION, at)
    with opener(tmp_path)() as store:
        assert store.papers.count() == min(seen, 1)
        store.papers.upsert([make_paper("2603.00001"), make_paper("2603.00002")], seen_at=now)
        add_predictions(store, [make_prediction("2603.00001")])
        store.decisions.add([make_decision("2603.00001")])
        assert store.papers.count() == 2
        assert store.integrity.faults() == ()


def test_decisions_of_an_older_schema_have_no_reason(tmp_path: Path, now: datetime) -> None:
    steps = known_migrations()
    with duckdb.connect(
        str(database(tmp_path)), config={"storage_compatibility_version": "v1.5.0"}
    ) as connection:
        migrate(Session(connection), [step for step in steps if step.version < 12])
        at = {"now": now.replace(tzinfo=None)}
        connection.execute(ONE_PAPER, at)
        connection.execute(ITS_VERSION, at)
        connection.execute(ONE_DECISION, at)
        connection.execute(ITS_TEXT)
    with opener(tmp_path)() as store:
        [old] = store.decisions.of_paper("2603.00001")
        assert (old.decision_id, old.note) == ("0123456789abcdef", "off topic")
        assert (old.reason, old.return_on, old.return_after_version, old.batch_id) == (None,) * 4
        store.decisions.undo(reviewer="ada", undone_at=now)
        assert store.integrity.faults() == ()


def test_migrations_use_no_forbidden_sql() -> None:
    for step in known_migrations():
        words = re.sub(r"--.*", "", step.sql).upper()
        for forbidden in ("PRIMARY KEY", "UNIQUE", "REFERENCES", "ON CONFLICT", "TIMESTAMPTZ"):
            assert forbidden not in words, f"{step.name} uses {forbidden}"


def test_statements_use_no_forbidden_sql() -> None:
    for path in (Path(__file__).parents[2] / "storage").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for forbidden in ("executemany", "ON CONFLICT (", "DO UPDATE"):
            assert forbidden not in text, f"{path.name} uses {forbidden}"


def test_integrity_finds_damage_by_another_program(tmp_path: Path, now: datetime) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper("2603.00001"), make_paper("2603.00002")], seen_at=now)
        add_predictions(store, [make_prediction("2603.00001")])
        store.decisions.add([make_decision("2603.00001")])
        assert store.integrity.faults() == ()
    with duckdb.connect(str(database(tmp_path))) as connection:
        connection.execute("INSERT INTO paper SELECT * FROM paper WHERE arxiv_id = '2603.00002'")
        connection.execute("UPDATE paper SET title = 'x' WHERE arxiv_id = '2603.00001'")
        connection.execute("INSERT INTO prediction FROM prediction")
        connection.execute("DELETE FROM decided_text")
        connection.execute("INSERT INTO decision_event FROM decision_event")
    with opener(tmp_path)() as store:
        assert store.integrity.faults() == (
            Fault("papers stored twice", 1),
            Fault("papers whose text does not fit its hash", 1),
            Fault("predictions stored twice", 1),
            Fault("predicted papers without one newest prediction", 1),
            Fault("decisions stored twice", 1),
            Fault("decisions without the paper or the text they were made on", 2),
        )


def test_kill_after_any_migration_loses_nothing(tmp_path: Path) -> None:
    """DuckDB cannot replay some statements from a WAL, for example `ADD COLUMN ... DEFAULT`."""
    running = tmp_path / "running.duckdb"
    with duckdb.connect(str(running)) as connection:
        for steps in range(1, len(known_migrations()) + 1):
            migrate(Session(connection), known_migrations()[:steps])
            assert version_after_kill(running) == steps


def test_kill_after_all_migrations_of_a_new_database_loses_nothing(tmp_path: Path) -> None:
    running = tmp_path / "running.duckdb"
    with duckdb.connect(str(running)) as connection:
        migrate(Session(connection), known_migrations())
        assert version_after_kill(running) == len(known_migrations())


def version_after_kill(running: Path) -> int:
    """Return the schema of a copy of an open database, which is replayed from its WAL."""
    found = running.with_name("found.duckdb")
    shutil.copy(running, found)
    shutil.copy(running.with_name("running.duckdb.wal"), found.with_name("found.duckdb.wal"))
    with duckdb.connect(str(found)) as connection:
        return schema_version(Session(connection))


def test_only_changed_rows_and_ddl_count_as_a_commit() -> None:
    commits: list[Session] = []
    session = Session(duckdb.connect(":memory:"), after_commit=commits.append)

    def committed(act: Callable[[], object]) -> bool:
        before = len(commits)
        with session.transaction():
            act()
        return len(commits) > before

    assert committed(lambda: session.ddl("CREATE TABLE t (x INTEGER)"))
    assert committed(lambda: session.write("INSERT INTO t VALUES (1)"))
    assert not committed(lambda: session.write("UPDATE t SET x = 2 WHERE x = 3"))
    assert not committed(lambda: session.rows("SELECT * FROM t"))
