"""Record an execution in `runs`, count and show its progress, and exclude a second one."""

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from config.errors import LivingSurveyError, TryAgainLaterError, UsageError
from config.interrupts import interrupt
from config.locks import LockHeldError, file_lock
from config.logs import logged_run
from storage.engine.paths import real_path
from storage.store import OpenStore
from storage.types import RunStatus

_log = logging.getLogger(__name__)

#: counted for a run that failed only because it came too early
TOO_EARLY = "too_early"


class AnotherRunError(TryAgainLaterError):
    """Another process holds the run lock of this database."""


class Progress(Protocol):
    """What progress is shown on; `rich.progress.Progress` fits."""

    def add_task(self, description: str, *, total: float | None) -> Any:
        """Add a line and return its handle; `total` None: the end is not known."""

    def update(
        self,
        task_id: Any,
        *,
        total: float | None = None,
        advance: float | None = None,
        description: str | None = None,
    ) -> None:
        """Change a line; None keeps what is shown."""


class SilentProgress:
    """Shows nothing: for tests and for calls without a terminal."""

    def add_task(self, description: str, *, total: float | None) -> None:
        """Ignore a new line."""

    def update(
        self,
        task_id: None,
        *,
        total: float | None = None,
        advance: float | None = None,
        description: str | None = None,
    ) -> None:
        """Ignore a change."""


class Advance:
    """One line of progress; call it with how many more are done."""

    def __init__(self, progress: Progress, description: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(description, total=total)

    def __call__(self, count: int = 1) -> None:
        """Move the line forward."""
        self._progress.update(self._task, advance=count)

    def describe(self, description: str, total: int | None = None) -> None:
        """Replace the description and, if given, the total."""
        self._progress.update(self._task, description=description, total=total)


class Run:
    """One execution of a command: what it counted, what failed, and the progress it shows."""

    def __init__(
        self,
        progress: Progress | None = None,
        run_id: str | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        #: None outside of a recorded run
        self.run_id = run_id
        self.counts: dict[str, int] = {}
        #: by step; measured, because the clock may be set
        self.seconds: dict[str, float] = {}
        #: approved papers whose change at arXiv was stored
        self.corrected: tuple[str, ...] = ()
        #: what failed although the command went on; None: nothing
        self.error: str | None = None
        self._progress: Progress = SilentProgress() if progress is None else progress
        self._stage: Advance | None = None
        self._monotonic = monotonic

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure how long a step takes, also one that fails."""
        began = self._monotonic()
        try:
            yield
        finally:
            took = self._monotonic() - began
            self.seconds[name] = round(self.seconds.get(name, 0.0) + took, 3)

    def count(self, **counts: int) -> None:
        """Add to the counts of this run."""
        for name, value in counts.items():
            self.counts[name] = self.counts.get(name, 0) + value

    def progress(self, description: str, total: int | None = None) -> Advance:
        """Show a line of progress; call the result with how many more are done."""
        return Advance(self._progress, description, total)

    def stage(self, description: str) -> None:
        """Show what is being done, in place of the stage before."""
        if self._stage is None:
            self._stage = Advance(self._progress, description, None)
        else:
            self._stage.describe(description)


@contextmanager
def exclusive(database: Path, kind: str = "run") -> Iterator[None]:
    """Hold the lock of a kind of runs beside the database, or raise AnotherRunError at once.

    The operating system releases the lock when the process ends, also after SIGKILL.
    """
    lock = file_lock(_lock_path(database, kind), timeout_seconds=0, holder=str(os.getpid()))
    with ExitStack() as stack:
        try:
            stack.enter_context(lock)
        except LockHeldError as error:
            raise AnotherRunError(
                f"Another run is active on {database.name} (process {error.holder or 'unknown'}).",
                hint="Run the command again when it has ended; nothing is lost until then.",
            ) from None
        yield


@contextmanager
def recorded(
    command: str,
    open_store: OpenStore,
    clock: Callable[[], datetime],
    argv: Sequence[str] = (),
    progress: Progress | None = None,
    *,
    versions: Mapping[str, str] | None = None,
) -> Iterator[Run]:
    """Record this execution in `runs` with its arguments, versions and result, then checkpoint.

    A call that is refused for its arguments before it did anything is no run.
    SIGTERM is raised as KeyboardInterrupt, so that `systemctl stop` ends a run as interrupted. A
    second signal ends the process at once.
    """
    with open_store() as store:
        run_id = store.runs.start(command, clock(), argv, versions)
    run = Run(progress, run_id)
    status, error, refused = RunStatus.FAILED, None, False
    logged = ExitStack()
    logged.enter_context(logged_run(run_id))
    _log.info("run started", extra={"command": command})
    try:
        with _terminable(), run.step("whole"):
            yield run
        status = RunStatus.FAILED if run.error else RunStatus.DONE
        error = run.error
    except KeyboardInterrupt:
        status, error = RunStatus.INTERRUPTED, "interrupted"
        raise
    except LivingSurveyError as cause:
        error = cause.message
        if cause.too_early:
            run.count(**{TOO_EARLY: 1})
        refused = isinstance(cause, UsageError) and not any(run.counts.values())
        raise
    except BaseException as cause:
        error = f"{type(cause).__name__}: {cause}"
        raise
    finally:
        with open_store() as store:
            if refused:
                store.runs.withdraw(run_id)
            else:
                store.runs.finish(
                    run_id,
                    finished_at=clock(),
                    status=status,
                    counts=run.counts,
                    error=error,
                    seconds=run.seconds,
                    corrected=run.corrected,
                )
        fields = {"command": command, "status": str(status), **run.counts}
        fields["seconds"] = run.seconds.get("whole", 0.0)
        _log.info("run ended", extra={**fields, "error": error} if error else fields)
        logged.close()


def _lock_path(database: Path, kind: str) -> Path:
    real = real_path(database)
    return real.with_name(f"{real.name}.{kind}-lock")


@contextmanager
def _terminable() -> Iterator[None]:
    try:
        before = {each: signal.signal(each, _interrupt) for each in _wanted()}
    except ValueError:  # not in the main thread: `serve` handles its own signals
        yield
        return
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _wanted() -> list[signal.Signals]:
    """Return the signals that end a run; one that is ignored, as in a background job, stays so."""
    ending = (signal.SIGTERM, signal.SIGINT)
    return [each for each in ending if signal.getsignal(each) is not signal.SIG_IGN]


def _interrupt(_signal: int, _frame: object) -> None:
    """End the run as interrupted after its batch; a second signal ends the process at once.

    What was committed is kept then too, as after SIGKILL; the run stays unfinished in `runs`.
    """
    for each in _wanted():
        signal.signal(each, _exit)
    interrupt()


def _exit(number: int, _frame: object) -> None:
    os._exit(128 + number)
