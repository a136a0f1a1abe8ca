"""Fixtures and rules of every test: shared data, a fixed instant, slow tests, the closing lines."""

import gc
import os
import sys
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from storage.engine import lease
from tests.support import built_once
from tests.support.logs import logging_restored
from tests.support.selection import forbid_processes, is_slow, uses_module_fixture
from tests.support.summary import deselected_line, not_run_line

_SHARED = Path(__file__).resolve().parents[2] / "shared"
_DESELECTED = pytest.StashKey[int]()

# Examples are bounded by their number: on a loaded machine a time limit fails sound code.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")

# Where the environment forbids to keep bytecode, each of the many processes would compile anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Collecting 11,700 tests makes almost nothing that the garbage collector could free.
gc.disable()

# No other process waits for a test's database.
lease._COURTESY = 0.0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow tests, and keep tests that share a module's fixtures on one worker."""
    for item in items:
        if is_slow(item):
            item.add_marker("slow")
        if item.get_closest_marker("xdist_group") is None and uses_module_fixture(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_collection_finish() -> None:
    """Let the garbage collector look only at what the tests themselves make."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test that is not marked slow fail when it starts a Python process.

    What a test set of logging ends with it.
    """
    forbid_processes(in_test=None if item.get_closest_marker("slow") else item.nodeid)
    try:
        with logging_restored():
            return (yield)
    finally:
        forbid_processes(in_test=None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Keep the empty directory of a passed test, so that no later test is given its path.

    pytest numbers by the directories it finds, and a process remembers some paths, as of
    directories it has cleared of old parts.
    """
    path: Path | None = getattr(item, "funcargs", {}).get("tmp_path")
    try:
        return (yield)
    finally:
        if path is not None:
            path.mkdir(exist_ok=True)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count the deselected tests; `items` is from one of several filters."""
    config = items[0].config
    config.stash[_DESELECTED] = config.stash.get(_DESELECTED, 0) + len(items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a worker of xdist report how many tests it deselected."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["deselected"] = session.config.stash.get(_DESELECTED, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the count of a worker; every worker deselects the same tests."""
    node.config.stash[_DESELECTED] = getattr(node, "workeroutput", {}).get("deselected", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each what was skipped and what was deselected."""
    config = terminalreporter.config
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    deselected = deselected_line(config.stash.get(_DESELECTED, 0), config.option.markexpr)
    for line in filter(None, (not_run_line(skipped), deselected)):
        terminalreporter.write_line(line)


def _shared(name: str) -> Path:
    path = _SHARED / name
    if not path.exists():
        pytest.skip(f"needs ../shared/{name} (absent)")
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """../shared/data: the real list, the real stream, labels."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_fixtures() -> Path:
    """../shared/fixtures: 139 recorded responses of arXiv."""
    return _shared("fixtures")


@pytest.fixture
def now() -> datetime:
    """A Tuesday noon in UTC, in ISO week 2026-W12."""
    return datetime(2026, 3, 17, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _built_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    """Let all workers of a run share what they build."""
    base = tmp_path_factory.getbasetemp()
    built_once.root = (base if worker_id == "master" else base.parent) / "built-once"
