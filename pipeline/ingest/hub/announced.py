"""Rebuild the feed of a day from the announcements that the hub stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from pipeline.ingest.protocol.holdings import Action, FeedDay, Item, RefusedError
from pipeline.ingest.protocol.record import Record, Version
from storage.served import AnnouncedPaper, CheckedFeed

_NEW = frozenset({"new", "cross"})
_OF_THE_PRIMARY = frozenset({"new", "replace"})


def latest_day(feeds: Sequence[CheckedFeed], names: Sequence[str]) -> date:
    """Return the newest day whose feed of all these categories was read and is of that day.

    On a day on which one category has papers, another whose few papers were all known before is
    not what keeps the feed from being of that day.

    Raises:
        RefusedError: there is none.
    """
    by_day: dict[date, dict[str, CheckedFeed]] = {}
    for one in feeds:
        by_day.setdefault(one.day, {})[one.category] = one
    for day in sorted(by_day, reverse=True):
        checked = by_day[day]
        if not checked.keys() >= set(names):
            continue
        if any(one.told and one.items for one in checked.values()) or all(
            one.told for one in checked.values()
        ):
            return day
    raise RefusedError(f"This hub has not read a feed of {', '.join(names)} yet.")


def feed_day(
    day: date,
    papers: Sequence[AnnouncedPaper],
    records: Mapping[str, Record],
    unread: Sequence[str],
) -> FeedDay:
    """Return the feed; a paper that is not held yet is announced all the same."""
    items = tuple(_item(paper, records.get(paper.arxiv_id), day) for paper in papers)
    return FeedDay(day, items, tuple(unread))


def _item(paper: AnnouncedPaper, record: Record | None, day: date) -> Item:
    names = paper.categories
    primary = ""
    if paper.announce_type in _OF_THE_PRIMARY:
        stated = record.categories[0] if record else ""
        primary = stated if stated in names else names[0]
        names = (primary, *(name for name in names if name != primary))
    return Item(
        # by the title that was announced, because a record may have another since
        record=replace(record, title=paper.title) if record else _announced_only(paper, day),
        version=paper.version,
        action=Action.NEW if paper.announce_type in _NEW else Action.REPLACE,
        categories=names,
        primary=primary,
    )


def _announced_only(paper: AnnouncedPaper, day: date) -> Record:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Record(
        arxiv_id=paper.arxiv_id,
        title=paper.title,
        abstract=None,
        authors=(),
        categories=paper.categories,
        versions=(Version(paper.version, midnight, day),),
        datestamp=day,
    )
