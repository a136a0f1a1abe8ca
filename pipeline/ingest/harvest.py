"""One window of OAI-PMH into the database, page by page; the cursor moves after the last page.

OAI's windows are of datestamps (last metadata change, UTC days), so a window asked for again may
answer differently: harvesting goes forward with an overlap, and the store is idempotent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from pipeline.ingest.calendar import announcement_days
from pipeline.ingest.sources.oai.source import OaiSource
from storage.store import OpenStore, Store
from storage.types import UpsertCounts

#: Days in one backfill window: long enough to fill pages of 1,300 records, short enough that the
#: chain ends within the UTC day its resumption tokens promise to live; a kill then loses little.
WINDOW_DAYS = 7


@dataclass(frozen=True, slots=True)
class Window:
    """One question to OAI: a set and the datestamps from..until, both inclusive."""

    set_name: str
    from_day: date
    until_day: date | None = None

    def __str__(self) -> str:
        """Return it as cursors and messages name it."""
        return f"{self.set_name} {self.from_day}..{self.until_day or ''}"


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What a window brought."""

    window: Window
    pages: int = 0
    counts: UpsertCounts = field(default_factory=UpsertCounts)
    quarantined: int = 0
    #: records that could not be read, also if they lie in quarantine since an earlier harvest
    unread: int = 0
    response_at: datetime | None = None
    #: the last page that came promised another, of which arXiv says twice that there is none
    cut: bool = False

    @property
    def suspicious(self) -> bool:
        """Whether the window may hold more: it was cut, or it is empty on announcement days.

        `noRecordsMatch` can stick in arXiv's cache until midnight UTC, so such an answer proves
        nothing: neither a cursor nor a finished week may rest on it.
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
    oai: OaiSource,
    open_store: OpenStore,
    window: Window,
    *,
    clock: Callable[[], datetime],
    on_page: Callable[[int], None] = lambda _: None,
    on_complete: Callable[[Store, HarvestReport], None] | None = None,
) -> HarvestReport:
    """Bring one window in. Raises what the source raises; pages already stored stay stored.

    `on_complete` is called once, in the lease that stored the last page and after it was stored.
    """
    report, complete = HarvestReport(window), False
    for page in oai.pages(window.from_day, window.until_day, window.set_name):
        with open_store() as store:
            counts = store.papers.upsert(page.papers, seen_at=clock())
            quarantined = store.quarantine.add(page.malformed)
            report = HarvestReport(
                window,
                report.pages + 1,
                report.counts + counts,
                report.quarantined + quarantined,
                report.unread + page.records - len(page.papers) - len(page.deleted),
                # The first answer's time is the honest one: a record changed while the chain runs
                # has a later datestamp and belongs to the next window.
                report.response_at or page.response_date,
            )
            if page.resumption_token is None:
                complete = True
                if on_complete:
                    on_complete(store, report)
        on_page(len(page.papers))
    if not complete:
        report = replace(report, cut=True)
        if on_complete:
            with open_store() as store:
                on_complete(store, report)
    return report


def close_gaps(
    store: Store,
    harvests: Sequence[HarvestReport],
    *,
    sets: Sequence[str],
    from_day: date,
    until_day: date,
) -> None:
    """Say of days whose feed did not tell all that OAI's list of them, read whole, has.

    `harvests` hold these days in all `sets`, and were asked for when the last of them was over.
    """
    answered = [harvest.response_at for harvest in harvests if harvest.response_at is not None]
    unproven = any(harvest.suspicious or harvest.unread for harvest in harvests)
    if unproven or not answered or len(answered) < len(harvests):
        return
    proven = [
        (day, category)
        for day, category in store.ledger.gaps(from_day, until_day)
        if any(_covers(name, category) for name in sets)
    ]
    store.ledger.close_gaps(proven, closed_at=max(answered))


def _covers(set_name: str, category: str) -> bool:
    """Say whether a set holds all papers of a category: `cs`, `cs:cs` and `cs:cs:CV` do of cs.CV.

    What lies in arXiv's group `physics` under another name (hep-th) is covered by its own set only.
    """
    group, *rest = set_name.split(":")
    archive = rest[0] if rest else group
    named = f"{archive}.{rest[1]}" if len(rest) > 1 else None
    return category == named if named else category.partition(".")[0] == archive


def next_windows(
    open_store: OpenStore, sets: Sequence[str], *, today: date, overlap_days: int
) -> list[Window]:
    """Return what `fetch` asks for: each set from its cursor less the overlap, open at the end."""
    with open_store() as store:
        cursors = [store.cursors.get(cursor_name(set_name)) for set_name in sets]
    days = [date.fromisoformat(cursor) if cursor else today for cursor in cursors]
    overlap = timedelta(days=overlap_days)
    return [Window(name, min(day, today) - overlap) for name, day in zip(sets, days, strict=True)]


def cursor_name(set_name: str) -> str:
    """Return the name under which the day of a set's last complete harvest is kept."""
    return f"oai:{set_name}"


def backfill_windows(set_name: str, from_day: date, until_day: date) -> Iterator[Window]:
    """Cut a past window at ISO weeks, so that different calls share the weeks they have done."""
    start = from_day
    while start <= until_day:
        week_end = start + timedelta(days=WINDOW_DAYS - start.isoweekday())
        yield Window(set_name, start, min(week_end, until_day))
        start = week_end + timedelta(days=1)
