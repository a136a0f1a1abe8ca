"""Open the database for one short unit of work.

Close it before network requests and training, because everyone else waits meanwhile.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb

from storage.announcements import Announcements
from storage.arrivals import Arrivals
from storage.audit import Audit
from storage.backlog import Backlog
from storage.changes import Changes
from storage.cursors import Cursors
from storage.decisions import Decisions
from storage.engine.connection import Engine, accept
from storage.engine.lease import lease
from storage.engine.manifest import compare, read_manifest, take_manifest, write_manifest
from storage.engine.migrate import Migration, known_migrations, migrate
from storage.engine.session import Session
from storage.integrity import Integrity
from storage.ledger import Ledger
from storage.papers import Papers
from storage.predictions import Predictions
from storage.published import Published
from storage.quarantine import Quarantine
from storage.queue import Queue
from storage.runs import Runs
from storage.taxonomy import TaxonomyChanges


class Store:
    """An open database, for one lease and one thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.papers = Papers(session)
        self.backlog = Backlog(session)
        self.changes = Changes(session)
        self.predictions = Predictions(session)
        self.decisions = Decisions(session)
        self.queue = Queue(session)
        self.audit = Audit(session)
        self.announcements = Announcements(session)
        self.ledger = Ledger(session)
        self.arrivals = Arrivals(session)
        self.quarantine = Quarantine(session)
        self.runs = Runs(session)
        self.cursors = Cursors(session)
        self.published = Published(session)
        self.taxonomy = TaxonomyChanges(session)
        self.integrity = Integrity(session)

    def transaction(self) -> AbstractContextManager[None]:
        """Commit all writes of the block, or none after an error."""
        return self._session.transaction()

    def checkpoint(self) -> None:
        """Move committed data from the WAL into the file."""
        self._session.checkpoint()


OpenStore = Callable[[], AbstractContextManager[Store]]


def store_opener(path: Path, *, busy_timeout_seconds: float = 30.0) -> OpenStore:
    """Return a function that opens, migrates and closes the database at `path`.

    It raises StoreBusyError, StoreDamagedError, SchemaVersionError or StorageError.
    """
    engine = Engine(path)

    @contextmanager
    def open_store() -> Iterator[Store]:
        with (
            lease(path, timeout_seconds=busy_timeout_seconds) as left,
            engine.connected(timeout_seconds=left) as connection,
        ):
            yield Store(_checked_session(path, connection))

    return open_store


def _checked_session(path: Path, connection: duckdb.DuckDBPyConnection) -> Session:
    session = Session(
        connection,
        before_commit=_increment_generation,
        after_commit=lambda session: write_manifest(path, take_manifest(session)),
    )
    compare(path, take_manifest(session), read_manifest(path))
    accept(connection)
    migrate(session, _migrations())
    return session


@functools.cache
def _migrations() -> tuple[Migration, ...]:
    return known_migrations()


def _increment_generation(session: Session) -> None:
    session.write("UPDATE store_state SET generation = generation + 1")
