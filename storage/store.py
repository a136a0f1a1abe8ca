"""Open the database for one short unit of work.

Close it before network requests and training, because everyone else waits meanwhile.
"""

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import duckdb

from config.interrupts import uninterrupted
from storage.absences import Absences
from storage.acceptances import Acceptances
from storage.accounts import Accounts
from storage.adoption import Adoption
from storage.alerts import Alerts
from storage.alike import Alike
from storage.announcements import Announcements
from storage.api_answers import ApiAnswers
from storage.api_tokens import ApiTokens
from storage.approvals import Approvals
from storage.arrivals import Arrivals
from storage.assignments import Assignments
from storage.audit import Audit
from storage.backlog import Backlog
from storage.batches import Batches
from storage.changes import Changes
from storage.confirmations import Confirmations
from storage.corrections import Corrections
from storage.cursors import Cursors
from storage.decision_account import DecisionAccount
from storage.decisions import Decisions
from storage.derived import derive
from storage.engine.connection import Engine, accept, leave_wal
from storage.engine.examine import check_tables
from storage.engine.interrupted import check_not_gone, is_interrupted, own_files
from storage.engine.leased import connected_to
from storage.engine.manifest import check_open_database, note_manifest, take_manifest
from storage.engine.migrate import Migration, is_pending, known_migrations, migrate, schema_version
from storage.engine.paths import real_path, wal_bytes
from storage.engine.session import Session
from storage.enrichment import Enrichment
from storage.errors import SchemaVersionError, StorageError, StoreBusyError
from storage.freezes import Freezes
from storage.harvests import Harvests
from storage.highlights import Highlights
from storage.hub_pings import HubPings
from storage.incomplete import Incomplete
from storage.integrity import Integrity
from storage.invalid_ids import InvalidIds
from storage.issues import Issues
from storage.learning import Learning
from storage.ledger import Ledger
from storage.ledger_days import LedgerDays
from storage.login_failures import LoginFailures
from storage.mail import Mailings
from storage.opinions import Opinions
from storage.outlook import Outlook
from storage.paper_search import PaperSearch
from storage.papers import Papers
from storage.passwords import Passwords
from storage.predictions import Predictions
from storage.preferences import Preferences
from storage.publications import Publications
from storage.published import Published
from storage.quarantine import Quarantine
from storage.queue import Queue
from storage.repeats import Repeats
from storage.rules import Rules
from storage.rulings import Rulings
from storage.runs import Runs
from storage.same_work import SameWork
from storage.screening import Screening
from storage.second_looks import SecondLooks
from storage.served import Served
from storage.subscriber_import import SubscriberImport
from storage.subscribers import Subscribers
from storage.suggestion_mails import SuggestionMails
from storage.suggestions import Suggestions
from storage.taxonomy import TaxonomyChanges
from storage.titles import Titles
from storage.traces import Traces
from storage.trail import Trail
from storage.translations import Translations
from storage.twins import Twins
from storage.upgrade import back_up_before
from storage.web_sessions import WebSessions
from storage.weeks import Weeks

_log = logging.getLogger(__name__)


class Store:
    """An open database, for one lease and one thread."""

    def __init__(self, session: Session) -> None:  # noqa: PLR0915 - one line a subject
        self._session = session
        self.papers = Papers(session)
        self.titles = Titles(session)
        self.twins = Twins(session)
        self.same_work = SameWork(session)
        self.backlog = Backlog(session)
        self.changes = Changes(session)
        self.incomplete = Incomplete(session)
        self.corrections = Corrections(session)
        self.predictions = Predictions(session)
        self.decisions = Decisions(session)
        self.account = DecisionAccount(session)
        self.approvals = Approvals(session)
        self.opinions = Opinions(session)
        self.repeats = Repeats(session)
        self.learning = Learning(session)
        self.batches = Batches(session)
        self.highlights = Highlights(session)
        self.rulings = Rulings(session)
        self.second_looks = SecondLooks(session)
        self.rules = Rules(session)
        self.preferences = Preferences(session)
        self.queue = Queue(session)
        self.alike = Alike(session)
        self.search = PaperSearch(session)
        self.assignments = Assignments(session)
        self.absences = Absences(session)
        self.audit = Audit(session)
        self.served = Served(session)
        self.screening = Screening(session)
        self.outlook = Outlook(session)
        self.announcements = Announcements(session)
        self.ledger = Ledger(session)
        self.acceptances = Acceptances(session)
        self.ledger_days = LedgerDays(session)
        self.arrivals = Arrivals(session)
        self.quarantine = Quarantine(session)
        self.runs = Runs(session)
        self.api_tokens = ApiTokens(session)
        self.api_answers = ApiAnswers(session)
        self.cursors = Cursors(session)
        self.harvests = Harvests(session)
        self.published = Published(session)
        self.publications = Publications(session)
        self.adoption = Adoption(session)
        self.hub_pings = HubPings(session)
        self.freezes = Freezes(session)
        self.alerts = Alerts(session)
        self.accounts = Accounts(session)
        self.passwords = Passwords(session)
        self.web_sessions = WebSessions(session)
        self.login_failures = LoginFailures(session)
        self.trail = Trail(session)
        self.traces = Traces(session)
        self.issues = Issues(session)
        self.mailings = Mailings(session)
        self.weeks = Weeks(session)
        self.subscribers = Subscribers(session)
        self.confirmations = Confirmations(session)
        self.enrichment = Enrichment(session)
        self.subscriber_import = SubscriberImport(session)
        self.suggestions = Suggestions(session)
        self.suggestion_mails = SuggestionMails(session)
        self.translations = Translations(session)
        self.taxonomy = TaxonomyChanges(session)
        self.integrity = Integrity(session)
        self.invalid_ids = InvalidIds(session)

    def transaction(self) -> AbstractContextManager[None]:
        """Commit all writes of the block, or none after an error."""
        return self._session.transaction()

    def beside(self) -> "Store":
        """Return a store for another thread, which ends with `close`, before this one."""
        return Store(self._session.beside())

    def close(self) -> None:
        """End a store made by `beside`."""
        self._session.close()

    def checkpoint(self) -> None:
        """Move committed data from the WAL into the file."""
        self._session.checkpoint()


