"""Harvest one window of OAI-PMH into the database, page by page.

OAI windows are of datestamps (the UTC day of the last metadata change), so the same window may
answer differently later: harvests overlap, and storing a record again changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.windows import Window
from pipeline.runtime.services import Services
from storage.calendar import announcement_days
from storage.harvests import Harvest
from storage.types import UpsertCounts


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What a window brought."""

    window: Window
    pages: int = 0
    counts: UpsertCounts = field(default_factory=UpsertCounts)
    quarantined: int = 0
    #: records that could not be read, including those quarantined by an earlier harvest
    unread: int = 0
    response_at: datetime | None = None
    #: the last page promised another one, which arXiv twice said does not exist
    cut: bool = False

    @property
    def suspicious(self) -> bool:
        """Whether the window may hold more: it was cut, or it is empty on announcement days.

        After an empty response the cursor must not move, because `noRecordsMatch` can stay in
        arXiv's cache until midnight UTC.
        """
        if self.cut:
            return True
        if self.counts != UpsertCounts() or self.quarantined:
            return False
        last = self.window.until_day or (
            self.response_at.date() if self.response_at else self.window.from_day
        )
        return bool(announcement_days(self.window.from_day, last))


def harvest_window(
    services: Services, oai: OaiSource, window: Window, *, advance: Callable[[int], None]
) -> HarvestReport:
    """Store the records of one window, a page at a time.

    Args:
        services: for the store and the clock.
        oai: the source.
        window: what to ask for.
        advance: called with the number of papers of each page.

    Raises:
        SourceError: arXiv did not answer; pages that came before stay stored.
    """
    report, complete = HarvestReport(window), False
    for page in oai.pages(window.from_day, window.until_day, window.set_name):
        with services.open_store() as store:
            counts = store.papers.upsert(page.papers, seen_at=services.clock())
            quarantined = store.quarantine.add(page.malformed)
        report = HarvestReport(
            window,
            report.pages + 1,
            report.counts + counts,
            report.quarantined + quarantined,
            report.unread + page.records - len(page.papers) - len(page.deleted),
            # The first response's date, because records that change during the harvest belong to
            # the next window.
            report.response_at or _not_ahead(page.response_date, services.clock()),
        )
        complete = page.resumption_token is None
        advance(len(page.papers))
    if not complete:
        return replace(report, cut=True)
    _note(services, report)
    return report


def _not_ahead(answered: datetime | None, now: datetime) -> datetime | None:
    """Return when a response was made; no response proves days that are to come."""
    return None if answered is None else min(answered, now)


def _note(services: Services, report: HarvestReport) -> None:
    """Record that a window was read to its end, for `pipeline/ingest/coverage.py`."""
    answered = report.response_at
    if answered is None:
        return
    window = report.window
    until = window.until_day or answered.astimezone(UTC).date()
    if until < window.from_day:
        return
    harvest = Harvest(window.set_name, window.from_day, until, answered, report.suspicious)
    with services.open_store() as store:
        store.harvests.note([harvest])


def proven_at(harvests: Sequence[HarvestReport]) -> datetime | None:
    """Return when the last of these windows was answered; None if any of them may hold more."""
    answered = [harvest.response_at for harvest in harvests if harvest.response_at is not None]
    unproven = any(harvest.suspicious or harvest.unread for harvest in harvests)
    if unproven or not answered or len(answered) < len(harvests):
        return None
    return max(answered)
