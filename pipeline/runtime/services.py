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
from storage.store import OpenStore, Store, store_opener

Clock = Callable[[], datetime]


class NoDatabaseError(ConfigError):
    """The database of the settings does not exist."""


class Database(StrEnum):
    """What a command expects of the database file."""

    #: refuse to start without one, because a wrong directory must not look like an empty survey
    MUST_EXIST = "must exist"
    #: create it if it does not exist
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
    busy_timeout_seconds: float | None = None,
) -> Services:
    """Build the services of these settings.

    Args:
        settings: of this call.
        database: what is expected of the database file.
        busy_timeout_seconds: the longest wait for the database, if shorter than the setting.

    Raises:
        NoDatabaseError: the database must exist and does not.
        ConfigError: the taxonomy cannot be read.
    """
    if database is Database.MUST_EXIST:
        _check_exists(settings)
    open_store = store_of(settings, busy_timeout_seconds=busy_timeout_seconds)
    return Services(
        settings=settings,
        taxonomy=load_taxonomy(settings.survey.taxonomy),
        open_store=open_store if database is not Database.ANY else _existing(settings, open_store),
        clock=clock_of(settings),
        models=ModelRegistry(settings.classifier.models),
    )


def store_of(settings: Settings, *, busy_timeout_seconds: float | None = None) -> OpenStore:
    """Return what opens the database of these settings; it is created if it does not exist."""
    patience = settings.database.busy_timeout_seconds
    if busy_timeout_seconds is not None:
        patience = min(patience, busy_timeout_seconds)
    return store_opener(settings.database.path, busy_timeout_seconds=patience)


def clock_of(settings: Settings) -> Clock:
    """Return the clock: the fixed time of LIVING_SURVEY_NOW if set, else the system's time."""
    fixed = settings.now
    if fixed is not None:
        return lambda: fixed
    return lambda: datetime.now(UTC)


def _existing(settings: Settings, open_store: OpenStore) -> OpenStore:
    def open_existing() -> AbstractContextManager[Store]:
        _check_exists(settings)
        return open_store()

    return open_existing


def _check_exists(settings: Settings) -> None:
    if not settings.database.path.exists():
        raise NoDatabaseError(
            f"There is no database {settings.database.path}.",
            hint="Run it in the directory of living-survey.toml or name that file with --config; "
            "`living-survey init` starts a new survey.",
        )
