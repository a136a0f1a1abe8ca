"""Backfill: a past window by OAI, week by week; weeks that are done are not asked for again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from rich.progress import Progress

from config.errors import UsageError
from pipeline.ingest.harvest import (
    HarvestReport,
    Window,
    backfill_windows,
    close_gaps,
    harvest_window,
)
from pipeline.ingest.sources.oai.source import OaiSource
from storage.store import OpenStore
from storage.types import UpsertCounts

#: OAI refuses earlier days: `earliestDatestamp` of arXiv's Identify answer.
EARLIEST = date(2005, 9, 16)
#: A window younger than this is asked for again by the next call: records of its last day may
#: still be on their way, and arXiv's edge keeps an answer given too early for days.
FINAL_AFTER_DAYS = 2


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What a backfill brought."""

    windows: int
    #: windows that an earlier call had completed
    skipped: int
    counts: UpsertCounts
    quarantined: int
    #: pages asked for
    pages: int = 0
    #: windows that are not final, too young, cut or suspiciously empty: the next call asks again
    open_windows: int = 0
    #: windows with working days in which arXiv says it has nothing
    empty: tuple[Window, ...] = ()
    #: windows whose list broke off: arXiv promised a page and then had none
    cut: tuple[Window, ...] = ()


class Eta:
    """How long the rest takes: the requests still to come, at the rate they really have."""

    def __init__(
        self,
        windows: int,
        min_interval_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._windows = windows
        self._interval = min_interval_seconds
        self._monotonic = monotonic
        self._started = monotonic()
        self._pages = 0
        self._done = 0

    def page(self) -> None:
        """Note one page that came."""
        self._pages += 1

    def window(self) -> None:
        """Note one window that is complete."""
        self._done += 1

    def requests_left(self) -> int:
        """Return about how many requests are still to come, one a window at least.

        Weeks differ little in size, so the finished ones speak for the others.
        """
        each = self._pages / self._done if self._done else max(1, self._pages)
        return round(max(1.0, each) * (self._windows - self._done))

    def seconds_left(self) -> float:
        """Return about how long they take: never less than arXiv's interval allows."""
        measured = (self._monotonic() - self._started) / self._pages if self._pages else 0.0
        return self.requests_left() * max(self._interval, measured)

    def __str__(self) -> str:
        """Return where it stands, for a progress bar."""
        minutes = self.seconds_left() / 60
        left = f"{minutes / 60:.1f} h" if minutes >= 90 else f"{minutes:.0f} min"
        return f"week {min(self._done + 1, self._windows)} of {self._windows}, about {left} left"


def backfill_papers(
    oai: OaiSource,
    open_store: OpenStore,
    *,
    sets: Sequence[str],
    from_day: date,
    until_day: date,
    again: bool,
    clock: Callable[[], datetime],
    bars: Progress,
    min_interval_seconds: float = 3.0,
) -> BackfillReport:
    """Harvest every window of the past between two days, both inclusive.

    Raises:
        UsageError: the window is backwards, begins before OAI's first day or ends in the future.
        SourceError: arXiv did not answer; what was harvested stays, and the next call resumes.
    """
    today = clock().astimezone(UTC).date()
    _check_days(from_day, until_day, today)
    windows = [window for name in sets for window in backfill_windows(name, from_day, until_day)]
    with open_store() as store:
        todo = [
            window for window in windows if again or store.cursors.get(_done_name(window)) is None
        ]
    counts, quarantined, pages, open_windows = UpsertCounts(), 0, 0, 0
    empty: list[Window] = []
    cut: list[Window] = []
    harvests: list[HarvestReport] = []
    pace = Eta(len(todo), min_interval_seconds)
    task = bars.add_task(str(pace), total=pace.requests_left())

    def on_page(_: int) -> None:
        pace.page()
        bars.update(task, description=str(pace), advance=1)

    for window in todo:
        report = harvest_window(oai, open_store, window, clock=clock, on_page=on_page)
        harvests.append(report)
        counts += report.counts
        quarantined += report.quarantined
        pages += report.pages
        if report.suspicious:
            (cut if report.cut else empty).append(window)
        if _is_final(report, today):
            with open_store() as store:
                store.cursors.save(_done_name(window), clock().isoformat(), clock())
        else:
            open_windows += 1
        pace.window()
        bars.update(task, description=str(pace), total=pages + pace.requests_left())
    if not cut and not _barren(todo, empty):
        with open_store() as store:
            store.ledger.note_backfill(from_day, until_day, finished_at=clock())
            if len(todo) == len(windows) and not open_windows:
                close_gaps(store, harvests, sets=sets, from_day=from_day, until_day=until_day)
    return BackfillReport(
        windows=len(todo),
        skipped=len(windows) - len(todo),
        counts=counts,
        quarantined=quarantined,
        pages=pages,
        open_windows=open_windows,
        empty=tuple(empty),
        cut=tuple(cut),
    )


def _barren(asked: Sequence[Window], empty: Sequence[Window]) -> bool:
    """Whether some days brought nothing in any set: then nothing is proven about them."""
    spans = {(window.from_day, window.until_day) for window in asked}
    fruitful = {(w.from_day, w.until_day) for w in asked if w not in empty}
    return fruitful != spans


def _check_days(from_day: date, until_day: date, today: date) -> None:
    if from_day > until_day:
        raise UsageError(
            f"The window ends ({until_day}) before it begins ({from_day}).",
            hint="Give --from the earlier day.",
        )
    if from_day < EARLIEST:
        raise UsageError(
            f"arXiv's OAI records begin on {EARLIEST}; {from_day} is earlier.",
            hint=f"Use --from {EARLIEST}: older papers carry later datestamps.",
        )
    if until_day > today:
        raise UsageError(f"{until_day} lies in the future.", hint=f"Use --until {today}.")


def _is_final(report: HarvestReport, today: date) -> bool:
    until = report.window.until_day
    if until is None:
        return False
    return until < today - timedelta(days=FINAL_AFTER_DAYS) and not report.suspicious


def _done_name(window: Window) -> str:
    return f"backfill:{window}"
