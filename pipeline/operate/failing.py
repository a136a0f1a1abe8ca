"""Find commands of the schedule whose last executions failed, one after another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten

from config.visible import one_line
from storage.store import Store
from storage.types import RunRecord, RunStatus

#: commands that run without a person who sees how they end
UNATTENDED = (
    *("run", "fetch", "train", "classify", "digest", "publish", "verify", "enrich", "translate"),
    *("mail send", "mail confirmations", "mail bounces"),
)
#: executions of a command that are looked at
_RECENT = 30
#: characters of an error that are shown
_LONGEST_ERROR = 200
_KILLED = "its process was killed"


@dataclass(frozen=True, slots=True)
class FailingCommand:
    """A command that failed, and has not succeeded since."""

    command: str
    #: executions since the last success
    times: int
    first_at: datetime
    last_at: datetime
    #: of the last one
    error: str

    @property
    def sentence(self) -> str:
        """Which command, since when, and why."""
        error = shorten(one_line(self.error).rstrip("."), _LONGEST_ERROR, placeholder=" [...]")
        often = "once" if self.times == 1 else f"{self.times} times in a row"
        return (
            f"`{self.command}` failed {often} since {self.first_at:%Y-%m-%d %H:%M} UTC"
            f"{f': {error}' if error else ''}."
        )

    @property
    def remedy(self) -> str:
        """What ends it."""
        return (
            f"Fix the cause, then run `living-survey {self.command}` again: nothing is done twice."
        )


def failing_commands(store: Store) -> tuple[FailingCommand, ...]:
    """Return the commands of the schedule that did not succeed the last time."""
    living = {one.run.run_id for one in store.runs.unfinished() if one.is_alive}
    found = (failing(store.runs.recent(_RECENT, name), living) for name in UNATTENDED)
    return tuple(one for one in found if one is not None)


def failing(newest_first: Sequence[RunRecord], living: Iterable[str]) -> FailingCommand | None:
    """Return how often a command failed since its last success; None: it did not.

    An execution that a person or a shutdown interrupted, or that still goes on, says nothing.
    """
    alive = set(living)
    failed: list[RunRecord] = []
    for run in newest_first:
        if run.status is RunStatus.DONE:
            break
        if run.run_id not in alive and _failed(run):
            failed.append(run)
    if not failed:
        return None
    newest = failed[0]
    return FailingCommand(
        newest.command,
        len(failed),
        failed[-1].started_at,
        newest.started_at,
        newest.error or ("" if newest.status is RunStatus.FAILED else _KILLED),
    )


def _failed(run: RunRecord) -> bool:
    """Say whether it failed, or its process was killed."""
    if run.status is RunStatus.INTERRUPTED:
        return run.error == _KILLED
    return run.status in {RunStatus.FAILED, RunStatus.RUNNING}
