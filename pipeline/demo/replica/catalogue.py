"""Compute the archive as of a day: records, versions and announcements up to then."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from pipeline.ingest.protocol.holdings import Action, Item
from pipeline.ingest.protocol.record import Record
from pipeline.ingest.protocol.sets import category_set


@dataclass(frozen=True, slots=True)
class View:
    """The archive as of one day."""

    #: in OAI's order: datestamp, then id
    records: tuple[Record, ...]
    by_id: dict[str, Record]
    #: announcements of every day, in order of id
    announced: dict[date, tuple[Item, ...]]


class Catalogue:
    """All records, seen as of a day."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = tuple(records)
        self.as_of = lru_cache(maxsize=8)(self._as_of)

    def _as_of(self, day: date | None) -> View:
        """Return the archive on that day; None returns all records."""
        visible = [seen for record in self._records if (seen := _seen(record, day))]
        visible.sort(key=lambda record: (record.datestamp, record.arxiv_id))
        announced: defaultdict[date, list[Item]] = defaultdict(list)
        for record in visible:
            for day_of_feed, numbers in _announced(record).items():
                action = Action.NEW if 1 in numbers else Action.REPLACE
                names = record.categories
                announced[day_of_feed].append(Item(record, max(numbers), action, names, names[0]))
        return View(
            records=tuple(visible),
            by_id={record.arxiv_id: record for record in visible},
            announced={
                when: tuple(sorted(items, key=lambda item: item.record.arxiv_id))
                for when, items in announced.items()
            },
        )


def _seen(record: Record, day: date | None) -> Record | None:
    if day is None:
        return record
    versions = tuple(
        version
        for version in record.versions
        if (version.announced or version.submitted_at.date()) <= day
    )
    if not versions:
        return None
    if len(versions) == len(record.versions) and record.datestamp <= day:
        return record
    last = versions[-1]
    return replace(record, versions=versions, datestamp=last.announced or last.submitted_at.date())


def _announced(record: Record) -> dict[date, list[int]]:
    # Versions announced on the same day share one item.
    numbers: defaultdict[date, list[int]] = defaultdict(list)
    for version in record.versions:
        if version.announced:
            numbers[version.announced].append(version.number)
    return numbers


def in_set(record: Record, wanted: str) -> bool:
    """Whether a record is in an OAI set: a group, an archive or a category."""
    return any(
        spec == wanted or spec.startswith(f"{wanted}:")
        for category in record.categories
        if (spec := category_set(category))
    )
