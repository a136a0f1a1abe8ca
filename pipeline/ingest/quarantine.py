"""Quarantined records given to today's parsers; what is readable now is stored. Drops nothing.

A record leaves the quarantine by an event: its bytes and its first reason stay in the database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.ingest.sources.errors import BadAnswerError, MalformedRecordError
from pipeline.ingest.sources.feed.source import parse_feed
from pipeline.ingest.sources.reread import reread_record
from pipeline.ingest.sources.snapshot.lines import parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection
from storage.store import OpenStore, Store
from storage.types import Announcement, Paper, QuarantinedRecord, Source, UpsertCounts

#: records read at a time; some are whole pages of megabytes
BATCH = 50
_FEED = "feed"
_EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class RetryReport:
    """What a retry made readable."""

    resolved: int
    #: of these, records whose paper has meanwhile come whole from the same source
    superseded: int
    counts: UpsertCounts
    #: records that still cannot be read
    left: int


def retry_quarantine(
    open_store: OpenStore, categories: Sequence[str], *, clock: Callable[[], datetime]
) -> RetryReport:
    """Read every quarantined record again; feed items count for the categories given."""
    resolved, superseded, left, counts = 0, 0, 0, UpsertCounts()
    last: QuarantinedRecord | None = None
    while True:
        with open_store() as store:
            batch = store.quarantine.after(last, BATCH)
        if not batch:
            return RetryReport(resolved, superseded, counts, left)
        last = batch[-1]
        for record in batch:
            papers, items = _read(record)
            with open_store() as store, store.transaction():
                if papers or items:
                    counts += store.papers.upsert(papers, seen_at=clock())
                    for item in items:
                        store.announcements.add_items(item.day, categories, [item], seen_at=clock())
                elif _came_whole(store, record):
                    superseded += 1
                else:
                    left += 1
                    continue
                store.quarantine.resolve(record, papers=len(papers), resolved_at=clock())
                resolved += 1


def _read(record: QuarantinedRecord) -> tuple[tuple[Paper, ...], tuple[Announcement, ...]]:
    """Return what a record turns out to hold; nothing if it still cannot be read."""
    try:
        if record.source == _FEED:
            return (), _feed_items(record)
        if record.source == Source.SNAPSHOT.value:
            return parse_lines([record.raw], _EVERYTHING, at=record.quarantined_at).papers, ()
        return reread_record(record), ()
    except (MalformedRecordError, BadAnswerError):
        return (), ()


def _feed_items(record: QuarantinedRecord) -> tuple[Announcement, ...]:
    raw = record.raw
    if not any(mark in raw[:4096] for mark in (b"<rss", b"<feed")):
        raw = (
            b'<rss version="2.0"><channel><title/>' + raw + b"</channel></rss>"
            if raw.lstrip().startswith(b"<item")
            else b'<feed xmlns="http://www.w3.org/2005/Atom">' + raw + b"</feed>"
        )
    feed = parse_feed(raw, at=record.quarantined_at)
    still = {one.arxiv_id for one in feed.malformed}
    return tuple(one for one in feed.announcements if one.arxiv_id not in still)


def _came_whole(store: Store, record: QuarantinedRecord) -> bool:
    """Say whether the source has sent the paper in a form we could read, after this record."""
    if record.arxiv_id is None:
        return False
    held = store.papers.get(record.arxiv_id)
    return (
        held is not None
        and held.paper.source.value == record.source
        and held.taken_at is not None
        and held.taken_at > record.quarantined_at
    )
