"""The one place that names real parts: settings in, services out. Nothing happens at import."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from config.errors import ConfigError
from config.schema import Settings
from config.taxonomy import Taxonomy, load_taxonomy
from storage.store import OpenStore, store_opener

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Services:
    """What the steps are given. What asks arXiv is opened apart: `sources/opening.py`."""

    settings: Settings
    taxonomy: Taxonomy
    open_store: OpenStore
    clock: Clock


def bootstrap(settings: Settings, *, creating: bool = False) -> Services:
    """Wire everything that does not talk to arXiv.

    Args:
        settings: of this call.
        creating: whether a database that is not there yet may be created. Only what brings papers
            in does; a question asked in the wrong directory must not look like an empty survey.

    Raises:
        ConfigError: there is no database.
    """
    if not creating and not settings.database.path.exists():
        raise ConfigError(
            f"There is no database {settings.database.path}.",
            hint="Call this where living-survey.toml lies or name it with --config; "
            "`living-survey init` starts a new survey.",
        )
    return Services(
        settings=settings,
        taxonomy=load_taxonomy(settings.survey.taxonomy),
        open_store=store_opener(
            settings.database.path,
            busy_timeout_seconds=settings.database.busy_timeout_seconds,
        ),
        clock=clock_of(settings),
    )


def clock_of(settings: Settings) -> Clock:
    """Return the product's clock: fixed by LIVING_SURVEY_NOW for replays, else the real one."""
    fixed = settings.now
    if fixed is not None:
        return lambda: fixed
    return lambda: datetime.now(UTC)
