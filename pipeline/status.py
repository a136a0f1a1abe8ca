"""What happened, what waits: everything `status` shows, in one short lease. Changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.store import OpenStore
from storage.types import LedgerDay, RunRecord

LEDGER_DAYS = 14


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
    ledger: tuple[LedgerDay, ...]


def status_report(open_store: OpenStore, *, model_id: str, now: datetime) -> StatusReport:
    """Ask the database what it holds and what happened lately."""
    since = now.date() - timedelta(days=LEDGER_DAYS)
    with open_store() as store:
        return StatusReport(
            papers=store.papers.count(),
            queue=store.queue.size(),
            decisions=store.decisions.count(),
            quarantine=store.quarantine.count(),
            model_id=model_id,
            last_run=store.runs.last("run"),
            runs=tuple(store.runs.recent(5)),
            ledger=tuple(store.ledger.days(since)),
        )
