"""Apply the numbered files of `storage/migrations/` in order.

The statements of a released file never change; corrections are a new migration.
"""

import functools
import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

import duckdb

from storage.engine.instants import to_utc
from storage.engine.session import Session
from storage.errors import ForeignDatabaseError, SchemaVersionError

_NAME = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)\.sql")
_CREATE = """
CREATE TABLE IF NOT EXISTS schema_migration (
    version INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL
)
"""
_FOREIGN = """
SELECT table_name FROM duckdb_tables()
WHERE database_name = current_database() ORDER BY table_name LIMIT 1
"""
_RECORD = """
INSERT INTO schema_migration
SELECT unnest($versions) AS version, unnest($names) AS name, $applied_at AS applied_at
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered change of the schema."""

    version: int
    name: str
    sql: str


def known_migrations(directory: Traversable | None = None) -> tuple[Migration, ...]:
    """Return the migrations in order, or raise ValueError if a number is missing."""
    directory = files("storage") / "migrations" if directory is None else directory
    found = sorted(
        (int(match["version"]), match["name"], entry)
        for entry in directory.iterdir()
        if (match := _NAME.fullmatch(entry.name))
    )
    if [version for version, _, _ in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations in {directory} are not numbered 1, 2, 3 ...")
    return tuple(
        Migration(version, name, entry.read_text(encoding="utf-8"))
        for version, name, entry in found
    )


@functools.cache
def newest_schema() -> str:
    """Return the statements that make the newest schema, without the first rows."""
    return (files("storage") / "schema.sql").read_text(encoding="utf-8")


@functools.cache
def _first_rows() -> str:
    return (files("storage") / "first_rows.sql").read_text(encoding="utf-8")


def schema_version(session: Session) -> int:
    """Return the number of the last applied migration, or 0."""
    try:
        return session.number("SELECT max(version) FROM schema_migration")
    except duckdb.CatalogException:
        return 0


def is_pending(session: Session, migrations: Sequence[Migration]) -> bool:
    """Return whether `migrate` would change the database, or raise SchemaVersionError."""
    return _checked_version(session, migrations) < len(migrations)


def migrate(
    session: Session,
    migrations: Sequence[Migration],
    *,
    derive: Callable[[Session], None] = lambda _: None,
    at_once: bool = False,
) -> int:
    """Apply pending migrations, each in one transaction; return how many.

    A new database gets all of them in one, because every commit waits for the disk. The last
    transaction ends with `derive`, which fills what is derived from other tables.

    Args:
        session: the database.
        migrations: all of this program, in order.
        derive: see above.
        at_once: make the newest schema in a new database instead, in a third of the time.
            `migrations` are then `known_migrations()`.

    Raises:
        SchemaVersionError: the database is newer than this program.
        ForeignDatabaseError: another application created the tables.
    """
    version = _checked_version(session, migrations)
    if version == 0 and (foreign := session.row(_FOREIGN)):
        raise ForeignDatabaseError(
            f"The database belongs to another application: it has a table {foreign[0]}.",
            hint="Nothing was written to it. Set [database] path to another file.",
        )
    pending = migrations[version:]
    if version == 0 and at_once:
        with session.transaction():
            session.ddl(newest_schema())
            session.ddl(_first_rows())
            _record(session, *pending)
            derive(session)
        return len(pending)
    with nullcontext() if version else session.transaction():
        for migration in pending:
            with session.transaction():
                session.ddl(_CREATE)
                session.ddl(migration.sql)
                _record(session, migration)
                if migration is pending[-1]:
                    derive(session)
    return len(pending)


def _record(session: Session, *migrations: Migration) -> None:
    session.write(
        _RECORD,
        {
            "versions": [each.version for each in migrations],
            "names": [each.name for each in migrations],
            # The machine's clock, because opening a store takes no other.
            "applied_at": to_utc(datetime.now(UTC)),
        },
    )


def _checked_version(session: Session, migrations: Sequence[Migration]) -> int:
    version = schema_version(session)
    if version > len(migrations):
        raise SchemaVersionError(
            f"The database has schema {version}, this program knows {len(migrations)}.",
            hint="It was written by a newer living-survey. Install that version.",
        )
    return version
