"""Quarantine: parse unreadable records again with the current parsers.

A resolved record leaves the quarantine by an event; its bytes and first reason stay stored.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pipeline.ingest.announcements import is_current
from pipeline.ingest.sources.errors import BadResponseError, MalformedRecordError
from pipeline.ingest.sources.feed.source import parse_feed
from pipeline.ingest.sources.reread import reread_record
from pipeline.ingest.sources.snapshot.lines import parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import Store
from storage.types import Announcement, Paper, QuarantinedRecord, Source, UpsertCounts

#: records read at a time; some are pages of several megabytes
BATCH = 50
_FEED = "feed"
_EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class RetryReport:
    """What a retry resolved."""

    resolved: int
    #: of these, records whose paper came readable from the same source meanwhile
    superseded: int
    counts: UpsertCounts
    #: records that still cannot be read
    left: int

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {"resolved": self.resolved, **asdict(self.counts)}


@dataclass(frozen=True, slots=True)
class CollectReport:
    """How many stored papers were moved into quarantine."""

    moved: int


def collect(services: Services, run: Run) -> CollectReport:
    """Move stored papers whose ID is no arXiv ID into quarantine."""
    with services.open_store() as store:
        moved = store.invalid_ids.move_to_quarantine(at=services.clock())
    run.count(moved=moved)
    return CollectReport(moved)


def retry(services: Services, run: Run) -> RetryReport:
    """Parse every quarantined record again and store what is readable now."""
    resolved, superseded, left, counts = 0, 0, 0, UpsertCounts()
    last: QuarantinedRecord | None = None
    while batch := _after(services, last):
        last = batch[-1]
        for record in batch:
            papers, items = _read(record)
            with services.open_store() as store, store.transaction():
                if papers or items:
                    counts += _store(services, store, papers, items)
                elif _came_whole(store, record):
                    superseded += 1
                else:
                    left += 1
                    continue
                store.quarantine.resolve(record, papers=len(papers), resolved_at=services.clock())
                resolved += 1
    report = RetryReport(resolved, superseded, counts, left)
    run.count(**report.totals)
    return report


def _after(services: Services, last: QuarantinedRecord | None) -> Sequence[QuarantinedRecord]:
    with services.open_store() as store:
        return store.quarantine.after(last, BATCH)


def _store(
    services: Services, store: Store, papers: Sequence[Paper], items: Sequence[Announcement]
) -> UpsertCounts:
    for item in items:
        store.announcements.add_items(
            item.day, services.settings.arxiv.categories, [item], seen_at=services.clock()
        )
    return store.papers.upsert(papers, seen_at=services.clock())


def _read(record: QuarantinedRecord) -> tuple[tuple[Paper, ...], tuple[Announcement, ...]]:
    """Return the content of a record; nothing if it still cannot be read."""
    try:
        if record.source == _FEED:
            return (), _feed_items(record)
        if record.source == Source.SNAPSHOT.value:
            return parse_lines([record.raw], _EVERYTHING, at=record.quarantined_at).papers, ()
        return reread_record(record), ()
    except (MalformedRecordError, BadResponseError):
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
    if not is_current(feed, record.quarantined_at):
        raise BadResponseError(f"The item is dated {feed.day}.")
    still = {one.arxiv_id for one in feed.malformed}
    return tuple(one for one in feed.announcements if one.arxiv_id not in still)


def _came_whole(store: Store, record: QuarantinedRecord) -> bool:
    """Return whether the source sent the same paper in readable form after this record."""
    if record.arxiv_id is None:
        return False
    held = store.papers.get(record.arxiv_id)
    return (
        held is not None
        and held.paper.source.value == record.source
        and held.taken_at is not None
        and held.taken_at > record.quarantined_at
    )
