"""Settle days whose feeds were never read, because OAI's records of these days were read whole.

arXiv does not serve past feeds. After a pause `fetch` harvests the days of the pause, so a backfill
would ask for the same again.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from config.schema import ArxivSettings
from pipeline.ingest.coverage import Span, covered
from pipeline.ingest.ledger import EXPECTED_DAYS
from storage.calendar import announcement_day, announcement_days
from storage.store import Store


def settle_unread_days(store: Store, settings: ArxivSettings, now: datetime) -> None:
    """Note the unread announcement days of the past that every set's harvests cover."""
    yesterday = announcement_day(now) - timedelta(days=1)
    first = store.ledger.first_days()
    begins = [first[category] for category in settings.categories if category in first]
    if not begins:
        return
    begin = max(min(begins), yesterday - timedelta(days=EXPECTED_DAYS))
    read = store.ledger.read_since(begin)
    unread = [
        day
        for day in announcement_days(begin, yesterday)
        if any((day, category) not in read for category in settings.categories)
    ]
    if not unread:
        return
    harvests = store.harvests.all()
    spans = [covered(harvests, name) for name in settings.sets]
    for settled in _runs(day for day in unread if all(_within(day, each) for each in spans)):
        store.ledger.note_backfill(settled.first, settled.last, finished_at=now)


def _within(day: date, spans: Sequence[Span]) -> bool:
    return any(span.first <= day <= span.last for span in spans)


def _runs(days: Iterator[date]) -> Iterator[Span]:
    """Yield the days as spans of days that follow each other."""
    span: Span | None = None
    for day in days:
        if span is not None and day == span.last + timedelta(days=1):
            span = Span(span.first, day)
            continue
        if span is not None:
            yield span
        span = Span(day, day)
    if span is not None:
        yield span
