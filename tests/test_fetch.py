"""Fetching from a local arXiv into a real database: announced, harvested, repaired."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import ArxivSettings
from pipeline.fetch import FetchReport, fetch_papers
from pipeline.harvest import Window, backfill_windows, harvest_window, next_window
from pipeline.replica.faults import Fault, Kind
from pipeline.replica.log import Channel
from pipeline.replica.records import Record, Version
from pipeline.replica.server import ReplicaServer
from pipeline.sources.opening import ArxivSources, arxiv_sources
from storage.store import OpenStore, store_opener
from storage.types import LedgerStatus

TUESDAY = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)
CATEGORIES = ("cs.CV", "cs.CL")


def record(number: int, announced: date, *categories: str) -> Record:
    submitted = datetime.combine(announced - timedelta(days=1), datetime.min.time(), UTC)
    return Record(
        arxiv_id=f"2603.{number:05d}",
        title=f"Paper {number}",
        abstract="We propose a thing.",
        authors=("Ada Example",),
        categories=categories or ("cs.CV",),
        versions=(Version(1, submitted, announced),),
        datestamp=announced,
    )


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return store_opener(tmp_path / "survey.duckdb")


@contextmanager
def sources(arxiv: ReplicaServer, directory: Path) -> Iterator[ArxivSources]:
    settings = ArxivSettings(
        oai_url=arxiv.oai_url,
        rss_url=arxiv.rss_url,
        query_url=arxiv.query_url,
        min_interval_seconds=0.001,
        archive=directory / "archive",
        limiter=directory / "limiter",
    )
    with arxiv_sources(settings, lambda: TUESDAY) as opened:
        yield opened


def fetch(
    arxiv: ReplicaServer, directory: Path, open_store: OpenStore, now: datetime = TUESDAY
) -> FetchReport:
    with sources(arxiv, directory) as opened:
        return fetch_papers(
            opened.oai,
            opened.feed,
            opened.query,
            open_store,
            sets=("cs",),
            categories=CATEGORIES,
            overlap_days=3,
            clock=lambda: now,
        )


def test_a_day_is_announced_harvested_and_proven_complete(
    tmp_path: Path, open_store: OpenStore
) -> None:
    today = TUESDAY.date()
    papers = [record(1, today), record(2, today, "cs.CL"), record(3, today, "cs.LG", "cs.CV")]
    with ReplicaServer(papers, today=today) as arxiv:
        report = fetch(arxiv, tmp_path, open_store)
    assert report.exit_status == 0
    assert report.feed is not None
    assert (report.feed.day, report.feed.announced, report.feed.stale) == (today, 3, ())
    assert [harvest.counts.new for harvest in report.harvests] == [3]
    assert report.missing == ()
    with open_store() as store:
        ledger = {day.category: day for day in store.ledger.days(today)}
        assert store.cursors.get("oai:cs") == today.isoformat()
    assert (ledger["cs.CV"].announced, ledger["cs.CV"].held) == (2, 2)
    assert {day.status for day in ledger.values()} == {LedgerStatus.COMPLETE}


def test_what_oai_lacks_is_repaired_by_look_up(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    lacking = Fault(Kind.NO_RECORDS_MATCH, channel=Channel.OAI)
    with ReplicaServer(
        [record(1, today), record(2, today)], today=today, faults=[lacking]
    ) as arxiv:
        report = fetch(arxiv, tmp_path, open_store)
    assert report.repaired == 2
    assert report.missing == ()
    with open_store() as store:
        assert store.papers.held(["2603.00001", "2603.00002"]) == {"2603.00001", "2603.00002"}


def test_a_source_that_fails_leaves_the_others(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    forbidden = Fault(Kind.STATUS, channel=Channel.FEED, status=400)
    with ReplicaServer([record(1, today)], today=today, faults=[forbidden]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store)
    assert [failure.source for failure in report.failures] == ["feed"]
    assert report.exit_status == 1
    with open_store() as store:
        assert store.papers.count() == 1


def test_a_second_fetch_changes_nothing(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    with ReplicaServer([record(1, today)], today=today) as arxiv:
        fetch(arxiv, tmp_path, open_store)
        again = fetch(arxiv, tmp_path, open_store)
    assert [(h.counts.new, h.counts.unchanged) for h in again.harvests] == [(0, 1)]
    assert again.repaired == 0


def test_a_weekend_is_quiet(tmp_path: Path, open_store: OpenStore) -> None:
    with ReplicaServer([record(1, TUESDAY.date())], today=SATURDAY.date()) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, SATURDAY)
    assert report.exit_status == 0
    with open_store() as store:
        statuses = {day.status for day in store.ledger.days(SATURDAY.date())}
    assert statuses == {LedgerStatus.QUIET}


def test_the_cursor_stays_where_it_was_when_a_chain_breaks(
    tmp_path: Path, open_store: OpenStore
) -> None:
    today = TUESDAY.date()
    papers = [record(n, today) for n in range(1, 6)]
    broken = Fault(Kind.BAD_RESUMPTION_TOKEN, channel=Channel.OAI)
    with ReplicaServer(papers, today=today, page_size=2, faults=[broken]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store)
    assert [failure.source for failure in report.failures] == ["OAI set cs"]
    with open_store() as store:
        assert store.cursors.get("oai:cs") is None
        # what came before the break stays, the rest came by look-up of what was announced
        assert store.papers.count() == 5


def test_the_next_window_reaches_back_behind_the_cursor(open_store: OpenStore) -> None:
    today = date(2026, 3, 17)
    first = next_window(open_store, "cs", today=today, overlap_days=3)
    assert first == Window("cs", date(2026, 3, 14))
    with open_store() as store:
        store.cursors.save("oai:cs", "2026-03-10", TUESDAY)
    late = next_window(open_store, "cs", today=today, overlap_days=3)
    assert late == Window("cs", date(2026, 3, 7))


def test_backfill_windows_cover_every_day_once_and_end_on_sundays() -> None:
    windows = list(backfill_windows("cs", date(2025, 12, 3), date(2025, 12, 31)))
    assert windows[0] == Window("cs", date(2025, 12, 3), date(2025, 12, 7))
    assert windows[-1] == Window("cs", date(2025, 12, 29), date(2025, 12, 31))
    days = [
        window.from_day + timedelta(days=n)
        for window in windows
        for n in range(((window.until_day or date.max) - window.from_day).days + 1)
    ]
    assert days == [date(2025, 12, 3) + timedelta(days=n) for n in range(29)]


def test_a_harvest_counts_its_pages(tmp_path: Path, open_store: OpenStore) -> None:
    today = TUESDAY.date()
    papers = [record(n, today) for n in range(1, 6)]
    with (
        ReplicaServer(papers, today=today, page_size=2) as arxiv,
        sources(arxiv, tmp_path) as opened,
    ):
        report = harvest_window(
            opened.oai, open_store, Window("cs", today, today), clock=lambda: TUESDAY
        )
    assert (report.pages, report.counts.new) == (3, 5)
