"""The daily RSS and Atom feeds: the signal that papers were announced, not their record.

A strict parser has looked at the document first, because feedparser forgives what is cut short.
feedparser then reads what `feed_plain.py` leaves to it, with its sanitizing off (it deletes `<...>`
from abstracts).
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
    BadAnswerError,
    BadRequestError,
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
from pipeline.ingest.sources.fields.identifiers import read_identifier
from pipeline.ingest.sources.fields.text import plain_line
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.client import ArxivHttp
from pipeline.ingest.sources.transport.strict_xml import parse_strict
from storage.types import Announcement, AnnounceType, QuarantinedRecord

#: arXiv cuts the joined feed here, silently and at the end of one announce type
ITEM_CAP = 2000
_ATOM = "{http://www.w3.org/2005/Atom}"
_ITEMS = ("item", _ATOM + "entry")
#: elements of an item or an entry of which no announcement is made
_UNREAD = (*UNREAD, *(_ATOM + name for name in ("summary", "link", "author", "rights")))
_CATEGORY = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)?(?:\.[A-Za-z]+(?:-[A-Za-z]+)?)?")


@dataclass(frozen=True, slots=True)
class Feed:
    """One day's feed for the categories that were asked for."""

    title: str
    #: announcement day in America/New_York, as the feed dates itself
    day: date
    announcements: tuple[Announcement, ...]
    malformed: tuple[QuarantinedRecord, ...]
    #: the feed reached arXiv's cap: items are missing
    capped: bool
    raw_path: str | None = None
    #: what may have announced papers we do not know of: an item whose id cannot be read, or what
    #: was cut off; for each the categories it may be of, none for any
    untold: tuple[tuple[str, ...], ...] = ()


def parse_feed(body: bytes, *, at: datetime, raw_path: str | None = None) -> Feed:
    """Read an RSS 2.0 or Atom feed of arXiv. `at` dates what is quarantined.

    An item that can be read but for its id is `untold`; one whose id can be read counts as
    announced, whatever else is wrong with it.

    Raises:
        BadRequestError: it is an error feed. BadAnswerError: it is no feed, or not whole.
    """
    document = parse_strict(body)
    root = document.root
    items = list(root.iter("item")) if root.tag == "rss" else list(root.iter(_ATOM + "entry"))
    if root.tag not in ("rss", _ATOM + "feed"):
        raise BadAnswerError(f"The answer is no feed: its root is {root.tag!r}.")
    channel, entries = _entries(root, items)
    title = plain_line(channel.get("title", ""))
    if title.startswith("Feed error"):
        reason = plain_line(channel.get("subtitle", ""))
        raise BadRequestError(
            f"arXiv's feed answers: {(reason or title).rstrip('.')}.",
            reason=reason,
            hint="Mend [arxiv] categories.",
        )
    announced: list[Announcement] = []
    malformed: list[QuarantinedRecord] = []
    untold: list[tuple[str, ...]] = []
    if document.cleaned:
        reason = "forbidden characters were taken out of this feed"
        malformed.append(QuarantinedRecord("feed", reason, body, raw_path, None, at))
    day = _feed_day(channel, entries)
    for entry, item in zip(entries, items, strict=True):
        try:
            announced.append(announcement_of(entry, day))
        except (MalformedRecordError, ValueError) as error:
            reason = error.message if isinstance(error, MalformedRecordError) else str(error)
            identifier = read_identifier(entry.get("id", ""))
            if identifier is not None:
                announced.append(half_read(entry, identifier, day))
            elif may_be_unheard_of(entry):
                untold.append(categories_of(entry))
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
        untold=tuple(untold),
    )


class FeedSource:
    """arXiv's feeds at a base address."""

    def __init__(self, http: ArxivHttp, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")

    def today(self, categories: Sequence[str]) -> Feed:
        """Return what arXiv's RSS feed announces today for these categories or archives.

        The announce type of each item is relative to exactly these categories. A feed that
        arXiv has cut at its cap is asked for again by halves; what one category alone cannot
        hold stays flagged `capped`.

        Raises:
            BadRequestError: a name is no category, by its shape or by arXiv's word.
        """
        for name in categories:
            if not _CATEGORY.fullmatch(name):
                raise BadRequestError(
                    f"{name!r} is no arXiv category.", hint="Mend [arxiv] categories."
                )
        if not categories:
            raise BadRequestError(
                "No category to ask a feed for.", hint="Name some in [arxiv] categories."
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
    """Return a feed that ends at arXiv's cap as one that may have announced more in these."""
    return replace(feed, untold=(*feed.untold, tuple(categories)))


def merge_feeds(first: Feed, second: Feed) -> Feed:
    """Return two feeds of one day as the feed for the categories of both.

    A paper in both keeps the stronger announce type, as arXiv does it for joined categories:
    `new` if any of them is its primary one.

    Raises:
        UnevenFeedsError: the feeds are of different days: one of them is stale.
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
        untold=(*first.untold, *second.untold),
    )


def read_feed(answer: RawResponse) -> Feed:
    """Read the feed an answer holds."""
    path = None if answer.path is None else str(answer.path)
    return parse_feed(answer.body, at=answer.fetched_at, raw_path=path)


def _entries(root: etree._Element, items: list[etree._Element]) -> tuple[Any, list[Any]]:
    """Return what the feed says about itself and of each item, under feedparser's names."""
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
    # Most runs need it for no item, and it takes as long to load as all of them take to read.
    import feedparser  # noqa: PLC0415  as said

    parsed = feedparser.parse(io.BytesIO(lean), sanitize_html=False, resolve_relative_uris=False)
    if parsed.bozo and not isinstance(
        parsed.bozo_exception,
        feedparser.exceptions.CharacterEncodingOverride | feedparser.exceptions.NonXMLContentType,
    ):
        raise BadAnswerError(f"The feed cannot be read: {parsed.bozo_exception}.")
    if len(parsed.entries) != count:
        raise BadAnswerError(f"Of {count} items of the feed, {len(parsed.entries)} were read.")
    return parsed


def _lean(root: etree._Element, plain: set[int]) -> bytes:
    """Return a feed without its plain items and without what no announcement is made of."""
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
    """Return the day the feed is for: RSS dates its channel; Atom dates only its entries.

    Both mean midnight in New York. An Atom feed without entries is left with the moment it was
    made, which is midnight of the same day plus some seconds.
    """
    said = [channel.get("published")]
    said += [entry.get("published") for entry in entries]
    said.append(channel.get("updated"))
    for text in said:
        day = day_of(text)
        if day is not None:
            return day
    raise BadAnswerError("The feed says nowhere which day it is for.")
