import uuid

import duckdb

from storage.engine.migrate import known_migrations, migrate
from storage.engine.schema import describe_views
from storage.engine.session import Session

CATALOG = """
SELECT 'table', table_name, sql FROM duckdb_tables() WHERE NOT internal
UNION ALL SELECT 'view', view_name, sql FROM duckdb_views() WHERE NOT internal
UNION ALL SELECT 'macro', function_name, macro_definition FROM duckdb_functions() WHERE NOT internal
ORDER BY ALL
"""


def test_new_database_is_what_all_migrations_make() -> None:
    steps = known_migrations()
    with duckdb.connect(":memory:") as migrated, duckdb.connect(":memory:") as written:
        assert migrate(Session(migrated), steps) == len(steps)
        assert migrate(Session(written), steps, at_once=True) == len(steps)
        assert written.execute(CATALOG).fetchall() == migrated.execute(CATALOG).fetchall()
        assert _rows(written) == _rows(migrated)


def _rows(database: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table, without instants and the random identity of a survey."""
    tables = database.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal")
    rows = {name: database.table(name).fetchall() for (name,) in tables.fetchall()}
    rows["schema_migration"] = [row[:2] for row in rows["schema_migration"]]
    [(identity,)] = rows["survey_identity"]
    assert uuid.UUID(identity).version == 4
    return rows | {"survey_identity": []}


def test_views_and_their_columns_have_comments() -> None:
    views = describe_views()
    assert views
    for view in views:
        assert view.comment, view.name
        assert [column.name for column in view.columns if not column.comment] == [], view.name
