"""Open the database for one short unit of work.

Close it before network requests and training, because everyone else waits meanwhile.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb

from storage.acceptances import Acceptances
from storage.announcements import Announcements
from storage.arrivals import Arrivals
from storage.audit import Audit
from storage.backlog import Backlog
from storage.changes import Changes
from storage.cursors import Cursors
from storage.decisions import Decisions
from storage.engine.connection import Engine, accept
from storage.engine.examine import check_tables
from storage.engine.interrupted import check_not_gone, own_files, undo_interrupted_restore
from storage.engine.lease import lease
from storage.engine.manifest import check_manifest, note_manifest, take_manifest
from storage.engine.migrate import Migration, known_migrations, migrate
from storage.engine.paths import real_path
from storage.engine.session import Session
from storage.harvests import Harvests
from storage.integrity import Integrity
from storage.invalid_ids import InvalidIds
from storage.ledger import Ledger
from storage.ledger_days import LedgerDays
from storage.papers import Papers
from storage.predictions import Predictions
from storage.published import Published
from storage.quarantine import Quarantine
from storage.queue import Queue
from storage.runs import Runs
from storage.taxonomy import TaxonomyChanges
from storage.titles import Titles


class Store:
    """An open database, for one lease and one thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.papers = Papers(session)
        self.titles = Titles(session)
        self.backlog = Backlog(session)
        self.changes = Changes(session)
        self.predictions = Predictions(session)
        self.decisions = Decisions(session)
        self.queue = Queue(session)
        self.audit = Audit(session)
        self.announcements = Announcements(session)
        self.ledger = Ledger(session)
        self.acceptances = Acceptances(session)
        self.ledger_days = LedgerDays(session)
        self.arrivals = Arrivals(session)
        self.quarantine = Quarantine(session)
        self.runs = Runs(session)
        self.cursors = Cursors(session)
        self.harvests = Harvests(session)
        self.published = Published(session)
        self.taxonomy = TaxonomyChanges(session)
        self.integrity = Integrity(session)
        self.invalid_ids = InvalidIds(session)

    def transaction(self) -> AbstractContextManager[None]:
        """Commit all writes of the block, or none after an error."""
        return self._session.transaction()

    def checkpoint(self) -> None:
        """Move committed data from the WAL into the file."""
        self._session.checkpoint()


OpenStore = Callable[[], AbstractContextManager[Store]]


def store_opener(path: Path, *, busy_timeout_seconds: float = 30.0) -> OpenStore:
    """Return a function that opens, migrates and closes the database at `path`.

    It creates a missing database, unless its manifest or WAL is there. It raises StoreBusyError,
    StoreDamagedError, SchemaVersionError, ForeignDatabaseError or StorageError.
    """
    database = real_path(path)
    engine = Engine(database)

    @contextmanager
    def open_store() -> Iterator[Store]:
        check_not_gone(path, own_files(database))
        with lease(database, timeout_seconds=busy_timeout_seconds) as left:
            undo_interrupted_restore(database)
            with engine.connected(timeout_seconds=left) as connection:
                yield Store(_checked_session(database, connection))

    return open_store


def _checked_session(path: Path, connection: duckdb.DuckDBPyConnection) -> Session:
    session = Session(
        connection,
        before_commit=increment_generation,
        after_commit=lambda session: note_manifest(path, take_manifest(session)),
    )
    check_manifest(path, take_manifest(session))
    accept(connection)
    migrate(session, _migrations())
    check_tables(session)
    return session


@functools.cache
def _migrations() -> tuple[Migration, ...]:
    return known_migrations()


def increment_generation(session: Session) -> None:
    """Count a commit, for the manifest."""
    session.write("UPDATE store_state SET generation = generation + 1")
