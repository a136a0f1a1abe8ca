"""Backfill: a past window by OAI, week by week; weeks that are done are not asked for again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from rich.progress import Progress

from config.errors import UsageError
from pipeline.harvest import Window, backfill_windows, harvest_window
from pipeline.sources.oai import OaiSource
from storage.store import OpenStore
from storage.types import UpsertCounts

#: OAI refuses earlier days: `earliestDatestamp` of arXiv's Identify answer.
EARLIEST = date(2005, 9, 16)


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What a backfill brought."""

    windows: int
    #: windows that an earlier call had completed
    skipped: int
    counts: UpsertCounts
    quarantined: int


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
) -> BackfillReport:
    """Harvest every window of the past between two days, both inclusive.

    Raises:
        UsageError: the window is backwards, begins before OAI's first day or ends in the future.
        SourceError: arXiv did not answer; what was harvested stays, and the next call resumes.
    """
    today = clock().astimezone(UTC).date()
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
    windows = [window for name in sets for window in backfill_windows(name, from_day, until_day)]
    todo = [window for window in windows if again or not _is_done(open_store, window)]
    counts, quarantined = UpsertCounts(), 0
    task = bars.add_task("weeks harvested", total=len(todo))
    for window in todo:
        report = harvest_window(oai, open_store, window, clock=clock)
        counts += report.counts
        quarantined += report.quarantined
        if window.until_day is not None and window.until_day < today:
            with open_store() as store:
                store.cursors.save(_done_name(window), clock().isoformat(), clock())
        bars.advance(task)
    return BackfillReport(len(todo), len(windows) - len(todo), counts, quarantined)


def _is_done(open_store: OpenStore, window: Window) -> bool:
    with open_store() as store:
        return store.cursors.get(_done_name(window)) is not None


def _done_name(window: Window) -> str:
    return f"backfill:{window}"
