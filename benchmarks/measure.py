"""Measure time in this process and in child processes, and print the table."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.processes import child_environment

ROOT = Path(__file__).resolve().parents[1]
# Linux counts the process that started another in its peak, see getrusage(2); a benchmark is large.
_STARTER = """
import json, os, subprocess, sys, time
began = time.monotonic()
_, status, used = os.wait4(subprocess.Popen(sys.argv[2:]).pid, 0)
wall, spent = time.monotonic() - began, used.ru_utime + used.ru_stime
with open(int(sys.argv[1]), "w") as told:
    json.dump([os.waitstatus_to_exitcode(status), wall, spent, used.ru_maxrss], told)
"""
_LINE = "{name:<44} {figure:>34}  {baseline:<42} {target:<28} {verdict}"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    quick: bool = False
    #: repetitions of each measurement; the median is reported
    rounds: int = 3

    def records(self, full: int, quick: int) -> int:
        """Return how many records to measure with."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with its baseline and its target."""

    name: str
    figure: str
    #: the named baseline of the same run, with the ratio
    baseline: str
    target: str
    #: None without a target
    met: bool | None


@dataclass(frozen=True, slots=True)
class Child:
    """The resources a command used, as counted by the kernel."""

    out: str
    status: int
    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float


def cpu_seconds(act: Callable[[], object]) -> float:
    """Return the CPU time of this process during `act`, which varies little with the load."""
    started = time.process_time()
    act()
    return max(time.process_time() - started, 1e-9)


def medians(rounds: int, *acts: Callable[[], object]) -> list[float]:
    """Return the median CPU seconds of each act; they alternate, so that all see the same load."""
    spent = [[cpu_seconds(act) for act in acts] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*spent, strict=True)]


def call(
    words: Sequence[str], *, cwd: Path, environment: Mapping[str, str], may_fail: bool = False
) -> Child:
    """Run `living-survey` in its own process; a failure ends the benchmark unless it may fail."""
    arguments = ["-m", "pipeline", *words]
    return run_python(arguments, cwd=cwd, environment=environment, may_fail=may_fail)


def run_python(
    words: Sequence[str], *, cwd: Path, environment: Mapping[str, str], may_fail: bool = False
) -> Child:
    """Run Python with these arguments in `cwd` and return the resources used."""
    given = {"PYTHONPATH": str(ROOT), **environment}
    with (
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as said,
        tempfile.TemporaryFile("w+") as used,
    ):
        subprocess.run(
            [sys.executable, "-S", "-c", _STARTER, str(used.fileno()), sys.executable, *words],
            cwd=cwd,
            env=child_environment(os.environ, given),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
            pass_fds=[used.fileno()],
            check=True,
        )
        for told in (out, said, used):
            told.seek(0)
        status, wall, spent, peak = json.load(used)
        if status and not may_fail:
            raise SystemExit(f"{' '.join(words)} ended with {status}: {said.read()}")
        return Child(out.read(), status, wall, spent, peak / 1024)


def show(rows: Iterable[Row], *, judged: bool) -> list[Row]:
    """Print rows as they come and return them; without `judged`, no verdict is printed."""
    shown = []
    for row in rows:
        verdict = "" if row.met is None else "met" if row.met else "MISSED"
        line = _LINE.format(
            name=row.name,
            figure=row.figure,
            baseline=row.baseline,
            target=row.target,
            verdict=verdict if judged else "",
        )
        print(line.rstrip(), flush=True)
        shown.append(row)
    return shown


def header() -> None:
    """Print the column headings."""
    line = _LINE.format(
        name="what", figure="figure", baseline="against", target="target", verdict=""
    )
    print(line.rstrip())
