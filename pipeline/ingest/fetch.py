"""Fetch: read today's feed, harvest OAI, then look up announced papers that are missing.

The feed says what was announced, OAI has the records, the query API fills gaps. If a source fails,
the others are still asked, and the ledger is updated in any case.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from config.errors import TryAgainLaterError
from pipeline.ingest.announcements import FeedReport, read_feed
from pipeline.ingest.complete import CompleteReport, complete
from pipeline.ingest.corrections import Correction, corrections_since, counted_by_kind
from pipeline.ingest.coverage import covered, uncovered
from pipeline.ingest.harvest import HarvestReport, harvest_window, proven_at
from pipeline.ingest.hub_state import HubState, hub_state, note_address
from pipeline.ingest.ledger import LedgerReport, close_gaps, refresh_ledger
from pipeline.ingest.repair import RepairReport, repair
from pipeline.ingest.sources.errors import BadResponseError, SourceError
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.open import ArxivSources
from pipeline.ingest.unread import settle_unread_days
from pipeline.ingest.windows import Window, cursor_name, next_windows
from pipeline.runtime.clock import LONGEST_WAY_BACK, confirm
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.calendar import announcement_day
from storage.store import Store
from storage.types import UpsertCounts


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that failed, and why."""

    source: str
    reason: str
    #: the same command may succeed later
    later: bool


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one fetch stored, and what failed."""

    feed: FeedReport | None
    harvests: tuple[HarvestReport, ...]
    #: announced papers that were missing from OAI and found by look-up
    repaired: int
    #: announced papers that are still not stored
    missing: tuple[str, ...]
    quarantined: int
    failures: tuple[Failure, ...]
    ledger: LedgerReport
    #: changes of this fetch to approved papers, counted by kind
    corrections: Mapping[str, int]
    #: the same paper by paper
    corrected: tuple[Correction, ...]
    #: records without a text that arXiv was asked for again
    completed: CompleteReport
    #: None: arXiv itself is asked
    hub: HubState | None = None

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        counts = sum((harvest.counts for harvest in self.harvests), UpsertCounts())
        return {
            **asdict(counts),
            "quarantined": self.quarantined,
            "repaired": self.repaired,
            "late": self.ledger.late,
            "corrections": sum(self.corrections.values()),
            "completed": len(self.completed.completed),
        }

    @property
    def exit_status(self) -> int:
        """0 if all is well, 75 if every failure passes by itself, else 1."""
        return 1 if self.ledger.overdue else self.work_status

    @property
    def work_status(self) -> int:
        """The same of this fetch alone, whatever days before it lack."""
        if not all(failure.later for failure in self.failures):
            return 1
        return TryAgainLaterError.exit_status if self.failures else 0


def fetch(services: Services, arxiv: ArxivSources, run: Run) -> FetchReport:
    """Ask the three sources in turn, store their records and update the ledger.

    Raises:
        WrongClockError: arXiv contradicts a clock that jumped, or did not answer after the jump.
    """
    settings = services.settings.arxiv
    started = services.clock()
    failures: list[Failure] = []
    announced = None
    try:
        announced = read_feed(services, arxiv.feed)
    except SourceError as error:
        failures.append(_failure("feed", error))
    harvests = []
    today = services.clock().astimezone(UTC).date()
    windows = next_windows(
        services.open_store, settings.sets, today=today, overlap_days=settings.overlap_days
    )
    over = announcement_day(services.clock()) - timedelta(days=1)
    advance = run.progress("papers from OAI")
    for name in dict.fromkeys(window.set_name for window in windows):
        own = [window for window in windows if window.set_name == name]
        try:
            for harvest in _harvest_set(services, arxiv.oai, own, advance):
                harvests.append(harvest)  # noqa: PERF402  those before an error count
        except SourceError as error:
            failures.append(_failure(f"OAI set {name}", error))
    repaired = repair(services, arxiv)
    if repaired.failure:
        failures.append(_failure("look-up", repaired.failure))
    completed = CompleteReport() if failures else complete(services, arxiv.oai)
    # Without it the ledger would expect every day up to the wrong one.
    arxiv.clock_check.require(services.clock())
    proven = proven_at(harvests) if len(harvests) == len(windows) else None
    with services.open_store() as store:
        if arxiv.clock_check.confirmed:
            confirm(store, services.clock(), is_set=services.settings.now is not None)
        if proven is not None:
            # A hub that is late answers as of its own last run, which proves no later day.
            over = min(over, announcement_day(proven) - timedelta(days=1))
            close_gaps(store, settings.sets, _asked_by_all(windows), over, answered_at=proven)
        settle_unread_days(store, settings, services.clock())
        ledger = refresh_ledger(store, settings.categories, now=services.clock())
        corrected = corrections_since(store, started)
        hub = hub_state(store, settings, services.clock())
    report = FetchReport(
        feed=announced,
        harvests=tuple(harvests),
        repaired=repaired.repaired,
        missing=repaired.missing,
        quarantined=_quarantined(announced, harvests, repaired) + completed.quarantined,
        failures=tuple(failures),
        ledger=ledger,
        corrections=counted_by_kind(corrected),
        corrected=corrected,
        completed=completed,
        hub=hub,
    )
    run.count(**report.totals)
    run.corrected = tuple(one.arxiv_id for one in corrected)
    run.error = "; ".join(failure_sentences(failures)) or None
    return report


def failure_sentences(failures: Sequence[Failure]) -> tuple[str, ...]:
    """Return what failed and why, each reason once: without a network it is that of all sources."""
    of_reason: dict[str, list[str]] = {}
    for failure in failures:
        of_reason.setdefault(failure.reason, []).append(failure.source)
    return tuple(f"{', '.join(sources)}: {reason}" for reason, sources in of_reason.items())


def _harvest_set(
    services: Services, oai: OaiSource, windows: Sequence[Window], advance: Callable[[int], None]
) -> Iterator[HarvestReport]:
    """Harvest a set's windows, oldest first; the cursor follows while each of them is whole.

    Raises:
        SourceError: arXiv did not answer, or the answer is of another age.
    """
    whole = True
    for window in windows:
        harvest = harvest_window(services, oai, window, advance=advance)
        _check_age(harvest, windows[0].from_day)
        whole = whole and _is_whole(services, window, harvest)
        if whole and harvest.response_at is not None:
            with services.open_store() as store:
                settings, now = services.settings.arxiv, services.clock()
                _move_cursor(store, window, harvest.response_at, now)
                note_address(store, settings, window.set_name, now)
        yield harvest


def _check_age(harvest: HarvestReport, first_day: date) -> None:
    """Refuse to move a cursor far back, because the next run would ask for all the time since.

    A hub that is late, or was restored from a backup, may answer as of some days before.
    """
    answered = harvest.response_at
    if answered is None or first_day - answered.date() <= LONGEST_WAY_BACK:
        return
    raise BadResponseError(
        f"The list of {harvest.window} is dated {answered:%Y-%m-%d}, long before {first_day}, the"
        " first day that was asked for. Its records are stored; the next run asks again.",
        hint="Check the addresses under [arxiv] in living-survey.toml. On a hub that is late,"
        " `living-survey run` brings what it lacks.",
    )


def _is_whole(services: Services, window: Window, harvest: HarvestReport) -> bool:
    """Return whether the answer was read whole and can be believed."""
    if harvest.response_at is None or harvest.cut:
        return False
    if not harvest.suspicious:
        return True
    return window.until_day is not None and _is_known(services, window)


def _is_known(services: Services, window: Window) -> bool:
    """Return whether an empty week is one: another harvest covered it, or said so on another day.

    A set with few papers has such weeks, and its cursor must not stay before them.
    """
    assert window.until_day is not None
    with services.open_store() as store:
        spans = covered(store.harvests.all(), window.set_name)
    return not any(
        left.announcement_days for left in uncovered(spans, window.from_day, window.until_day)
    )


def _move_cursor(store: Store, window: Window, answered_at: datetime, now: datetime) -> None:
    """Move the cursor of the window's set to its end, or to the answer where it has none.

    A week that ends within the overlap before the cursor does not move it back.
    """
    name = cursor_name(window.set_name)
    if window.until_day is None:
        store.cursors.save(name, answered_at.date().isoformat(), now)
        return
    reached = min(window.until_day, answered_at.astimezone(UTC).date()).isoformat()
    stood = store.cursors.get(name)
    if stood is None or reached > stood:
        store.cursors.save(name, reached, now)


def _asked_by_all(windows: Sequence[Window]) -> date:
    """Return the day from which on every set was asked."""
    first: dict[str, date] = {}
    for window in windows:
        first[window.set_name] = min(window.from_day, first.get(window.set_name, window.from_day))
    return max(first.values())


def _quarantined(
    feed: FeedReport | None, harvests: Sequence[HarvestReport], repaired: RepairReport
) -> int:
    from_feed = feed.quarantined if feed else 0
    return from_feed + sum(h.quarantined for h in harvests) + repaired.quarantined


def _failure(source: str, error: SourceError) -> Failure:
    return Failure(source, str(error), isinstance(error, TryAgainLaterError))
