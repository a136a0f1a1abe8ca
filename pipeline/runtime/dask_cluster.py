"""Workers of a Dask cluster; the only module that imports Dask, which is optional."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import ExitStack, contextmanager
from importlib import metadata
from tempfile import TemporaryDirectory

import dask
from distributed import Client, KilledWorker, LocalCluster, Worker, WorkerPlugin
from distributed.comm.core import CommClosedError
from distributed.scheduler import NoValidWorkerError, NoWorkerError

from config.errors import ConfigError, TryAgainLaterError
from config.processes import set_up_process
from pipeline.runtime import shared

#: seconds for reaching the scheduler
_PATIENCE = 10
#: instead of Dask's own, for the cluster of this machine: its workers and scheduler share the
#: processors, and what they look at many times a second takes turns with the work
_SETTINGS: Mapping[str, object] = {
    # from which Dask warns of large arguments; the texts of a block have twenty million bytes
    "distributed.admin.large-graph-warning-threshold": "1GB",
    # makes glibc give memory back after every batch of rows and ask for it again, which took a
    # quarter of the time of scoring a corpus (November 2026)
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
    # a worker that ends in the moment in which it has started is sometimes not started again; a
    # block would wait for it for ever
    "distributed.scheduler.no-workers-timeout": "120s",
    # for dashboards
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.memory.monitor-interval": "1s",
}

#: a block whose worker was lost too often, or with the scheduler
LOST = (KilledWorker, NoWorkerError, NoValidWorkerError, CancelledError, CommClosedError)


class Share(WorkerPlugin):
    """Keeps a value on each worker: when it is registered, and on a worker that starts later."""

    def __init__(self, key: str, make: Callable[[], object]) -> None:
        self._key, self._make = key, make

    def setup(self, worker: Worker) -> None:
        """Keep what makes the value."""
        del worker
        set_up_process()
        shared.share(self._key, self._make)

    def teardown(self, worker: Worker) -> None:
        """Free its memory."""
        del worker
        shared.forget(self._key)


@contextmanager
def dask_workers(
    scheduler: str, count: int, make: Callable[[], object]
) -> Iterator[tuple[Executor, int, str]]:
    """Open an executor of a cluster; yield it with its width and the key of what was sent.

    Args:
        scheduler: its address; empty: a cluster of this machine for the block.
        count: workers of a cluster of this machine.
        make: makes what every block needs; each worker gets it once.

    Raises:
        ConfigError: a worker has other versions than this process.
        TryAgainLaterError: the scheduler cannot be reached, or has no workers.
        BrokenExecutor: a worker was lost too often, or the scheduler was.
    """
    # here, because Dask sets a lower level when it is imported, and logs each step of a connection
    logging.getLogger("distributed").setLevel(logging.WARNING)
    with dask.config.set(_SETTINGS), ExitStack() as stack:
        client = stack.enter_context(_client(stack, scheduler, count))
        key = shared.new_key()
        try:
            width = _width(client, scheduler)
            client.register_plugin(Share(key, make), name=key)
            try:
                yield client.get_executor(pure=False), width, key
            finally:
                if scheduler and client.status == "running":
                    client.unregister_worker_plugin(key)
        except LOST as error:
            raise BrokenExecutor(str(error)) from error


def _client(stack: ExitStack, scheduler: str, count: int) -> Client:
    if not scheduler:
        stack.callback(_restore, dict(os.environ))
        place = stack.enter_context(TemporaryDirectory(prefix="living-survey-dask-"))
        cluster = LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # None would be port 8787, which may be taken
            local_directory=place,
        )
        return Client(stack.enter_context(cluster), set_as_default=False)
    try:
        return Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except OSError as error:  # also Dask's own time-out and closed connection
        raise TryAgainLaterError(
            f"The Dask scheduler {scheduler} cannot be reached: {error}.",
            hint="Start it with `dask scheduler`, or correct `dask_scheduler` under [runtime].",
        ) from error


def _restore(environment: Mapping[str, str]) -> None:
    """Undo what Dask set for its workers, so that commands started later do not inherit it."""
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)


def _width(client: Client, scheduler: str) -> int:
    """Return how many blocks the workers take at once; all must have the versions of here."""
    threads = sum(int(each) for each in client.nthreads().values())
    if not threads:
        raise TryAgainLaterError(
            f"The Dask scheduler {scheduler} has no workers.",
            hint=f"Start some with `dask worker {scheduler} --nthreads 1`, where Living Survey is"
            " installed.",
        )
    ours = versions()
    try:
        theirs = client.run(versions)
    except ImportError as error:
        raise ConfigError(
            f"A worker of {scheduler} cannot import Living Survey: {error}.",
            hint="Install the same version there as here.",
        ) from error
    for address, found in theirs.items():
        if found != ours:
            raise ConfigError(
                f"The worker {address} has {found}; here are {ours}.",
                hint="Install the same versions there as here.",
            )
    return threads


def versions() -> str:
    """Return the versions on which scores depend, of the process that calls it."""
    names = ("living-survey", "numpy", "scipy", "scikit-learn", "pyarrow")
    return ", ".join(f"{name} {metadata.version(name)}" for name in names)