OpenStore = Callable[[], AbstractContextManager[Store]]


class _NeedsWriterError(Exception):
    """Reading must wait until the file was opened for writing once."""


class _NeedsUpgradeError(Exception):
    """The schema is older than this program, and no backup was made yet."""

    def __init__(self, version: int) -> None:
        self.version = version


def store_opener(
    path: Path,
    *,
    busy_timeout_seconds: float = 30.0,
    wal_left: int = 0,
) -> OpenStore:
    """Return a function that opens, migrates and closes the database at `path`.

    It creates a missing database, unless its manifest or WAL is there. It raises StoreBusyError,
    StoreDamagedError, SchemaVersionError, ForeignDatabaseError or StorageError.

    Args:
        path: the file.
        busy_timeout_seconds: the longest wait for others that have it open.
        wal_left: bytes; on closing, a WAL of at most so many is left as it is.
    """
    database = real_path(path)
    engine = Engine(database)

    @contextmanager
    def open_store() -> Iterator[Store]:
        check_not_gone(path, own_files(database))
        with uninterrupted(), ExitStack() as stack:
            connection = connected_to(stack, engine, database, busy_timeout_seconds, shared=False)
            try:
                session = _checked_session(database, connection)
            except _NeedsUpgradeError as needed:
                stack.close()
                kept = back_up_before(database, needed.version, busy_timeout_seconds)
                connection = connected_to(
                    stack, engine, database, busy_timeout_seconds, shared=False
                )
                session = _upgraded(database, connection, needed.version, kept)
            yield Store(session)
            if 0 < wal_bytes(database) <= wal_left:
                leave_wal(connection)

    return open_store


def store_reader(path: Path, *, busy_timeout_seconds: float = 30.0) -> OpenStore:
    """Return a function that opens the database at `path` read-only, while others read it too.

    It opens for writing first where that is needed: a missing file, a pending migration, or what a
    restore left. It raises what `store_opener` raises.
    """
    database = real_path(path)
    engine = Engine(database, read_only=True)
    open_for_writing = store_opener(path, busy_timeout_seconds=busy_timeout_seconds)

    @contextmanager
    def open_store() -> Iterator[Store]:
        check_not_gone(path, own_files(database))
        with uninterrupted(), ExitStack() as stack:
            try:
                session = _reading(stack, engine, database, busy_timeout_seconds)
            except _NeedsWriterError as needed:
                stack.close()
                _open_alone(open_for_writing, needed)
                session = _reading(stack, engine, database, busy_timeout_seconds, again=True)
            yield Store(session)

    return open_store


def _open_alone(open_for_writing: OpenStore, needed: _NeedsWriterError) -> None:
    """Open the file for writing once, or say why reading cannot begin before."""
    try:
        with open_for_writing():
            return
    except StoreBusyError as error:
        raise StoreBusyError(
            f"{error.message} It cannot be read beside that, because {needed}.", hint=error.hint
        ) from error


def _reading(
    stack: ExitStack,
    engine: Engine,
    database: Path,
    timeout_seconds: float,
    *,
    again: bool = False,
) -> Session:
    """Open the file read-only for the stack; `again`: after it was opened for writing."""
    if not again and not database.exists():
        raise _NeedsWriterError("it must be made first")
    if not again and is_interrupted(database):
        raise _NeedsWriterError("an interrupted restore must be undone first")
    connection = connected_to(stack, engine, database, timeout_seconds, shared=True)
    session = Session(connection)
    check_open_database(database, session)
    if is_pending(session, _migrations()):
        raise _NeedsWriterError("this version must upgrade the database first")
    check_tables(session)
    return session


def _upgraded(
    path: Path, connection: duckdb.DuckDBPyConnection, version: int, kept: Path
) -> Session:
    """Migrate and say so; `kept` is the backup of the database before."""
    _log.warning(
        "The database is upgraded from schema %d to %d. %s holds it as it was before.",
        version,
        len(_migrations()),
        kept,
    )
    try:
        return _checked_session(path, connection, upgrade=True)
    except (duckdb.Error, SchemaVersionError) as error:
        raise StorageError(
            f"The database could not be upgraded from schema {version}:"
            f" {str(error).splitlines()[0].rstrip('.')}.",
            hint=f"Please report it. {kept} holds the database as it was before: install the"
            f" earlier version and run `living-survey restore {kept}` with it.",
        ) from error


def _checked_session(
    path: Path, connection: duckdb.DuckDBPyConnection, *, upgrade: bool = False
) -> Session:
    session = Session(
        connection,
        before_commit=increment_generation,
        after_commit=lambda session: note_manifest(path, take_manifest(session)),
    )
    check_open_database(path, session)
    pending = is_pending(session, _migrations())
    if pending and not upgrade and (version := schema_version(session)):
        raise _NeedsUpgradeError(version)
    accept(connection)
    if pending:
        migrate(session, _migrations(), derive=derive, at_once=True)
    check_tables(session)
    return session


@functools.cache
def _migrations() -> tuple[Migration, ...]:
    return known_migrations()


def increment_generation(session: Session) -> None:
    """Count a commit, for the manifest."""
    session.write("UPDATE store_state SET generation = generation + 1")
