"""Fetch and parse the daily RSS and Atom feeds, which announce papers.

The document is parsed strictly first, because feedparser accepts cut documents; feedparser's
sanitizing is off, because it deletes `<...>` from abstracts.
"""

import copy
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from lxml import etree

from pipeline.ingest.sources.errors import (
    BadRequestError,
    BadResponseError,
    MalformedRecordError,
    UnevenFeedsError,
)
from pipeline.ingest.sources.feed.item import (
    announcement_of,
    categories_of,
    day_of,
    half_read,
    may_be_unheard_of,
)
from pipeline.ingest.sources.feed.plain import UNREAD, plain_channel, plain_item
from pipeline.ingest.sources.fields.elements import refuse_markup
from pipeline.ingest.sources.fields.text import plain_line
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.client import ArxivHttp
from pipeline.ingest.sources.transport.strict_xml import parse_strict
from storage.arxiv_id import parse_arxiv_id
from storage.types import Announcement, AnnounceType, QuarantinedRecord

#: arXiv cuts the joined feed here without notice
ITEM_CAP = 2000
_ATOM = "{http://www.w3.org/2005/Atom}"
_ITEMS = ("item", _ATOM + "entry")
_UNREAD = (*UNREAD, *(_ATOM + name for name in ("summary", "link", "author", "rights")))
_READ = frozenset(
    {
        *("guid", "title", "pubDate", "{http://arxiv.org/schemas/atom}announce_type"),
        *(_ATOM + name for name in ("id", "title", "published")),
    }
)
_CATEGORY = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)?(?:\.[A-Za-z]+(?:-[A-Za-z]+)?)?")


@dataclass(frozen=True, slots=True)
class Feed:
    """One day's feed for the requested categories."""

    title: str
    #: announcement day in America/New_York
    day: date
    announcements: tuple[Announcement, ...]
    malformed: tuple[QuarantinedRecord, ...]
    #: items are missing because of arXiv's cap
    capped: bool
    raw_path: str | None = None
    #: possible categories (empty: any) of each item that may announce an unknown paper
    unreadable_items: tuple[tuple[str, ...], ...] = ()


def parse_feed(body: bytes, *, at: datetime, raw_path: str | None = None) -> Feed:
    """Parse an RSS 2.0 or Atom feed; `at` dates what is quarantined.

    A faulty item counts as announced if its ID is readable.

    Raises:
        BadRequestError: it is an error feed.
        BadResponseError: it is not a feed, or incomplete.
    """
    document = parse_strict(body)
    root = document.root
    items = list(root.iter("item")) if root.tag == "rss" else list(root.iter(_ATOM + "entry"))
    if root.tag not in ("rss", _ATOM + "feed"):
        raise BadResponseError(f"The response is not a feed: its root is {root.tag!r}.")
    channel, entries = _entries(root, items)
    title = plain_line(channel.get("title", ""))
    if title.startswith("Feed error"):
        reason = plain_line(channel.get("subtitle", ""))
        raise BadRequestError(
            f"arXiv's feed reports an error: {(reason or title).rstrip('.')}.",
            reason=reason,
            hint="Correct [arxiv] categories.",
        )
    announced: list[Announcement] = []
    malformed: list[QuarantinedRecord] = []
    unreadable_items: list[tuple[str, ...]] = []
    if document.cleaned:
        reason = "forbidden characters were taken out of this feed"
        malformed.append(QuarantinedRecord("feed", reason, body, raw_path, None, at))
    day = _feed_day(channel, entries)
    for entry, item in zip(entries, items, strict=True):
        try:
            refuse_markup(item, _READ)
            announced.append(announcement_of(entry, day))
        except (MalformedRecordError, ValueError) as error:
            reason = error.message if isinstance(error, MalformedRecordError) else str(error)
            identifier = parse_arxiv_id(entry.get("id", ""))
            if identifier is not None:
                announced.append(half_read(entry, identifier, day))
            elif may_be_unheard_of(entry):
                unreadable_items.append(categories_of(entry))
            malformed.append(
                QuarantinedRecord(
                    "feed",
                    reason,
                    etree.tostring(item, encoding="utf-8", with_tail=False),
                    raw_path,
                    identifier.base if identifier else None,
                    at,
                )
            )
    return Feed(
        title=title,
        day=day,
        announcements=tuple(announced),
        malformed=tuple(malformed),
        capped=len(items) >= ITEM_CAP,
        raw_path=raw_path,
        unreadable_items=tuple(unreadable_items),
    )


