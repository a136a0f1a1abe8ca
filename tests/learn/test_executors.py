"""The same predictions on every executor, with real processes and a real Dask cluster."""

import gc
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from classifiers.errors import DamagedModelError
from classifiers.kept import artifact
from classifiers.kept.registry import ModelRegistry
from classifiers.linear.model import Model
from classifiers.linear.training import train
from config.errors import ConfigError, TryAgainLaterError
from config.runtime_schema import RuntimeSettings
from config.taxonomy import Taxonomy
from pipeline.learn import classify
from pipeline.learn.checks import checks, refusals
from pipeline.runtime import dask_cluster, shared
from pipeline.runtime.executors import WorkersLostError, open_workers
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from tests.support.builders import make_paper
from tests.support.services import make_services
from tests.support.storage import lines_of, opener, start_process
from tests.support.texts import TRAINED_AT, approved, outside, rejected, stream

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("workers")]

INLINE = RuntimeSettings()
ONE = RuntimeSettings(executor="processes", workers=1)
TWO = RuntimeSettings(executor="processes", workers=2)
DASK = RuntimeSettings(executor="dask", workers=2)
DASK_ONE = RuntimeSettings(executor="dask", workers=1)


@pytest.fixture(scope="module")
def model(taxonomy: Taxonomy) -> Model:
    return train([*approved(), *rejected()], stream(), taxonomy, trained_at=TRAINED_AT)


@pytest.fixture
def services_of(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, now: datetime
) -> Callable[[RuntimeSettings], Services]:
    """Return what makes services of a new database of 40 papers and the kept model."""
    artifact.save(model, tmp_path / "models")
    texts = [*(example.document for example in approved(5, start=100)), *outside(20, start=100)]
    papers = [
        make_paper(f"2603.{n:05}", title=text.title, abstract=f"{text.abstract} {n}")
        for n, text in enumerate((texts * 2)[:40])
    ]

    def made(runtime: RuntimeSettings) -> Services:
        folder = tmp_path / f"{runtime.executor}{runtime.workers}"
        folder.mkdir()
        open_store = opener(folder)
        with open_store() as store:
            store.papers.upsert(papers, seen_at=now)
        services = make_services(open_store, now, taxonomy=taxonomy, runtime=runtime)
        return replace(services, models=ModelRegistry(tmp_path / "models"))

    return made


