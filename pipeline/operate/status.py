"""What happened, what waits: everything `status` shows, in one short lease. Changes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.ingest.calendar import announcement_day, feed_instant
from pipeline.ingest.ledger import WATCHED_DAYS
from pipeline.learn.drift_report import DriftReport
from storage.arrivals import LateArrival
from storage.ledger import DayTotal
from storage.store import OpenStore, Store
from storage.types import LedgerDay, RunRecord, RunStatus


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The state of the survey at one moment."""

    papers: int
    queue: int
    decisions: int
    quarantine: int
    model_id: str
    last_run: RunRecord | None
    runs: tuple[RunRecord, ...]
    #: the last 14 days, each with every category
    ledger: tuple[LedgerDay, ...]
    #: the same days with the categories taken together
    days: tuple[DayTotal, ...]
    #: papers that came late in these days
    late: tuple[LateArrival, ...]
    #: changes to approved papers in these days, counted by kind
    corrections: Mapping[str, int]
    #: the newest weekly look at the model, None before the first
    drift: DriftReport | None = None


def status_report(
    open_store: OpenStore, *, model_id: str, now: datetime, drift: DriftReport | None = None
) -> StatusReport:
    """Ask the database what it holds and what happened lately."""
    since = announcement_day(now) - timedelta(days=WATCHED_DAYS - 1)
    with open_store() as store:
        changes = store.changes.to_approved(feed_instant(since))
        return StatusReport(
            papers=store.papers.count(),
            queue=store.queue.size(),
            decisions=store.decisions.count(),
            quarantine=store.quarantine.count(),
            model_id=model_id,
            last_run=store.runs.last("run"),
            runs=_runs(store),
            ledger=tuple(store.ledger.days(since)),
            days=tuple(store.ledger.totals(since)),
            late=tuple(store.arrivals.late(since)),
            corrections=dict(sorted(Counter(change.kind for change in changes).items())),
            drift=drift,
        )


def _runs(store: Store) -> tuple[RunRecord, ...]:
    """Return the last runs; one whose process is gone is not running, though nobody noted it."""
    gone = {run.run_id for run, alive in store.runs.unfinished() if not alive}
    return tuple(
        replace(run, status=RunStatus.INTERRUPTED) if run.run_id in gone else run
        for run in store.runs.recent(5)
    )
