"""Store what the daily feed announces in the ledger; the records themselves come from OAI."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.ingest.ledger import WATCHED_DAYS
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.feed.source import Feed, FeedSource
from pipeline.runtime.services import Services
from storage.calendar import announcement_day, may_be_quiet
from storage.store import Store
from storage.types import AnnounceType

_COUNTED = (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What the feed of a day announced."""

    day: date
    #: new and cross-listed papers, over all categories whose feed is of this day
    announced: int
    #: categories whose feed repeats an earlier day; the next run asks again
    stale: tuple[str, ...]
    #: one category reached arXiv's limit of 2,000 items, so some are missing from its feed
    capped: bool = False
    #: items that could not be read
    quarantined: int = 0
    #: papers that only a repeated feed names, because they were announced before
    repeated: int = 0
    #: unreadable items and cut-off feeds, which may have announced further papers
    untold: int = 0


def read_feed(services: Services, source: FeedSource) -> FeedReport:
    """Store what today's feed announces for the survey's categories.

    Raises:
        SourceError: arXiv did not answer, or the feed is of another age.
    """
    categories = services.settings.arxiv.categories
    feed = source.today(categories)
    now = services.clock()
    if not is_current(feed, now):
        raise BadResponseError(
            f"arXiv's feed is dated {feed.day}, but here it is {now.astimezone(UTC):%Y-%m-%d %H:%M}"
            " UTC.",
            hint="Correct this machine's clock (or LIVING_SURVEY_NOW) and run it again.",
        )
    with services.open_store() as store:
        stale = store_feed(store, categories, feed, checked_at=services.clock())
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
        untold=len(feed.unreadable_items),
    )


def is_current(feed: Feed, now: datetime) -> bool:
    """Return whether a feed is of the last 14 days: not of a day to come, nor of another age."""
    today = announcement_day(now)
    return today - timedelta(days=WATCHED_DAYS) <= feed.day <= today


def store_feed(
    store: Store, categories: Sequence[str], feed: Feed, *, checked_at: datetime
) -> tuple[str, ...]:
    """Record one feed for these categories; return the categories it was stale for."""
    checks = store.announcements.add(
        feed.day,
        categories,
        feed.announcements,
        checked_at=checked_at,
        calendar_quiet=may_be_quiet(feed.day),
        untold=feed.unreadable_items,
    )
    return tuple(check.category for check in checks if check.stale)
