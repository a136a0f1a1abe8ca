"""The one place that names real parts: settings in, services out. Nothing happens at import."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from config.settings import Settings
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


def bootstrap(settings: Settings) -> Services:
    """Wire everything that does not talk to arXiv."""
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
