"""Fetch: the day's announcements, then the record by OAI, then a look-up for what is missing.

The feed says what was announced, OAI is the record, the query API repairs. A source that fails
leaves the others; nothing a source sent is dropped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from config.errors import TryAgainLaterError
from pipeline.calendar import may_be_quiet
from pipeline.harvest import HarvestReport, cursor_name, harvest_window, next_window
from pipeline.sources.errors import SourceError
from pipeline.sources.feed import FeedSource
from pipeline.sources.oai import OaiSource
from pipeline.sources.query import QuerySource
from storage.store import OpenStore
from storage.types import AnnounceType

#: How far back a missing announcement is still looked up. Moderation holds last days, not weeks.
REPAIR_DAYS = 14

_COUNTED = (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What the day's feed announced."""

    day: date
    #: new and cross-listed papers, over all categories asked for
    announced: int
    #: categories whose feed only repeats an earlier day: asked again by the next run
    stale: tuple[str, ...]


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

    @property
    def exit_status(self) -> int:
        """0 when all sources answered, 75 when all failures pass by themselves, else 1."""
        if not self.failures:
            return 0
        return TryAgainLaterError.exit_status if all(f.later for f in self.failures) else 1


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
    """Ask the three sources in turn and store what they say."""
    failures: list[Failure] = []
    quarantined = 0
    feed_report = None
    try:
        feed_report, quarantined = read_feed(feed, open_store, categories, clock=clock)
    except SourceError as error:
        failures.append(_failure("feed", error))

    harvests = []
    for set_name in sets:
        window = next_window(
            open_store, set_name, today=clock().astimezone(UTC).date(), overlap_days=overlap_days
        )
        try:
            harvest = harvest_window(oai, open_store, window, clock=clock, on_page=on_page)
        except SourceError as error:
            failures.append(_failure(f"OAI set {set_name}", error))
            continue
        harvests.append(harvest)
        if harvest.response_at is not None:
            with open_store() as store:
                store.cursors.save(
                    cursor_name(set_name), harvest.response_at.date().isoformat(), clock()
                )

    repaired = 0
    missing: tuple[str, ...] = ()
    try:
        repaired, missing = repair(query, open_store, clock=clock)
    except SourceError as error:
        failures.append(_failure("look-up", error))
    quarantined += sum(harvest.quarantined for harvest in harvests)
    return FetchReport(
        feed_report, tuple(harvests), repaired, missing, quarantined, tuple(failures)
    )


def read_feed(
    feed: FeedSource,
    open_store: OpenStore,
    categories: Sequence[str],
    *,
    clock: Callable[[], datetime],
) -> tuple[FeedReport, int]:
    """Store what the day's feed announces; return it with the number of unreadable items."""
    today = feed.today(categories)
    with open_store() as store:
        checks = store.announcements.add(
            today.day,
            categories,
            today.announcements,
            checked_at=clock(),
            calendar_quiet=may_be_quiet(today.day),
        )
        quarantined = store.quarantine.add(today.malformed)
    announced = sum(item.announce_type in _COUNTED for item in today.announcements)
    stale = tuple(check.category for check in checks if check.stale)
    return FeedReport(today.day, announced, stale), quarantined


def repair(
    query: QuerySource, open_store: OpenStore, *, clock: Callable[[], datetime]
) -> tuple[int, tuple[str, ...]]:
    """Look up what was announced lately and is not held; return (repaired, still missing)."""
    since = clock().date() - timedelta(days=REPAIR_DAYS)
    with open_store() as store:
        missing = list(store.ledger.missing(since))
    if not missing:
        return 0, ()
    found = query.look_up(missing)
    with open_store() as store:
        store.papers.upsert(found.papers, seen_at=clock())
        store.quarantine.add(found.malformed)
        still = tuple(store.ledger.missing(since))
    return len(missing) - len(still), still


def _failure(source: str, error: SourceError) -> Failure:
    return Failure(source, str(error), isinstance(error, TryAgainLaterError))
