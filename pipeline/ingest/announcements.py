"""What the daily feed announces, into the ledger. The signal only: records come by OAI."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipeline.ingest.calendar import announcement_day, may_be_quiet
from pipeline.ingest.sources.errors import BadAnswerError
from pipeline.ingest.sources.feed.source import Feed, FeedSource
from storage.store import OpenStore, Store
from storage.types import AnnounceType

_COUNTED = (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What the day's feed announced."""

    day: date
    #: new and cross-listed papers, over all categories whose feed is of this day
    announced: int
    #: categories whose feed only repeats an earlier day: asked again by the next run
    stale: tuple[str, ...]
    #: one category alone reached arXiv's cap of 2,000 items: some are not in its feed
    capped: bool = False
    #: items that could not be read
    quarantined: int = 0
    #: papers that only such a repeated feed names: they were announced before
    repeated: int = 0
    #: items that may have announced papers nobody knows of: unreadable ones, and a feed cut short
    untold: int = 0


def read_feed(
    source: FeedSource,
    open_store: OpenStore,
    categories: Sequence[str],
    *,
    clock: Callable[[], datetime],
) -> FeedReport:
    """Store what today's feed announces for these categories.

    Raises:
        SourceError: arXiv did not answer, or with a feed of a day that is still to come.
    """
    feed = source.today(categories)
    now = clock()
    if is_ahead(feed, now):
        raise BadAnswerError(
            f"arXiv's feed is dated {feed.day}, but here it is {now.astimezone(UTC):%Y-%m-%d %H:%M}"
            " UTC.",
            hint="Set this machine's clock right (or LIVING_SURVEY_NOW) and run it again.",
        )
    with open_store() as store:
        stale = store_feed(store, categories, feed, checked_at=clock())
        quarantined = store.quarantine.add(feed.malformed)
    listed = {a.arxiv_id: a for a in feed.announcements if a.announce_type in _COUNTED}
    fresh = set(categories) - set(stale)
    repeated = sum(
        not fresh.intersection(a.categories) and not set(stale).isdisjoint(a.categories)
        for a in listed.values()
    )
    return FeedReport(
        day=feed.day,
        announced=len(listed) - repeated,
        stale=stale,
        capped=feed.capped,
        quarantined=quarantined,
        repeated=repeated,
        untold=len(feed.untold),
    )


def is_ahead(feed: Feed, now: datetime) -> bool:
    """Say whether a feed is of a day that has not begun: the ledger has no place for it yet."""
    return feed.day > announcement_day(now)


def store_feed(
    store: Store, categories: Sequence[str], feed: Feed, *, checked_at: datetime
) -> tuple[str, ...]:
    """Record one feed as an answer about these categories; return those it was stale for."""
    checks = store.announcements.add(
        feed.day,
        categories,
        feed.announcements,
        checked_at=checked_at,
        calendar_quiet=may_be_quiet(feed.day),
        untold=feed.untold,
    )
    return tuple(check.category for check in checks if check.stale)
