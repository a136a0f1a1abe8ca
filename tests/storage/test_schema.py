import duckdb

from storage.engine.migrate import known_migrations, migrate
from storage.engine.schema import describe_views
from storage.engine.session import Session
from tests.support.storage import ROOT

WRITTEN = (ROOT / "storage" / "schema.sql").read_text(encoding="utf-8")
CATALOG = """
SELECT 'table', table_name, sql FROM duckdb_tables() WHERE NOT internal
UNION ALL SELECT 'view', view_name, sql FROM duckdb_views() WHERE NOT internal
UNION ALL SELECT 'macro', function_name, macro_definition FROM duckdb_functions() WHERE NOT internal
ORDER BY ALL
"""


def test_schema_file_creates_the_migrated_schema() -> None:
    with duckdb.connect(":memory:") as migrated, duckdb.connect(":memory:") as written:
        migrate(Session(migrated), known_migrations())
        written.execute(WRITTEN)
        assert written.execute(CATALOG).fetchall() == migrated.execute(CATALOG).fetchall()


def test_views_and_their_columns_have_comments() -> None:
    views = describe_views()
    assert views
    for view in views:
        assert view.comment, view.name
        assert [column.name for column in view.columns if not column.comment] == [], view.name
