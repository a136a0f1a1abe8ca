"""Fetch: the day's announcements, then the record by OAI, then a repair of what is missing.

The feed says what was announced, OAI is the record, the query API repairs. A source that fails
leaves the others; nothing a source sent is dropped. The ledger is brought up to date in any case.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.errors import TryAgainLaterError
from pipeline.ingest.announcements import FeedReport, read_feed
from pipeline.ingest.calendar import announcement_day
from pipeline.ingest.harvest import (
    HarvestReport,
    Window,
    close_gaps,
    cursor_name,
    harvest_window,
    next_windows,
)
from pipeline.ingest.ledger import LedgerReport, refresh_ledger
from pipeline.ingest.repair import RepairReport, repair
from pipeline.ingest.sources.errors import SourceError
from pipeline.ingest.sources.feed.source import FeedSource
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.query.source import QuerySource
from storage.store import OpenStore, Store


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that did not deliver, and why."""

    source: str
    reason: str
    #: the same command may succeed later
    later: bool


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one fetch brought, and what it could not bring."""

    feed: FeedReport | None
    harvests: tuple[HarvestReport, ...]
    #: announced papers that OAI did not bring and a look-up did
    repaired: int
    #: announced papers that we still do not hold
    missing: tuple[str, ...]
    quarantined: int
    failures: tuple[Failure, ...]
    ledger: LedgerReport
    #: what this fetch changed about papers whose approval stands, counted by kind
    corrections: Mapping[str, int]

    @property
    def exit_status(self) -> int:
        """0 if all is well, 75 if what failed passes by itself, else 1: a human must look."""
        if self.ledger.overdue or not all(failure.later for failure in self.failures):
            return 1
        return TryAgainLaterError.exit_status if self.failures else 0


def fetch_papers(
    oai: OaiSource,
    feed: FeedSource,
    query: QuerySource,
    open_store: OpenStore,
    *,
    sets: Sequence[str],
    categories: Sequence[str],
    overlap_days: int,
    clock: Callable[[], datetime],
    on_page: Callable[[int], None] = lambda _: None,
) -> FetchReport:
    """Ask the three sources in turn, store what they say, and bring the ledger up to date."""
    started = clock()
    failures: list[Failure] = []
    announced = None
    try:
        announced = read_feed(feed, open_store, categories, clock=clock)
    except SourceError as error:
        failures.append(_failure("feed", error))
    harvests = []
    today = clock().astimezone(UTC).date()
    windows = next_windows(open_store, sets, today=today, overlap_days=overlap_days)
    over = announcement_day(clock()) - timedelta(days=1)
    for window in windows:
        try:
            harvests.append(harvest_set(oai, open_store, window, clock=clock, on_page=on_page))
        except SourceError as error:
            failures.append(_failure(f"OAI set {window.set_name}", error))
    repaired = repair(query, oai, open_store, clock=clock)
    if repaired.failure:
        failures.append(_failure("look-up", repaired.failure))
    with open_store() as store:
        if len(harvests) == len(windows):
            asked = max((window.from_day for window in windows), default=today)
            close_gaps(store, harvests, sets=sets, from_day=asked, until_day=over)
        ledger = refresh_ledger(store, categories, clock=clock)
        corrections = Counter(change.kind for change in store.changes.to_approved(started))
    return FetchReport(
        feed=announced,
        harvests=tuple(harvests),
        repaired=repaired.repaired,
        missing=repaired.missing,
        quarantined=_quarantined(announced, harvests, repaired),
        failures=tuple(failures),
        ledger=ledger,
        corrections=dict(sorted(corrections.items())),
    )


def harvest_set(
    oai: OaiSource,
    open_store: OpenStore,
    window: Window,
    *,
    clock: Callable[[], datetime],
    on_page: Callable[[int], None],
) -> HarvestReport:
    """Harvest a set's window; move its cursor after the last page and never before."""

    def move_cursor(store: Store, harvest: HarvestReport) -> None:
        if harvest.response_at is not None and not harvest.suspicious:
            day = harvest.response_at.date().isoformat()
            store.cursors.save(cursor_name(window.set_name), day, clock())

    return harvest_window(
        oai, open_store, window, clock=clock, on_page=on_page, on_complete=move_cursor
    )


def _quarantined(
    feed: FeedReport | None, harvests: Sequence[HarvestReport], repaired: RepairReport
) -> int:
    from_feed = feed.quarantined if feed else 0
    return from_feed + sum(h.quarantined for h in harvests) + repaired.quarantined


def _failure(source: str, error: SourceError) -> Failure:
    return Failure(source, str(error), isinstance(error, TryAgainLaterError))
