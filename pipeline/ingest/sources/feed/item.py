"""Parse one feed item, under feedparser's names, into an announcement."""

from datetime import date
from functools import lru_cache
from typing import Any

from pipeline.ingest.sources.errors import MalformedRecordError
from pipeline.ingest.sources.fields import sizes
from pipeline.ingest.sources.fields.categories import canonical_categories, looks_like_category
from pipeline.ingest.sources.fields.dates import parse_iso, parse_rfc2822
from pipeline.ingest.sources.fields.text import plain_line
from storage.arxiv_id import ArxivId, parse_arxiv_id
from storage.calendar import announcement_day
from storage.types import Announcement, AnnounceType


def announcement_of(entry: Any, feed_day: date) -> Announcement:
    """Return what an item announces.

    Raises:
        MalformedRecordError: its paper, version, type or category is missing or unreadable.
    """
    # The guid carries the version; the link does not.
    identifier = parse_arxiv_id(entry.get("id", ""))
    if identifier is None:
        raise MalformedRecordError(f"{entry.get('id', '')!r:.100} is not an arXiv ID")
    if identifier.version is None:
        raise MalformedRecordError(f"the item {identifier} has no version")
    announce_type = _announce_type(entry)
    if announce_type is None:
        announce_type = entry.get("arxiv_announce_type", "")
        raise MalformedRecordError(f"{announce_type!r} is not a known announce type")
    categories = categories_of(entry)
    if not categories:
        raise MalformedRecordError(f"the item {identifier} has no category")
    title = plain_line(entry.get("title", ""))
    if fault := sizes.size_fault((("title", title, sizes.TITLE),)):
        raise MalformedRecordError(fault)
    return Announcement(
        day=day_of(entry.get("published")) or feed_day,
        arxiv_id=identifier.base,
        version=identifier.version,
        announce_type=announce_type,
        title=title,
        categories=categories,
    )


def half_read(entry: Any, identifier: ArxivId, feed_day: date) -> Announcement:
    """Return an announcement with only the ID certain, as new if in doubt."""
    return Announcement(
        day=day_of(entry.get("published")) or feed_day,
        arxiv_id=identifier.base,
        version=identifier.version or 1,
        announce_type=_announce_type(entry) or AnnounceType.NEW,
        title=plain_line(entry.get("title", ""))[: sizes.TITLE],
        categories=categories_of(entry),
    )


def may_be_unheard_of(entry: Any) -> bool:
    """Say whether an item without a readable ID may announce a new paper."""
    return _announce_type(entry) not in (AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS)


def _announce_type(entry: Any) -> AnnounceType | None:
    try:
        return AnnounceType(entry.get("arxiv_announce_type", "").strip())
    except ValueError:
        return None


def categories_of(entry: Any) -> tuple[str, ...]:
    """Return the readable categories of an item."""
    terms = [tag.get("term") or "" for tag in entry.get("tags", ())]
    return canonical_categories(term for term in terms if looks_like_category(term))


@lru_cache(maxsize=64)
def day_of(text: str | None) -> date | None:
    """Return the announcement day of a moment; cached, because items share it."""
    if not text:
        return None
    try:
        return announcement_day(parse_iso(text) if text[:4].isdigit() else parse_rfc2822(text))
    except ValueError:
        return None
