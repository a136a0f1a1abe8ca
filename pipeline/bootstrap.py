"""The one place that names real parts: settings in, services out. Nothing happens at import."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from config.errors import ConfigError
from config.settings import Settings
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.sources.feed import FeedSource
from pipeline.sources.oai import OaiSource
from pipeline.sources.query import QuerySource
from storage.store import OpenStore, store_opener

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Services:
    """What the steps are given."""

    settings: Settings
    taxonomy: Taxonomy
    open_store: OpenStore
    clock: Clock


@dataclass(frozen=True, slots=True)
class ArxivSources:
    """The three ways to ask arXiv, behind one limiter."""

    oai: OaiSource
    feed: FeedSource
    query: QuerySource


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


@contextmanager
def arxiv_sources(settings: Settings, clock: Clock) -> Iterator[ArxivSources]:
    """Open the one polite HTTP client and the three sources that share it."""
    from pipeline.sources.http import open_arxiv_http  # noqa: PLC0415  # httpx costs 0.25 s

    arxiv = settings.arxiv
    if arxiv.is_live and not arxiv.contact:
        raise ConfigError(
            "arxiv.contact is empty, and arXiv asks clients to say who they are.",
            hint='Set contact = "you@example.org" under [arxiv] in living-survey.toml.',
        )
    with open_arxiv_http(arxiv, clock) as http:
        yield ArxivSources(
            oai=OaiSource(http, arxiv.oai_url),
            feed=FeedSource(http, arxiv.rss_url),
            query=QuerySource(http, arxiv.query_url),
        )
