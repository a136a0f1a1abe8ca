"""Build the three arXiv sources from the settings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from config.errors import ConfigError
from config.schema import ArxivSettings
from pipeline.ingest.sources.feed.source import FeedSource
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.query.source import QuerySource
from pipeline.ingest.sources.transport.addresses import origin
from pipeline.ingest.sources.transport.archive import Archive
from pipeline.ingest.sources.transport.client import ArxivHttp, make_client
from pipeline.ingest.sources.transport.clock_check import ClockCheck
from pipeline.ingest.sources.transport.limiter import Limiter, default_limiter_path

NO_CONTACT = "arxiv.contact is empty. arXiv asks its clients to identify themselves."
SET_CONTACT = 'Set contact = "you@example.org" under [arxiv] in living-survey.toml.'


@dataclass(frozen=True, slots=True)
class ArxivSources:
    """The three arXiv interfaces behind one rate limiter."""

    oai: OaiSource
    feed: FeedSource
    query: QuerySource
    clock_check: ClockCheck
    #: the number of requests made so far
    requests: Callable[[], int] = int


@contextmanager
def arxiv_sources(
    settings: ArxivSettings,
    clock: Callable[[], datetime],
    *,
    clock_confirmed_at: datetime | None = None,
) -> Iterator[ArxivSources]:
    """Open the HTTP client and the three sources that share it.

    Args:
        settings: addresses and limits.
        clock: dates the responses.
        clock_confirmed_at: when the clock was last known to be right.

    Raises:
        ConfigError: a URL is not local and `contact` is empty.
    """
    if settings.is_live and not settings.contact:
        raise ConfigError(NO_CONTACT, hint=SET_CONTACT)
    limiter = Limiter(settings.limiter or default_limiter_path(), settings.min_interval_seconds)
    clock_check = ClockCheck(clock_confirmed_at, live=settings.is_live)
    with make_client(
        connect_timeout_seconds=settings.connect_timeout_seconds,
        read_timeout_seconds=settings.read_timeout_seconds,
    ) as client:
        http = ArxivHttp(
            client,
            limiter,
            Archive(settings.archive),
            contact=settings.contact,
            clock=clock,
            clock_check=clock_check,
            origins=map(origin, (settings.oai_url, settings.rss_url, settings.query_url)),
            hub=origin(settings.hub_url) if settings.hub_url else None,
            run_deadline_seconds=settings.run_deadline_seconds,
        )
        yield ArxivSources(
            oai=OaiSource(http, settings.oai_url),
            feed=FeedSource(http, settings.rss_url),
            query=QuerySource(http, settings.query_url),
            clock_check=clock_check,
            requests=lambda: http.requests,
        )
