"""A small arXiv for the steps: records by number, a local server, sources opened on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from config.schema import ArxivSettings
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest import fetch as fetching
from pipeline.ingest.fetch import FetchReport
from pipeline.ingest.protocol.record import Record, Version
from pipeline.ingest.sources.open import ArxivSources, arxiv_sources
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import OpenStore
from tests.support.services import make_services

CATEGORIES = ("cs.CV", "cs.CL")


def noon(day: date) -> datetime:
    """Return noon UTC, when New York's feed of that day is published."""
    return datetime.combine(day, time(12), UTC)


def make_record(
    number: int, announced: date, *categories: str, submitted: datetime | None = None, **more: Any
) -> Record:
    """Return a paper announced on a day; its first version came in the day before."""
    moment = submitted or noon(announced - timedelta(days=1))
    fields: dict[str, Any] = {
        "arxiv_id": f"2603.{number:05d}",
        "title": f"Paper {number}",
        "abstract": "We propose a thing.",
        "authors": ("Ada Example",),
        "categories": categories or ("cs.CV",),
        "versions": (Version(1, moment, announced),),
        "datestamp": announced,
    }
    return Record(**{**fields, **more})


@contextmanager
def sources(
    arxiv: ReplicaServer,
    directory: Path,
    now: datetime,
    *,
    clock_confirmed_at: datetime | None = None,
) -> Iterator[ArxivSources]:
    """Open the three sources on a local arXiv."""
    settings = ArxivSettings(
        oai_url=arxiv.oai_url,
        rss_url=arxiv.rss_url,
        query_url=arxiv.query_url,
        min_interval_seconds=0.001,
        archive=directory / "archive",
        limiter=directory / "limiter",
    )
    with arxiv_sources(settings, lambda: now, clock_confirmed_at=clock_confirmed_at) as opened:
        yield opened


def fetch(
    arxiv: ReplicaServer,
    directory: Path,
    open_store: OpenStore,
    now: datetime,
    categories: Sequence[str] = CATEGORIES,
    *,
    feed: Any = None,
    run: Run | None = None,
) -> FetchReport:
    """Fetch once from a local arXiv; `feed` replaces its feed."""
    with sources(arxiv, directory, now) as opened:
        asked = replace(opened, feed=feed or opened.feed)
        services = ingest_services(open_store, now, categories)
        return fetching.fetch(services, asked, run or Run())


def ingest_services(
    open_store: OpenStore, now: datetime, categories: Sequence[str] = CATEGORIES
) -> Services:
    """Return services of a survey that harvests the set `cs` for these categories."""
    arxiv = ArxivSettings(sets=("cs",), categories=tuple(categories), overlap_days=3)
    return make_services(open_store, now, arxiv=arxiv)
