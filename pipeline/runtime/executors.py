"""Open what work that maps over blocks is given to: a thread, processes, or a Dask cluster.

Each is an executor of the standard library. What every block needs, such as the model, is sent to a
worker once. Workers never open the database.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import util

from config.errors import ConfigError, LivingSurveyError
from config.runtime_schema import RuntimeSettings
from pipeline.runtime import shared

#: Python's own switch
_SAFE_PATH = "PYTHONSAFEPATH"


class WorkersLostError(LivingSurveyError):
    """A worker ended by itself, or the cluster cannot be reached any more."""


@dataclass(frozen=True, slots=True)
class Workers:
    """An open executor."""

    executor: Executor
    #: blocks that are worked on at the same time
    width: int
    #: under which the blocks find what was sent with `shared.value`
    key: str
    #: what a block raises if its worker, or the cluster, was lost
    lost: tuple[type[Exception], ...] = (BrokenExecutor,)


@contextmanager
def open_workers(settings: RuntimeSettings, make: Callable[[], object]) -> Iterator[Workers]:
    """Open the executor of the settings for the block.

    At the end of the block, or if it fails, the workers end; blocks that they work on then are
    given up if it failed.

    Args:
        settings: which executor, and how many workers.
        make: makes what every block needs; it is sent to each worker once and called there at
            first use.

    Raises:
        ConfigError: Dask is asked for and not installed, or its scheduler does not fit.
        TryAgainLaterError: the scheduler cannot be reached.
        WorkersLostError: a worker ended before its block was done.
    """
    try:
        if settings.executor == "dask":
            check_installed(settings)
            # here, because the package is optional
            from pipeline.runtime.dask_cluster import LOST, dask_workers  # noqa: PLC0415

            opened = dask_workers(settings.dask_scheduler, wanted(settings), make)
            with _safe_path(), opened as (executor, width, key):
                yield Workers(executor, width, key, LOST)
        elif settings.executor == "processes":
            # multiprocessing takes 20 ms to import
            from pipeline.runtime.processes import process_workers  # noqa: PLC0415

            with _safe_path(), process_workers(wanted(settings), make) as (executor, key):
                yield Workers(executor, wanted(settings), key)
        else:
            with _thread(make) as workers:
                yield workers
    except BrokenExecutor as error:
        raise WorkersLostError(
            "A worker ended before its work was done: it was killed, or had too little memory.",
            hint="Run the command again, it goes on where it stopped; fewer `workers` under"
            " [runtime] need less memory.",
        ) from error


@contextmanager
def _thread(make: Callable[[], object]) -> Iterator[Workers]:
    key = shared.new_key()
    shared.share(key, make)
    executor = ThreadPoolExecutor(1, "worker")
    try:
        yield Workers(executor, 1, key)
    except BaseException:
        shared.forget(key)  # a block that asks for it again gives up
        executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()
    shared.forget(key)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Let processes that are started not import modules from the survey's directory.

    Until it gets the path of its parent, a process would take a `socket.py` there for Python's.
    """
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE_PATH]
        else:
            os.environ[_SAFE_PATH] = before


def check_installed(settings: RuntimeSettings) -> None:
    """Raise ConfigError if the executor of the settings needs a package that is not installed."""
    if settings.executor == "dask" and util.find_spec("distributed") is None:
        raise ConfigError(
            'The package `distributed` is not installed, and runtime.executor is "dask".',
            hint="Install it beside Living Survey: `python -m pip install"
            " 'distributed>=2026.1,<2027'`, or set the executor to processes.",
        )


def wanted(settings: RuntimeSettings) -> int:
    """Return the number of workers of this machine."""
    return settings.workers or os.cpu_count() or 1
