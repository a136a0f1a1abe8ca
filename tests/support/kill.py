"""Kill real commands at chosen moments and read database contents for comparison.

Uses real time, because a kill must occur while another process works and a growing WAL file
sends no event: the process is polled at short intervals. No duration is asserted.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.demo.replica.server import ReplicaServer
from storage.engine.manifest import read_manifest, take_manifest
from storage.store import store_opener
from tests.support.cli import Survey

#: of an execution or of this machine's clock, so never equal; windows, because a second execution
#: asks for fewer days
_OWN = (
    "run_start",
    "run_words",
    "run_versions",
    "run_end",
    "run_detail",
    "store_state",
    "schema_migration",
    "harvest_window",
)
_MOMENT_SECONDS = 0.0005
#: papers of a batch of `import` and `classify` in a command that is killed: small ones, because
#: kills between batches matter and not how long a batch takes
BATCH = 1_000
_COMMAND = f"""
import pipeline.ingest.import_, pipeline.learn.classify
from pipeline.cli.main import main
pipeline.ingest.import_.BATCH = pipeline.learn.classify.BATCH = {BATCH}
main()
"""
DATABASE = Path("var/survey.duckdb")


@dataclass(frozen=True)
class Extent:
    """How much an undisturbed execution asks, writes and takes: where kills can fall."""

    requests: int
    wal_bytes: int
    seconds: float


def contents(survey: Survey) -> dict[str, list[Any]]:
    """Return every row of every table, apart from what belongs to the execution."""
    with store_opener(survey.directory / DATABASE)() as store:
        session = store._session
        names = [
            row[0]
            for row in session.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")
        ]
        # A second look at a feed is a second row about the same look.
        found = {
            name: sorted(
                session.rows(f"SELECT {'DISTINCT' if name == 'feed_check' else ''} * FROM {name}"),
                key=repr,
            )
            for name in names
            if name not in _OWN
        }
        assert store.integrity.faults() == ()
        assert read_manifest(survey.directory / DATABASE) == take_manifest(session)
    return found


def copied(template: Survey, directory: Path) -> Survey:
    """Return a copy of the survey in another directory."""
    shutil.copytree(template.directory, directory)
    environment = {
        name: value.replace(str(template.directory), str(directory))
        for name, value in template.environment.items()
    }
    return Survey(directory, environment)


def measure(survey: Survey, words: tuple[str, ...], arxiv: ReplicaServer) -> Extent:
    """Run a command undisturbed and return its extent."""
    before, started, largest = len(arxiv.requests), time.monotonic(), 0
    process = _start(survey, words)
    wal = _wal(survey)
    while not _ended(process):
        largest = max(largest, _size(wal))
    assert process.returncode == 0, words
    return Extent(len(arxiv.requests) - before, largest, time.monotonic() - started)


def run_and_kill(
    survey: Survey,
    words: tuple[str, ...],
    arxiv: ReplicaServer,
    extent: Extent,
    dice: random.Random,
) -> str | None:
    """Start a command, kill it at a random moment; return by what, None if it had ended before."""
    how = dice.choice([how for how in ("requests", "wal", "time") if _can(how, extent)])
    reached = _moment(how, survey, arxiv, extent, dice)
    process = _start(survey, words)
    while not _ended(process):
        if reached():
            process.send_signal(signal.SIGKILL)
            process.wait()
            return how if process.returncode == -signal.SIGKILL else None
    return None


def kill_while_cooling(survey: Survey, words: tuple[str, ...], state: Path) -> list[Path]:
    """Kill a command as soon as it has written down that it must wait; return where it did."""
    process = _start(survey, words)
    while not _ended(process):
        cooling = [path for path in state.glob("limiter-*.json") if _cools(path)]
        if cooling:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return cooling
    raise AssertionError(f"{words} ended with {process.returncode} and waited for nothing")


def _cools(path: Path) -> bool:
    return float(json.loads(path.read_text(encoding="utf-8"))["cool_seconds"]) > 0


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait for the end of a process, but only a moment; say whether it came."""
    try:
        process.wait(_MOMENT_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _can(how: str, extent: Extent) -> bool:
    return {"requests": extent.requests, "wal": extent.wal_bytes, "time": 1}[how] > 0


def _moment(
    how: str, survey: Survey, arxiv: ReplicaServer, extent: Extent, dice: random.Random
) -> Callable[[], bool]:
    if how == "requests":
        count = len(arxiv.requests) + dice.randint(1, extent.requests)
        # some while the answer is on its way, some while it is being stored
        pause = dice.choice((0.0, dice.uniform(0.0, 0.1)))
        return _after(lambda: len(arxiv.requests) >= count, pause)
    if how == "wal":
        wal, size = _wal(survey), dice.randint(1, extent.wal_bytes)
        return lambda: _size(wal) >= size
    end = time.monotonic() + dice.uniform(0.3, 1.0) * extent.seconds
    return lambda: time.monotonic() >= end


def _after(reached: Callable[[], bool], pause: float) -> Callable[[], bool]:
    at: list[float] = []

    def later() -> bool:
        if not at and reached():
            at.append(time.monotonic() + pause)
        return bool(at) and time.monotonic() >= at[0]

    return later


def _start(survey: Survey, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *words],
        cwd=survey.directory,
        env=survey.env(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wal(survey: Survey) -> Path:
    return survey.directory / (str(DATABASE) + ".wal")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