def test_every_executor_stores_the_same(
    services_of: Callable[[RuntimeSettings], Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classify, "BATCH", 7)
    found = []
    for runtime in (INLINE, ONE, TWO, DASK):
        services = services_of(runtime)
        assert classify.classify(services, Run()).classified == 40
        with services.open_store() as store:
            found.append(repr(store.predictions.latest(f"2603.{n:05}" for n in range(40))))
    assert len(found[0]) > 40 * 100
    assert found[1:] == found[:1] * 3


@pytest.mark.parametrize("runtime", [INLINE, TWO], ids=["inline", "processes"])
def test_damaged_model_is_named_from_a_worker(
    services_of: Callable[[RuntimeSettings], Services],
    runtime: RuntimeSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(classify, "BATCH", 7)
    services = services_of(runtime)
    [arrays] = services.models.directory.glob("*.npz")
    arrays.write_bytes(arrays.read_bytes()[:-1])
    with pytest.raises(DamagedModelError, match="checksum"):
        classify.classify(services, Run())


def _threshold() -> int:
    return gc.get_threshold()[0]


@pytest.mark.parametrize("runtime", [ONE, DASK_ONE], ids=["processes", "dask"])
def test_workers_collect_as_seldom_as_commands(runtime: RuntimeSettings) -> None:
    with open_workers(runtime, _made) as workers:
        assert workers.executor.submit(_threshold).result() == 50_000


def _disturbances() -> tuple[str | None, bool, str]:
    """Return what takes turns with the work in a worker, and the threads that it may use."""
    import dask

    trim, threads = os.environ.get("MALLOC_TRIM_THRESHOLD_"), os.environ["OMP_NUM_THREADS"]
    return trim, dask.config.get("distributed.worker.profile.enabled"), threads


def test_workers_of_an_own_cluster_are_not_disturbed() -> None:
    before = dict(os.environ)
    with open_workers(DASK_ONE, _made) as workers:
        assert workers.executor.submit(_disturbances).result() == (None, False, "1")
    assert dict(os.environ) == before


def test_own_cluster_logs_nothing_but_warnings() -> None:
    code = """
from config.logs import setup_logging
from config.runtime_schema import RuntimeSettings
from pipeline.runtime.executors import open_workers

if __name__ == "__main__":
    setup_logging()
    with open_workers(RuntimeSettings(executor="dask", workers=1), dict) as workers:
        print(workers.executor.submit(len, "block").result())
"""
    out, err = start_process(code).communicate()
    assert (out, err) == ("5\n", "")


def test_one_batch_starts_no_workers(services_of: Callable[[RuntimeSettings], Services]) -> None:
    unreachable = RuntimeSettings(executor="dask", dask_scheduler="tcp://127.0.0.1:1")
    assert classify.classify(services_of(unreachable), Run()).classified == 40


@pytest.mark.parametrize("runtime", [ONE, DASK_ONE], ids=["processes", "dask"])
def test_files_of_the_directory_are_no_modules_of_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: RuntimeSettings
) -> None:
    (tmp_path / "socket.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    with open_workers(runtime, _made) as workers:
        assert workers.executor.submit(_process, workers.key).result()[0] != os.getpid()
    assert "PYTHONSAFEPATH" not in os.environ


def _end_process(_key: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _process(key: str) -> tuple[int, str]:
    return os.getpid(), shared.value(key)


def _made() -> str:
    return f"made in {os.getpid()}"


@pytest.mark.parametrize("runtime", [INLINE, TWO, DASK], ids=["inline", "processes", "dask"])
def test_value_is_made_once_in_each_worker(runtime: RuntimeSettings) -> None:
    with open_workers(runtime, _made) as workers:
        assert workers.width == max(1, runtime.workers)
        asked = [workers.executor.submit(_process, workers.key) for _ in range(12)]
        found = {each.result() for each in asked}
    assert all(value == f"made in {process}" for process, value in found)
    assert (os.getpid() in dict(found)) == (runtime.executor == "inline")


@pytest.mark.parametrize("runtime", [ONE, DASK_ONE], ids=["processes", "dask"])
def test_lost_worker_is_said_with_the_remedy(runtime: RuntimeSettings) -> None:
    with (
        pytest.raises(WorkersLostError, match="Run the command again"),
        open_workers(runtime, _made) as workers,
    ):
        workers.executor.submit(_end_process, workers.key).result()


def test_worker_that_is_not_started_again_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import Nanny

    async def forget(_nanny: Nanny, _exitcode: int) -> None:
        pass

    settings = {**dask_cluster._SETTINGS, "distributed.scheduler.no-workers-timeout": "1s"}
    monkeypatch.setattr(dask_cluster, "_SETTINGS", settings)
    monkeypatch.setattr(Nanny, "_on_worker_exit", forget)
    with (
        pytest.raises(WorkersLostError, match="Run the command again"),
        open_workers(DASK_ONE, _made) as workers,
    ):
        workers.executor.submit(_end_process, workers.key).result()


def _fail_in_the_middle_of_a_block() -> None:
    with open_workers(ONE, _made) as workers:
        workers.executor.submit(time.sleep, 600)
        raise ZeroDivisionError


def test_error_ends_the_workers_in_the_middle_of_a_block() -> None:
    before = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        _fail_in_the_middle_of_a_block()
    assert time.monotonic() - before < 300


_COORDINATOR = """
import os, time
from config.runtime_schema import RuntimeSettings
from pipeline.runtime.executors import open_workers

if __name__ == "__main__":
    runtime = RuntimeSettings(executor="processes", workers=1)
    with open_workers(runtime, dict) as workers:
        print(workers.executor.submit(os.getpid).result(), flush=True)
        workers.executor.submit(time.sleep, 600).result()
"""


def test_workers_end_with_a_killed_coordinator() -> None:
    process = start_process(_COORDINATOR)
    worker = int(next(lines_of(process)))
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 120
    while _runs(worker) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _runs(worker)


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_scheduler_out_of_reach_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "_PATIENCE", 1)
    runtime = RuntimeSettings(executor="dask", dask_scheduler="tcp://127.0.0.1:1")
    with (
        pytest.raises(TryAgainLaterError, match=r"tcp://127\.0\.0\.1:1 cannot be reached"),
        open_workers(runtime, _made),
    ):
        pass


def test_missing_package_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pip install 'distributed"), open_workers(DASK, _made):
        pass


def test_missing_package_is_found_beforehand(
    services_of: Callable[[RuntimeSettings], Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    services = services_of(DASK)
    assert "distributed" not in f"{list(checks(services))}"
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for found in (checks(services), refusals(services)):
        assert "The package `distributed` is not installed" in f"{list(found)}"


def test_dask_and_pandas_are_not_imported_unless_asked_for() -> None:
    code = """
import sys
import pipeline.learn.classify, pipeline.runtime.executors
print(sorted({"dask", "distributed", "multiprocessing", "pandas"} & set(sys.modules)))
"""
    process = start_process(code)
    assert process.communicate()[0].strip() == "[]"
