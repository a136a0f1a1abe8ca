"""Build from the settings what every step is given; the only module that names real parts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from classifiers.kept.registry import ModelRegistry
from config.errors import ConfigError
from config.schema import Settings
from config.taxonomy import Taxonomy, load_taxonomy
from storage.engine.interrupted import check_not_gone, traces
from storage.store import OpenStore, Store, store_opener, store_reader

Clock = Callable[[], datetime]


class NoDatabaseError(ConfigError):
    """The database of the settings does not exist, and nothing shows that it ever did."""


class Database(StrEnum):
    """What a command expects of the database file."""

    #: refuse to start without one, because a wrong directory must not look like an empty survey
    MUST_EXIST = "must exist"
    #: create it if it does not exist, unless other files show that there was one
    CREATE = "create"
    #: start without one; opening the store then fails
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Services:
    """What the steps are given. The arXiv sources are opened by `ingest/sources/open.py`."""

    settings: Settings
    taxonomy: Taxonomy
    open_store: OpenStore
    clock: Clock
    models: ModelRegistry


def open_services(
    settings: Settings,
    *,
    database: Database = Database.MUST_EXIST,
    read_only: bool = False,
    busy_timeout_seconds: float | None = None,
    wal_left: int = 0,
) -> Services:
    """Build the services of these settings.

    Args:
        settings: of this call.
        database: what is expected of the database file.
        read_only: open the store for reading, while other processes read it too.
        busy_timeout_seconds: the longest wait for the database, if shorter than the setting.
        wal_left: bytes of the WAL that may be left when the store is closed.

    Raises:
        NoDatabaseError: the database must exist and does not.
        DatabaseGoneError: it does not exist, but other files show that there was one.
        ConfigError: the taxonomy cannot be read.
    """
    if database is not Database.ANY:
        check_database(settings, create=database is Database.CREATE)
    open_store = store_of(
        settings,
        read_only=read_only,
        busy_timeout_seconds=busy_timeout_seconds,
        wal_left=wal_left,
    )
    return Services(
        settings=settings,
        taxonomy=load_taxonomy(settings.survey.taxonomy),
        open_store=_checked(settings, open_store, create=database is Database.CREATE),
        clock=clock_of(settings),
        models=ModelRegistry(settings.classifier.models),
    )


def store_of(
    settings: Settings,
    *,
    read_only: bool = False,
    busy_timeout_seconds: float | None = None,
    wal_left: int = 0,
) -> OpenStore:
    """Return what opens the database of these settings; it is created if it does not exist."""
    patience = settings.database.busy_timeout_seconds
    if busy_timeout_seconds is not None:
        patience = min(patience, busy_timeout_seconds)
    path = settings.database.path
    if read_only:
        return store_reader(path, busy_timeout_seconds=patience)
    return store_opener(path, busy_timeout_seconds=patience, wal_left=wal_left)


def _checked(settings: Settings, open_store: OpenStore, *, create: bool) -> OpenStore:
    """Check at each opening, because the file can go while a service runs."""

    def open_checked() -> AbstractContextManager[Store]:
        check_database(settings, create=create)
        return open_store()

    return open_checked


def clock_of(settings: Settings) -> Clock:
    """Return the clock: the fixed time of LIVING_SURVEY_NOW if set, else the system's time."""
    fixed = settings.now
    if fixed is not None:
        return lambda: fixed
    return lambda: datetime.now(UTC)


def check_database(settings: Settings, *, create: bool) -> None:
    """Raise DatabaseGoneError or, unless it may be created, NoDatabaseError for a missing database.

    Models and responses of arXiv show that there was a database, as its manifest does.
    """
    path = settings.database.path
    if path.exists():
        return
    check_not_gone(path, traces(path, (settings.arxiv.archive, settings.classifier.models)))
    if not create:
        raise NoDatabaseError(
            f"There is no database {path}.",
            hint="Run it in the directory of living-survey.toml or name that file with --config; "
            "`living-survey init` starts a new survey.",
        )
