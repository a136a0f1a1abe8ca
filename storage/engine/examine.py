"""Examine a database file: every block is readable, and tables, views and macros are ours."""

import functools
import re
from collections.abc import Mapping

import duckdb

from storage.engine.migrate import known_migrations, newest_schema
from storage.engine.schema import current_definitions
from storage.engine.session import Session
from storage.errors import ForeignDatabaseError

_TABLE = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)
_TABLES = """
SELECT database_name, schema_name, table_name FROM duckdb_tables()
WHERE database_name = current_database() AND NOT temporary AND NOT internal
ORDER BY table_oid
"""
_NAMES = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
_CATALOG = """
SELECT 'TABLE', table_name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index)
FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (database_oid, schema_oid, table_oid)
WHERE database_name = current_database() AND schema_name = 'main' GROUP BY table_name
UNION ALL
SELECT 'VIEW', view_name, sql FROM duckdb_views()
WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
UNION ALL
SELECT 'MACRO', function_name, concat_ws(' ', parameters, macro_definition) FROM duckdb_functions()
WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
"""
_SHADOWING = """
SELECT function_name FROM duckdb_functions() GROUP BY function_name
HAVING bool_or(internal) AND NOT bool_and(internal) ORDER BY ALL
"""
_NOT_OURS = "Nothing was written to it. Name a database that this program made."

Catalog = Mapping[tuple[str, str], str]


def read_everything(session: Session) -> None:
    """Read every column of every row once, because DuckDB checks the checksum of blocks it reads.

    Raises:
        duckdb.Error: a block is damaged.
    """
    for names in session.rows(_TABLES):
        table = ".".join('"' + name.replace('"', '""') + '"' for name in names)
        session.rows(f"SELECT bit_xor(hash(read)) FROM {table} AS read")  # noqa: S608  its own names


def check_tables(session: Session) -> None:
    """Raise ForeignDatabaseError if a table of ours is missing or is a view."""
    present = {name for (name,) in session.rows(_NAMES)}
    if missing := sorted(_table_names() - present):
        raise ForeignDatabaseError(
            f"The database has no table {missing[0]}, or a view in its place.", hint=_NOT_OURS
        )


def make_ours(session: Session) -> tuple[str, ...]:
    """Check the tables and make views and macros ours again; return the names of those changed.

    Raises:
        ForeignDatabaseError: tables are not ours, or one has the name of a view, or functions hide
            those of DuckDB.
    """
    present = _catalog(session)  # once: it takes longer than all else here
    _check_columns(session, present)
    changed = _changed(present)
    with session.transaction():
        for key, sql in current_definitions().items():  # in order of creation
            if key in changed:
                _replace(session, key[1], sql)
    return tuple(name for _, name in changed)


def _check_columns(session: Session, present: Catalog) -> None:
    for (kind, name), definition in _expected().items():
        if kind == "TABLE" and present.get((kind, name)) != definition:
            raise ForeignDatabaseError(
                f"The database has no table {name} with the columns of this program.",
                hint=_NOT_OURS,
            )
    if found := session.row(_SHADOWING):
        raise ForeignDatabaseError(
            f"The database replaces DuckDB's function {found[0]}.", hint=_NOT_OURS
        )


def changed_definitions(session: Session) -> tuple[tuple[str, str], ...]:
    """Return (kind, name) of views and macros that differ from those of the migrations."""
    return _changed(_catalog(session))


def _changed(present: Catalog) -> tuple[tuple[str, str], ...]:
    return tuple(
        key
        for key, definition in _expected().items()
        if key[0] != "TABLE" and present.get(key) != definition
    )


def _replace(session: Session, name: str, sql: str) -> None:
    try:
        session.ddl(sql.replace("CREATE ", "CREATE OR REPLACE ", 1))
    except duckdb.CatalogException as error:
        raise ForeignDatabaseError(
            f"The database has another {name} in the place of this program's.", hint=_NOT_OURS
        ) from error


@functools.cache
def _table_names() -> frozenset[str]:
    return frozenset(name for each in known_migrations() for name in _TABLE.findall(each.sql))


@functools.cache
def _expected() -> Catalog:
    with duckdb.connect(":memory:") as connection:
        session = Session(connection)
        # in a third of the time of all migrations, which make the same schema
        session.ddl(newest_schema())
        return _catalog(session)


def _catalog(session: Session) -> Catalog:
    return {(kind, name): definition for kind, name, definition in session.rows(_CATALOG)}