class FeedSource:
    """arXiv's feeds at a base address."""

    def __init__(self, http: ArxivHttp, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")

    def today(self, categories: Sequence[str]) -> Feed:
        """Return today's RSS feed of these categories or archives.

        Announce types are relative to exactly these categories. A feed cut at arXiv's cap is
        requested again by halves; one that a single category overflows stays `capped`.

        Raises:
            BadRequestError: a name is not a category.
        """
        for name in categories:
            if not _CATEGORY.fullmatch(name):
                raise BadRequestError(
                    f"{name!r} is not an arXiv category.", hint="Correct [arxiv] categories."
                )
        if not categories:
            raise BadRequestError(
                "There are no categories to request a feed for.",
                hint="Name some in [arxiv] categories.",
            )
        return self._whole(tuple(categories))

    def _whole(self, categories: tuple[str, ...]) -> Feed:
        feed = self._http.read(f"{self._url}/rss/{'+'.join(categories)}", None, read_feed)
        if not feed.capped:
            return feed
        if len(categories) == 1:
            return cut_off(feed, categories)
        half = len(categories) // 2
        return merge_feeds(self._whole(categories[:half]), self._whole(categories[half:]))


def cut_off(feed: Feed, categories: Sequence[str]) -> Feed:
    """Note that a capped feed may have announced more in these categories."""
    return replace(feed, unreadable_items=(*feed.unreadable_items, tuple(categories)))


def merge_feeds(first: Feed, second: Feed) -> Feed:
    """Merge two feeds of one day into the feed for the categories of both.

    A paper in both keeps the stronger announce type, as in arXiv's joined feeds.

    Raises:
        UnevenFeedsError: the feeds are of different days.
    """
    if first.day != second.day:
        raise UnevenFeedsError(
            f"arXiv's feeds are of different days: {first.day} and {second.day}.",
            hint="One of them is not renewed yet; run the same command later.",
        )
    strength = list(AnnounceType)
    merged: dict[str, Announcement] = {}
    for announcement in (*first.announcements, *second.announcements):
        held = merged.get(announcement.arxiv_id)
        if held is None or strength.index(announcement.announce_type) < strength.index(
            held.announce_type
        ):
            merged[announcement.arxiv_id] = announcement
    return replace(
        first,
        announcements=tuple(merged.values()),
        malformed=(*first.malformed, *second.malformed),
        capped=first.capped or second.capped,
        unreadable_items=(*first.unreadable_items, *second.unreadable_items),
    )


def read_feed(response: RawResponse) -> Feed:
    """Parse the feed of a response."""
    path = None if response.path is None else str(response.path)
    return parse_feed(response.body, at=response.fetched_at, raw_path=path)


def _entries(root: etree._Element, items: list[etree._Element]) -> tuple[Any, list[Any]]:
    channel = plain_channel(root)
    body = root[0] if channel else None
    entries: list[Any] = [plain_item(i) if i.getparent() is body else None for i in items]
    if channel is None or None in entries:
        plain = {index for index, entry in enumerate(entries) if entry is not None}
        parsed = _parsed(_lean(root, plain), len(items) - len(plain))
        rest = iter(parsed.entries)
        entries = [next(rest) if entry is None else entry for entry in entries]
        channel = channel or parsed.feed
    return channel, entries


def _parsed(lean: bytes, count: int) -> Any:
    # Loading it takes as long as reading all items without it.
    import feedparser  # noqa: PLC0415

    parsed = feedparser.parse(io.BytesIO(lean), sanitize_html=False, resolve_relative_uris=False)
    if parsed.bozo and not isinstance(
        parsed.bozo_exception,
        feedparser.exceptions.CharacterEncodingOverride | feedparser.exceptions.NonXMLContentType,
    ):
        raise BadResponseError(f"The feed cannot be read: {parsed.bozo_exception}.")
    if len(parsed.entries) != count:
        raise BadResponseError(f"Of {count} items of the feed, {len(parsed.entries)} were read.")
    return parsed


def _lean(root: etree._Element, plain: set[int]) -> bytes:
    lean = copy.deepcopy(root)
    for index, item in enumerate(list(lean.iter(*_ITEMS))):
        parent = item.getparent()
        if index in plain and parent is not None:
            parent.remove(item)
    for unread in list(lean.iter(*_UNREAD)):
        parent = unread.getparent()
        if parent is not None and parent.tag in _ITEMS:
            parent.remove(unread)
    return etree.tostring(lean, encoding="utf-8")


def _feed_day(channel: Any, entries: Sequence[Any]) -> date:
    """Return the feed's day: RSS dates its channel, Atom its entries.

    An empty Atom feed has only the time it was made, seconds after midnight in New York.
    """
    moments = [channel.get("published")]
    moments += [entry.get("published") for entry in entries]
    moments.append(channel.get("updated"))
    for text in moments:
        day = day_of(text)
        if day is not None:
            return day
    raise BadResponseError("The feed does not state its day.")
