"""One execution at a time, recorded: the run lock and the `runs` row around a command."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from config.errors import LivingSurveyError, TryAgainLaterError
from config.locks import LockHeldError, file_lock
from storage.store import OpenStore
from storage.types import RunStatus


class AnotherRunError(TryAgainLaterError):
    """Another process fetches or seeds into the same database."""


class Run:
    """Collects what a run counted, for its row in `runs`."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.error: str | None = None

    def count(self, **counts: int) -> None:
        """Add to the counts of this run."""
        for name, value in counts.items():
            self.counts[name] = self.counts.get(name, 0) + value


@contextmanager
def exclusive(database: Path) -> Iterator[None]:
    """Hold the run lock beside the database, or raise AnotherRunError at once.

    The operating system gives the lock back when the process dies, however it dies.
    """
    lock = file_lock(_lock_path(database), timeout_seconds=0, holder=str(os.getpid()))
    with ExitStack() as stack:
        try:
            stack.enter_context(lock)
        except LockHeldError as error:
            raise AnotherRunError(
                f"Another run is active on {database.name} (process {error.holder or 'unknown'}).",
                hint="Call again when it has ended; until then nothing is lost.",
            ) from None
        yield


@contextmanager
def recorded(
    command: str,
    open_store: OpenStore,
    clock: Callable[[], datetime],
    words: Sequence[str] = (),
) -> Iterator[Run]:
    """Write this execution into `runs`, with its words and how it ended, and checkpoint then.

    SIGTERM becomes KeyboardInterrupt here, so that `systemctl stop` ends a run as recorded.
    """
    with open_store() as store:
        run_id = store.runs.start(command, clock(), words)
    recorder = Run()
    status, error = RunStatus.FAILED, None
    try:
        with _terminable():
            yield recorder
        status = RunStatus.FAILED if recorder.error else RunStatus.DONE
        error = recorder.error
    except KeyboardInterrupt:
        status, error = RunStatus.INTERRUPTED, "interrupted"
        raise
    except LivingSurveyError as cause:
        error = cause.message
        raise
    except BaseException as cause:
        error = f"{type(cause).__name__}: {cause}"
        raise
    finally:
        with open_store() as store:
            store.runs.finish(
                run_id, finished_at=clock(), status=status, counts=recorder.counts, error=error
            )
            store.checkpoint()


def _lock_path(database: Path) -> Path:
    return database.with_name(database.name + ".run-lock")


@contextmanager
def _terminable() -> Iterator[None]:
    try:
        before = signal.signal(signal.SIGTERM, _interrupt)
    except ValueError:  # not in the main thread: the service handles its own signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
