"""Backfill: harvest past days by OAI, week by week; complete weeks are not asked for again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, timedelta

from config.errors import UsageError
from pipeline.ingest.harvest import HarvestReport, harvest_window, proven_at
from pipeline.ingest.ledger import close_gaps
from pipeline.ingest.sources.open import ArxivSources
from pipeline.ingest.windows import Window, backfill_windows
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.types import UpsertCounts

#: First day OAI accepts: `earliestDatestamp` of arXiv's Identify response.
EARLIEST = date(2005, 9, 16)
#: Age from which a window is final: records of its last day can appear late, and arXiv's cache
#: keeps an early response for days.
FINAL_AFTER_DAYS = 2


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What a backfill stored."""

    windows: int
    #: windows that an earlier call had completed
    skipped: int
    counts: UpsertCounts
    quarantined: int
    #: pages received
    pages: int = 0
    #: windows that are too young, cut or suspiciously empty, and asked for again by the next call
    open_windows: int = 0
    #: windows with announcement days for which arXiv returned nothing
    empty: tuple[Window, ...] = ()
    #: windows whose list broke off: arXiv promised a page and did not return it
    cut: tuple[Window, ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {**asdict(self.counts), "quarantined": self.quarantined}


class Eta:
    """Estimates the remaining time from the requests left and their measured rate."""

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
        self.pages = 0
        self._done = 0

    def page(self) -> None:
        """Note one received page."""
        self.pages += 1

    def window(self) -> None:
        """Note one completed window."""
        self._done += 1

    def requests_left(self) -> int:
        """Return the estimated number of requests left, at least one a window.

        The estimate is the mean of the completed windows, because weeks differ little in size.
        """
        each = self.pages / self._done if self._done else max(1, self.pages)
        return round(max(1.0, each) * (self._windows - self._done))

    def seconds_left(self) -> float:
        """Return the estimated seconds left, at least arXiv's interval for each request."""
        measured = (self._monotonic() - self._started) / self.pages if self.pages else 0.0
        return self.requests_left() * max(self._interval, measured)

    def __str__(self) -> str:
        """Return it as the description of a progress bar."""
        minutes = self.seconds_left() / 60
        left = f"{minutes / 60:.1f} h" if minutes >= 90 else f"{minutes:.0f} min"
        return f"week {min(self._done + 1, self._windows)} of {self._windows}, about {left} left"


def backfill(
    services: Services,
    arxiv: ArxivSources,
    run: Run,
    *,
    from_day: date,
    until_day: date,
    again: bool = False,
) -> BackfillReport:
    """Harvest every window of the past between two days, both inclusive.

    Args:
        services: what every step is given.
        arxiv: the sources.
        run: counts and shows progress.
        from_day: the first day.
        until_day: the last day.
        again: also ask for windows that an earlier call completed.

    Raises:
        UsageError: the days are reversed, before OAI's first day or in the future.
        SourceError: arXiv did not answer; what was harvested stays, and the next call resumes.
    """
    sets = services.settings.arxiv.sets
    today = services.clock().astimezone(UTC).date()
    _check_days(from_day, until_day, today)
    windows = [window for name in sets for window in backfill_windows(name, from_day, until_day)]
    with services.open_store() as store:
        todo = [
            window for window in windows if again or store.cursors.get(_done_name(window)) is None
        ]
    harvests = _harvest(services, arxiv, run, todo, today)
    report = _report(windows, harvests, today)
    run.count(**report.totals)
    if not report.cut and not _some_days_empty(harvests):
        with services.open_store() as store:
            store.ledger.note_backfill(from_day, until_day, finished_at=services.clock())
            proven = proven_at(harvests)
            if proven is not None and not report.skipped and not report.open_windows:
                close_gaps(store, sets, from_day, until_day, answered_at=proven)
    return report


def _harvest(
    services: Services, arxiv: ArxivSources, run: Run, todo: Sequence[Window], today: date
) -> list[HarvestReport]:
    """Harvest the windows in turn; those that are final are not asked for again."""
    eta = Eta(len(todo), services.settings.arxiv.min_interval_seconds)
    advance = run.progress(str(eta), eta.requests_left())

    def page(_: int) -> None:
        eta.page()
        advance(1)
        advance.describe(str(eta))

    harvests = []
    for window in todo:
        harvest = harvest_window(services, arxiv.oai, window, advance=page)
        harvests.append(harvest)
        if _is_final(harvest, today):
            with services.open_store() as store:
                now = services.clock()
                store.cursors.save(_done_name(window), now.isoformat(), now)
        eta.window()
        advance.describe(str(eta), eta.pages + eta.requests_left())
    return harvests


def _report(
    windows: Sequence[Window], harvests: Sequence[HarvestReport], today: date
) -> BackfillReport:
    return BackfillReport(
        windows=len(harvests),
        skipped=len(windows) - len(harvests),
        counts=sum((harvest.counts for harvest in harvests), UpsertCounts()),
        quarantined=sum(harvest.quarantined for harvest in harvests),
        pages=sum(harvest.pages for harvest in harvests),
        open_windows=sum(not _is_final(harvest, today) for harvest in harvests),
        empty=tuple(h.window for h in harvests if h.suspicious and not h.cut),
        cut=tuple(h.window for h in harvests if h.cut),
    )


def _some_days_empty(harvests: Sequence[HarvestReport]) -> bool:
    """Return whether some days are empty in every set, which proves nothing about them."""
    spans = {(h.window.from_day, h.window.until_day) for h in harvests}
    filled = {
        (h.window.from_day, h.window.until_day) for h in harvests if h.cut or not h.suspicious
    }
    return filled != spans


def _check_days(from_day: date, until_day: date, today: date) -> None:
    if from_day > until_day:
        raise UsageError(
            f"The window ends ({until_day}) before it begins ({from_day}).",
            hint="Use the earlier day for --from.",
        )
    if from_day < EARLIEST:
        raise UsageError(
            f"arXiv's OAI records begin on {EARLIEST}; {from_day} is earlier.",
            hint=f"Use --from {EARLIEST}; older papers have later datestamps.",
        )
    if until_day > today:
        raise UsageError(f"{until_day} is in the future.", hint=f"Use --until {today}.")


def _is_final(report: HarvestReport, today: date) -> bool:
    until = report.window.until_day
    if until is None:
        return False
    return until < today - timedelta(days=FINAL_AFTER_DAYS) and not report.suspicious


def _done_name(window: Window) -> str:
    return f"backfill:{window}"
