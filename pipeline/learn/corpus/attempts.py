"""Give partitions to workers, and those that failed twice more.

The last time each is given alone, because a partition whose worker dies takes those with it that
are worked on at the same time.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from classifiers.errors import ModelError
from config.runtime_schema import RuntimeSettings
from pipeline.learn.corpus.output import Done
from pipeline.learn.corpus.scoring import Job, score_partition
from pipeline.learn.corpus.walk import FoundFile
from pipeline.runtime.executors import Workers, WorkersLostError, open_workers

_log = logging.getLogger(__name__)

#: times that a failed partition is tried again
RETRIES = 2
#: partitions given to each worker, so that none waits for the next
_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Failure:
    """A partition that failed every time."""

    partition: str
    #: what happened the last time
    reason: str


def score_all(
    settings: RuntimeSettings,
    make: Callable[[], object],
    job: Job,
    files: Sequence[FoundFile],
    on_done: Callable[[Done], object],
) -> list[Failure]:
    """Score partitions on the workers of the settings, and return those that failed every time.

    Raises:
        ModelError: a worker cannot use the model.
        ConfigError: Dask is asked for and does not fit.
        TryAgainLaterError: the scheduler cannot be reached, or not any more.
    """
    waiting = {file.path: file for file in files}
    failed: dict[str, str] = {}
    for attempt in range(1 + RETRIES):
        failed = {}
        rest = deque(waiting[path] for path in waiting)
        while rest:
            given: dict[Future[Done], FoundFile] = {}
            try:
                with open_workers(settings, make) as workers:
                    most = 1 if attempt == RETRIES else workers.width * _AHEAD
                    _Given(workers, job, most, given).work_off(rest, failed, on_done)
            except WorkersLostError as error:
                if not given:
                    raise
                failed |= {file.path: error.message for file in given.values()}
        waiting = {path: waiting[path] for path in failed}
        if not waiting:
            break
        _log.warning("partitions failed", extra={"count": len(failed), "attempt": attempt + 1})
    return [Failure(path, reason) for path, reason in failed.items()]


@dataclass(frozen=True, slots=True)
class _Given:
    """Partitions that are with the workers; what is in `given` when they are lost has failed."""

    workers: Workers
    job: Job
    most: int
    given: dict[Future[Done], FoundFile]

    def work_off(
        self,
        rest: deque[FoundFile],
        failed: dict[str, str],
        on_done: Callable[[Done], object],
    ) -> None:
        """Give out `rest`, and take what is done or has failed."""
        submit, key = self.workers.executor.submit, self.workers.key
        aborting: tuple[type[Exception], ...] = (ModelError, *self.workers.lost)
        while rest or self.given:
            while rest and len(self.given) < self.most:
                file = rest.popleft()
                self.given[submit(score_partition, key, self.job, file)] = file
            for future in wait(self.given, return_when=FIRST_COMPLETED).done:
                try:
                    done = future.result()
                except aborting:
                    raise
                except Exception as error:  # noqa: BLE001  the other partitions go on
                    file = self.given.pop(future)
                    _log.warning("partition failed", extra={"partition": file.path, "error": error})
                    failed[file.path] = f"{type(error).__name__}: {error}"
                    continue
                del self.given[future]
                on_done(done)
