"""The benchmarks run and print every row; what they measure is judged by people, not by tests."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: words of the rows by benchmark
ROWS = {
    "oai": [
        "lxml to tuples",
        "to papers",
        "lxml: parsed",
        "root.iter()",
        "iterparse",
        "walked",
        "the same fields to tuples",
        "feedparser's rate",
    ],
    "snapshot": ["into an empty database", "again, unchanged", "peak memory"],
    "run": ["an ordinary day", "requests", "a heavy day", "requests"],
    "lists": ["own form", "date, bold, authors", "paragraphs, backslashes"],
    "insertion": ["10 papers into 20 entries"],
    "lint": ["60 rows: lint"],
    "digest": ["papers, en", "papers, en and zh"],
    "crowd": [
        *("20 reviewers: page", "20 reviewers: decision", "20 reviewers: server CPU"),
        *("visits a second: page", "visits a second: decision", "visits a second: server CPU"),
        *("not answered with the page", "visitors: p50", "visitors: server CPU"),
        "decisions that failed",
    ],
    "claims": ["pages", "parts", "decisions", "claim, p50 and p95", "server CPU a paper"],
    "site": ["papers, first", "papers, unchanged"],
    "corpus": [
        *("inline, 1 worker", "processes, 1 worker", "processes, 2 workers"),
        *("dask, 1 worker", "dask, 2 workers"),
        *("start and end, inline", "start and end, processes, 1", "start and end, processes, 2"),
        *("start and end, dask, 1", "start and end, dask, 2"),
        *("peak memory", "a partition of 10 works", "sent to a worker once"),
    ],
    "bootstrap": ["60 rows", "init and bootstrap, papers held", "elapsed"],
}


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LIVING_SURVEY_")}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def quick_rows(wanted: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Run benchmarks in one process; return the printed rows of each, as many as are wanted."""
    ended = bench("--quick", *wanted)
    assert ended.returncode == 0, ended.stderr
    lines = iter(ended.stdout.splitlines()[2:])
    rows = {name: list(islice(lines, len(words))) for name, words in wanted.items()}
    assert list(lines) == []
    return rows


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    return quick_rows(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_quick_benchmark_prints_all_its_rows(name: str, printed: dict[str, list[str]]) -> None:
    for line, words in zip(printed[name], ROWS[name], strict=True):
        assert words in line
        assert "MISSED" not in line


def test_an_unknown_benchmark_names_those_there_are() -> None:
    ended = bench("speed")
    assert ended.returncode == 2
    assert "oai, snapshot, run" in ended.stderr
