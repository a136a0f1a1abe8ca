"""What a hub answers from: its database, read in one short lease for each part of an answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.schema import ArxivSettings
from pipeline.ingest.hub.announced import feed_day, latest_day
from pipeline.ingest.hub.reach import complete_until, first_day
from pipeline.ingest.hub.records import QUERY_PARAGRAPH, record_of
from pipeline.ingest.hub.unread import unread_in
from pipeline.ingest.protocol.holdings import (
    NOT_HELD,
    FeedDay,
    Identity,
    Listed,
    Mark,
    RefusedError,
    Window,
)
from pipeline.ingest.protocol.record import Record
from pipeline.ingest.protocol.sets import categories_in
from pipeline.ingest.sources.fields.categories import canonical_categories
from storage.arxiv_id import is_key
from storage.calendar import announcement_day
from storage.served import CheckedFeed
from storage.store import OpenStore

#: days back to which a feed is looked for, as far as surveys take one
FEED_DAYS = 14
#: records of a page, whatever is listed
_MOST = 5_000
_DESCRIPTION = """            <description>
        <text xmlns="urn:living-survey:hub">A hub: the part of arXiv that one installation of
        Living Survey holds. responseDate of a list is the moment up to which the list is complete.
        </text>
    </description>"""


@dataclass(frozen=True, slots=True)
class HubHoldings:
    """The papers, announcements and unread records of one installation."""

    read_store: OpenStore
    settings: ArxivSettings
    name: str
    #: without a slash at the end
    url: str
    clock: Callable[[], datetime]
    #: of the argument of a token: the last ID that was shown
    mark: str = "after"

    def note(self) -> str:
        """Return what it serves, and what other surveys set."""
        sets, categories = ", ".join(self.settings.sets), ", ".join(self.settings.categories)
        return (
            f"It serves the sets {sets} and the feeds of {categories}. Other surveys set:\n"
            f'[arxiv]\nhub_url = "{self.url}"'
        )

    def identity(self) -> Identity:
        """Return who answers and since which day it holds papers."""
        with self.read_store() as store:
            first = first_day(store.harvests.all(), self.settings.sets)
        since = first or self.clock().date()
        return Identity(
            name=self.name,
            base_url=f"{self.url}/oai",
            request_url=f"{self.url}/oai",
            admin=self.settings.contact,
            earliest=since,
            deleted="no",
            description=_DESCRIPTION,
            sets=self.settings.sets,
            too_early=f"This hub holds records since {since}; on the hub, living-survey backfill"
            " --from DAY brings earlier ones",
        )

    def is_place(self, text: str) -> bool:
        """Return whether it is an arXiv ID."""
        return is_key(text)

    def listed(self, window: Window, mark: Mark | None, limit: int) -> Listed:
        """Return a page.

        The next one begins past the last ID that was shown, so a record that comes or changes
        between two pages hides no other.
        """
        limit = min(limit, _MOST)
        categories = categories_in(window.set_name) if window.set_name else ()
        with self.read_store() as store:
            until = complete_until(store.harvests.all(), self.settings.sets, window)
            after = (mark.day, mark.place) if mark else None
            rows = store.served.page(
                window.first,
                window.last,
                canonical_categories(categories),
                after=after,
                limit=limit + 1,
            )
            shown = rows[:limit]
            papers = store.papers.get_many(arxiv_id for _, arxiv_id in shown)
            unread = store.served.unread() if len(rows) <= limit else []
        records = (record_of(stored.paper) for stored in papers.values())
        return Listed(
            records=tuple(record for record in records if record),
            following=Mark(*shown[-1]) if len(rows) > limit else None,
            as_of=until,
            unread=unread_in(window, unread),
        )

    def record(self, arxiv_id: str) -> Record | None:
        """Return one record that came from OAI."""
        with self.read_store() as store:
            stored = store.papers.get(arxiv_id)
        return record_of(stored.paper) if stored and stored.paper.datestamp else None

    def feed_of(self, names: Sequence[str], categories: frozenset[str]) -> FeedDay:  # noqa: ARG002
        """Return the newest day whose feed the hub read, dated with that day."""
        wanted = canonical_categories(names)
        watched = canonical_categories(self.settings.categories)
        if other := [name for name in wanted if name not in watched]:
            raise RefusedError(
                f"This hub reads no feed of {', '.join(other)}; it reads {', '.join(watched)}."
            )
        since = announcement_day(self.clock()) - timedelta(days=FEED_DAYS)
        with self.read_store() as store:
            feeds = store.served.feeds(wanted, since)
            day = latest_day(feeds, wanted)
            papers = store.served.announced(day, wanted)
            held = store.papers.get_many(paper.arxiv_id for paper in papers)
        records = {key: record for key, one in held.items() if (record := record_of(one.paper))}
        return feed_day(day, papers, records, _unread(feeds, day))

    def found(self, arxiv_ids: Iterable[str]) -> Mapping[str, Record]:
        """Return the records with these IDs; a hub cannot say what arXiv does not have."""
        wanted = list(arxiv_ids)
        with self.read_store() as store:
            held = store.papers.get_many(wanted)
        records = {
            key: record
            for key, one in held.items()
            if (record := record_of(one.paper, paragraph=QUERY_PARAGRAPH))
        }
        if missing := [one for one in wanted if one not in records]:
            raise RefusedError(f"{NOT_HELD} {', '.join(missing)}.")
        return records

    def everything(self) -> Sequence[Record]:
        """Refuse a search."""
        raise RefusedError(
            "This hub answers look-ups by ID and no searches, because it holds a part of arXiv."
        )


def _unread(feeds: Sequence[CheckedFeed], day: date) -> list[str]:
    return [one.category for one in feeds if one.day == day for _ in range(one.unread)]
