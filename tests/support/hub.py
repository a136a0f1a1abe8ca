"""Surveys that ask arXiv or a hub, a hub on a real socket, and what a survey holds."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.schema import ArxivSettings
from pipeline.ingest import fetch as fetching
from pipeline.ingest.fetch import FetchReport
from pipeline.ingest.hub.app import PAGE_SIZE, create_hub_app
from pipeline.ingest.hub.holdings import HubHoldings
from pipeline.ingest.sources.open import arxiv_sources
from pipeline.review.web.server import address, listen_anywhere, make_server
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import OpenStore, store_reader
from tests.support.services import make_services
from tests.support.storage import migrated

SETS = ("cs",)
CATEGORIES = ("cs.CV", "cs.CL")
#: what two surveys that asked for the same have in common; not where a response is kept
_HELD = {
    "papers": "SELECT * FROM papers ORDER BY arxiv_id",
    "paper_versions": "SELECT * FROM paper_version ORDER BY ALL",
    "changes": "SELECT * FROM changes ORDER BY ALL",
    "announcements": "SELECT * FROM announcement ORDER BY ALL",
    "feeds": "SELECT DISTINCT * FROM feed_check ORDER BY ALL",
    "gaps": "SELECT * FROM feed_gap ORDER BY ALL",
    "closed": "SELECT * FROM feed_gap_closed ORDER BY ALL",
    "ledger": "SELECT day, category, announced, held, missing, status FROM ledger ORDER BY ALL",
    "backfilled": "SELECT * FROM backfilled ORDER BY ALL",
    "windows": "SELECT * FROM harvest_window ORDER BY ALL",
    "cursors": "SELECT * FROM source_cursor WHERE name NOT LIKE 'hub:%' ORDER BY ALL",
    "quarantine": "SELECT reason, raw, arxiv_id FROM quarantine WHERE source = 'oai' ORDER BY ALL",
}


@dataclass(frozen=True)
class Member:
    """A survey in a directory of its own, which asks the addresses of its settings."""

    directory: Path
    clock: Callable[[], datetime]
    arxiv: ArxivSettings

    @property
    def open_store(self) -> OpenStore:
        """Open its database, an empty survey at first."""
        return migrated(self.directory / "survey.duckdb")

    @property
    def services(self) -> Services:
        """Return services with the clock of now."""
        return make_services(self.open_store, self.clock(), arxiv=self.arxiv)

    def fetch(self) -> FetchReport:
        """Fetch once."""
        services = self.services
        with arxiv_sources(self.arxiv, services.clock) as sources:
            return fetching.fetch(services, sources, Run())

    def held(self, *without: str) -> dict[str, list[Any]]:
        """Return what it holds."""
        with self.open_store() as store:
            return {
                name: store._session.rows(sql) for name, sql in _HELD.items() if name not in without
            }


def member(
    directory: Path,
    clock: Callable[[], datetime],
    *,
    sets: Sequence[str] = SETS,
    categories: Sequence[str] = CATEGORIES,
    **addresses: Any,
) -> Member:
    """Return a survey; `addresses` are hub_url or arXiv's three."""
    directory.mkdir(parents=True, exist_ok=True)
    settings = ArxivSettings(
        sets=tuple(sets),
        categories=tuple(categories),
        min_interval_seconds=0.001,
        archive=directory / "archive",
        limiter=directory / "limiter",
        **addresses,
    )
    return Member(directory, clock, settings)


@contextmanager
def hub_of(
    survey: Member, *, page_size: int = PAGE_SIZE, busy_timeout_seconds: float = 600.0
) -> Iterator[str]:
    """Serve a survey's holdings on a free port; yield the hub's address."""
    survey.open_store  # noqa: B018  makes the database
    with listen_anywhere("127.0.0.1", 0, section="hub") as listening:
        url = address(listening).rstrip("/")
        path = survey.directory / "survey.duckdb"
        holdings = HubHoldings(
            store_reader_of(path, busy_timeout_seconds), survey.arxiv, "Hub", url, survey.clock
        )
        app = create_hub_app(holdings, clock=survey.clock, page_size=page_size)
        server = make_server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join()


def store_reader_of(path: Path, busy_timeout_seconds: float) -> OpenStore:
    """Return what opens a database for reading."""
    return store_reader(path, busy_timeout_seconds=busy_timeout_seconds)


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the rows that only one of two surveys holds."""
    return {
        name: rows
        for name in one
        if (
            rows := [r for r in one[name] if r not in other[name]]
            + [r for r in other[name] if r not in one[name]]
        )
    }
