"""What the daily feed announces, into the ledger. The signal only: records come by OAI."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.calendar import may_be_quiet
from pipeline.sources.feed import Feed, FeedSource
from storage.store import OpenStore, Store
from storage.types import AnnounceType

_COUNTED = (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What the day's feed announced."""

    day: date
    #: new and cross-listed papers, over all categories asked for
    announced: int
    #: categories whose feed only repeats an earlier day: asked again by the next run
    stale: tuple[str, ...]
    #: categories whose feed reached arXiv's cap of 2,000 items even when asked for alone
    capped: tuple[str, ...] = ()
    #: items that could not be read
    quarantined: int = 0


def read_feed(
    source: FeedSource,
    open_store: OpenStore,
    categories: Sequence[str],
    *,
    clock: Callable[[], datetime],
) -> FeedReport:
    """Store what today's feed announces for these categories.

    Raises:
        SourceError: arXiv did not answer; what was read before stays stored.
    """
    papers: set[str] = set()
    stale: list[str] = []
    capped: list[str] = []
    days: list[date] = []
    quarantined = 0
    for asked, feed in _feeds(source, tuple(categories)):
        with open_store() as store:
            stale += store_feed(store, asked, feed, checked_at=clock())
            quarantined += store.quarantine.add(feed.malformed)
        papers |= {a.arxiv_id for a in feed.announcements if a.announce_type in _COUNTED}
        capped += asked if feed.capped else ()
        days.append(feed.day)
    return FeedReport(max(days), len(papers), tuple(stale), tuple(capped), quarantined)


def store_feed(
    store: Store, categories: Sequence[str], feed: Feed, *, checked_at: datetime
) -> list[str]:
    """Record one feed as an answer about these categories; return those it was stale for."""
    checks = store.announcements.add(
        feed.day,
        categories,
        feed.announcements,
        checked_at=checked_at,
        calendar_quiet=may_be_quiet(feed.day),
    )
    return [check.category for check in checks if check.stale]


def is_cut(categories: Sequence[str], feed: Feed) -> bool:
    """Say whether arXiv's cap has cut a feed that smaller questions would bring whole."""
    return feed.capped and len(categories) > 1


def _feeds(
    source: FeedSource, categories: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Feed]]:
    """Yield feeds that cover the categories, in halves where one would be cut at the cap."""
    feed = source.today(categories)
    if not is_cut(categories, feed):
        yield categories, feed
        return
    middle = len(categories) // 2
    yield from _feeds(source, categories[:middle])
    yield from _feeds(source, categories[middle:])
