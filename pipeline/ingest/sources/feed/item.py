"""One item of a feed becomes an announcement: whole, or as far as its id carries. Reads no XML.

Items come under feedparser's names, whoever has read them.
"""

from datetime import date
from functools import lru_cache
from typing import Any

from pipeline.ingest.calendar import announcement_day
from pipeline.ingest.sources.errors import MalformedRecordError
from pipeline.ingest.sources.fields.categories import canonical_categories, looks_like_category
from pipeline.ingest.sources.fields.dates import parse_iso, parse_rfc2822
from pipeline.ingest.sources.fields.identifiers import read_identifier
from pipeline.ingest.sources.fields.text import plain_line
from storage.arxiv_id import ArxivId
from storage.types import Announcement, AnnounceType


def announcement_of(entry: Any, feed_day: date) -> Announcement:
    """Return what an item announces.

    Raises:
        MalformedRecordError: it does not say of which paper, version, type and category it is.
    """
    # The guid carries the version; the link does not.
    identifier = read_identifier(entry.get("id", ""))
    if identifier is None:
        raise MalformedRecordError(f"{entry.get('id', '')!r} is no arXiv identifier")
    if identifier.version is None:
        raise MalformedRecordError(f"the item {identifier} has no version")
    announce_type = _announce_type(entry)
    if announce_type is None:
        said = entry.get("arxiv_announce_type", "")
        raise MalformedRecordError(f"{said!r} is no announce type that we know")
    categories = categories_of(entry)
    if not categories:
        raise MalformedRecordError(f"the item {identifier} has no category")
    return Announcement(
        day=day_of(entry.get("published")) or feed_day,
        arxiv_id=identifier.base,
        version=identifier.version,
        announce_type=announce_type,
        title=plain_line(entry.get("title", "")),
        categories=categories,
    )


def half_read(entry: Any, identifier: ArxivId, feed_day: date) -> Announcement:
    """Return what an item announces whose id is all that is certain: a new paper, if in doubt."""
    return Announcement(
        day=day_of(entry.get("published")) or feed_day,
        arxiv_id=identifier.base,
        version=identifier.version or 1,
        announce_type=_announce_type(entry) or AnnounceType.NEW,
        title=plain_line(entry.get("title", "")),
        categories=categories_of(entry),
    )


def may_be_unheard_of(entry: Any) -> bool:
    """Say whether an item without a readable id may announce a paper that we do not know of."""
    return _announce_type(entry) not in (AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS)


def _announce_type(entry: Any) -> AnnounceType | None:
    try:
        return AnnounceType(entry.get("arxiv_announce_type", "").strip())
    except ValueError:
        return None


def categories_of(entry: Any) -> tuple[str, ...]:
    """Return the categories an item states; none if none can be read."""
    terms = [tag.get("term") or "" for tag in entry.get("tags", ())]
    return canonical_categories(term for term in terms if looks_like_category(term))


@lru_cache(maxsize=64)
def day_of(text: str | None) -> date | None:
    """Return the announcement day of a moment; all items of a feed have the same, mostly."""
    if not text:
        return None
    try:
        return announcement_day(parse_iso(text) if text[:4].isdigit() else parse_rfc2822(text))
    except ValueError:
        return None
