"""Find runs that are older than their deadline for requests to arXiv."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.runtime.plurals import counted
from storage.store import Store

#: commands that ask arXiv, whose requests end at [arxiv] run_deadline_seconds
_ASKING = frozenset({"add", "backfill", "bootstrap", "fetch", "run"})


@dataclass(frozen=True, slots=True)
class HangingRun:
    """A run whose process exists although its deadline has passed."""

    run_id: str
    command: str
    started_at: datetime
    host: str
    pid: int
    #: whole minutes since its start
    minutes: int

    @property
    def sentence(self) -> str:
        """Which run, and since when."""
        lasting = (
            counted(self.minutes, "minute")
            if self.minutes < 120
            else counted(self.minutes // 60, "hour")
        )
        return (
            f"`{self.command}` (process {self.pid} on {self.host}, since"
            f" {self.started_at:%Y-%m-%d %H:%M} UTC) has been running for {lasting}, longer than"
            " its deadline."
        )

    @property
    def remedy(self) -> str:
        """The command that ends it."""
        return (
            f"Unless it is training, `kill {self.pid}` ends it; then run"
            f" `living-survey {self.command}` again: nothing is lost or done twice."
        )


def hanging_runs(
    store: Store, now: datetime, *, run_deadline_seconds: float
) -> tuple[HangingRun, ...]:
    """Return the runs that exist past their deadline, newest first."""
    deadline = timedelta(seconds=run_deadline_seconds)
    return tuple(
        HangingRun(
            run_id=one.run.run_id,
            command=one.run.command,
            started_at=one.run.started_at,
            host=one.host,
            pid=one.pid,
            minutes=int((now - one.run.started_at) / timedelta(minutes=1)),
        )
        for one in store.runs.unfinished()
        if one.is_alive and one.run.command in _ASKING and now - one.run.started_at > deadline
    )
