"""Measure reviewers who decide at the same time over HTTP, alone and while a run writes papers."""

import html
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from os import environ, sysconf
from pathlib import Path

import httpx

from benchmarks.desk import fill
from benchmarks.measure import ROOT, Row, Size
from config.processes import child_environment
from storage.queue_filter import QueueFilter
from storage.store import store_opener

_TODAY = date(2026, 11, 30)
_MILLIONS = 3_000_000
_MANY = 20
#: seconds of a quick reviewer for a paper
_PACE = 3.0
_BUDGET = 0.100
_FORM = re.compile(r'<form[^>]*id="verdict".*?</form>', re.DOTALL)
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_SETTINGS = '[database]\npath = "survey.duckdb"\n'
# As a run does between two answers of arXiv: it reads a page and stores what was revised.
_INGEST = """
import sys, time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from storage.store import store_opener
open_store = store_opener(Path(sys.argv[1]), busy_timeout_seconds=600)
ids = sys.stdin.read().split()
with open_store() as store:
    papers = [one.paper for one in store.papers.get_many(ids).values()]
print("begun", flush=True)
number = 1
while True:
    number += 1
    batch = [replace(paper, version=number, abstract=f"{paper.abstract} {number}",
                     datestamp=date(2026, 11, 30)) for paper in papers]
    with open_store() as store:
        store.papers.upsert(batch, seen_at=datetime.now(UTC))
    time.sleep(1)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a group of reviewers saw."""

    pages: tuple[float, ...]
    decisions: tuple[float, ...]
    cpu_seconds: float
    #: papers whose decision the server called recorded
    recorded: tuple[str, ...]
    #: why others were not recorded -> how many
    failed: Counter[str]

    @property
    def cpu(self) -> float:
        """Server CPU seconds for a page and its decision."""
        return self.cpu_seconds / max(len(self.decisions), 1)


def reviewers(size: Size) -> Iterator[Row]:
    """Reviewers deciding over HTTP: 1, 20, and 20 while a run writes; each against the first."""
    each = size.records(12, 4)  # two more than are decided, as a list goes on
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_store = store_opener(folder / "survey.duckdb")
        with open_store() as store:
            fill(store, size.records(_MILLIONS, 4_000))
        (folder / "living-survey.toml").write_text(_SETTINGS, encoding="utf-8")
        yield from _measured(folder, each, size.records(400, 20))


def _measured(folder: Path, each: int, revised: int) -> Iterator[Row]:
    path = folder / "survey.duckdb"
    with store_opener(path)() as store:
        wanted = QueueFilter(order="newest")
        rows = store.queue.rows(wanted, limit=(2 * _MANY + 2) * each + revised, today=_TODAY)
        ids = [row.arxiv_id for row in rows]
    groups = iter(ids[n : n + each] for n in range(0, len(ids), each))
    warm = next(groups)
    parts = (
        [next(groups)],
        [next(groups) for _ in range(_MANY)],
        [next(groups) for _ in range(_MANY)],
    )
    with _serving(folder) as (address, pid):
        _decide(address, pid, [warm])  # loads what later requests find loaded
        _settle(pid)
        one = _decide(address, pid, parts[0])
        yield from _rows("1 reviewer", one, one)
        many = _decide(address, pid, parts[1])
        yield from _rows(f"{_MANY} reviewers", many, one)
        with _ingesting(path, ids[-revised:]):
            beside = _decide(address, pid, parts[2])
        yield from _rows(f"{_MANY} reviewers, a run writes", beside, many)
    done = (one, many, beside)
    failed = sum((part.failed for part in done), Counter[str]())
    with store_opener(path)() as store:
        kept = store.decisions.standing([key for part in done for key in part.recorded])
    lost = sum(len(part.recorded) for part in done) - len(kept)
    reasons = ", ".join(f"{count} {why}" for why, count in failed.most_common()) or "none"
    yield Row("failed, lost decisions", f"{reasons}; {lost}", "", "none", not (failed or lost))


def _rows(name: str, found: Measured, against: Measured) -> Iterator[Row]:
    for what, seen, other in (
        ("page", found.pages, against.pages),
        ("decision", found.decisions, against.decisions),
    ):
        half, most = _percentiles(seen)
        ratio = most / _percentiles(other)[1]
        yield Row(
            f"{name}: {what}, p50 and p95",
            f"{half * 1000:.0f} ms, {most * 1000:.0f} ms",
            "" if found is against else f"p95 x {ratio:.1f}",
            f"p95 {_BUDGET * 1000:.0f} ms",
            most <= _BUDGET,
        )
    yield Row(f"{name}: server CPU of both", f"{found.cpu * 1000:.0f} ms", "", "", None)


def _percentiles(seen: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(seen)
    return statistics.median(ordered), ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)]


def _decide(address: str, pid: int, groups: Sequence[Sequence[str]]) -> Measured:
    """Let each group be decided by a reviewer of its own, all at the same time."""
    begin = threading.Barrier(len(groups))
    before = _cpu_of(pid)
    with ThreadPoolExecutor(len(groups)) as pool:
        starts = [_PACE * number / len(groups) for number in range(len(groups))]
        found = list(pool.map(_review, repeat(address), groups, starts, repeat(begin)))
    pages = tuple(seconds for part in found for seconds in part[0])
    decisions = tuple(seconds for part in found for seconds in part[1])
    recorded = tuple(key for part in found for key in part[2])
    failed = Counter(why for part in found for why in part[3])
    return Measured(pages, decisions, _cpu_of(pid) - before, recorded, failed)


def _review(
    address: str, ids: Sequence[str], start: float, begin: threading.Barrier
) -> tuple[list[float], list[float], list[str], list[str]]:
    """Reject a paper every few seconds as the script of the page does.

    A verdict is sent, and behind it a later paper is asked for, so that it is there when it is its
    turn. Returns the seconds of pages and of decisions, the papers whose decision was recorded, and
    why the others were not.
    """
    pages: list[float] = []
    decisions: list[float] = []
    recorded: list[str] = []
    failed: list[str] = []
    with httpx.Client(timeout=60, follow_redirects=True) as client:
        url = str(client.get(address).url.join("/"))
        origin = url.rstrip("/")

        def opened(place: int) -> str:
            told = {
                "place": str(place),
                "before": ids[place - 1] if place else "",
                "after": ids[place + 1],
            }
            started = time.perf_counter()
            page = client.get(
                f"{url}queue",
                params={"at_least": "0", "paper": ids[place], "part": "paper"} | told,
            )
            pages.append(time.perf_counter() - started)
            return page.text

        begin.wait()
        start += time.perf_counter()
        time.sleep(max(start - time.perf_counter(), 0.0))
        text = opened(0)
        for number, arxiv_id in enumerate(ids[:-2]):
            time.sleep(max(start + (number + 1) * _PACE - time.perf_counter(), 0.0))
            form = _FORM.search(text)
            if form is None:
                failed.append("page")
                return pages, decisions, recorded, failed
            fields = {key: html.unescape(text) for key, text in _FIELD.findall(form[0])}
            started = time.perf_counter()
            answer = client.post(
                f"{url}decide",
                data={**fields, "verdict": "rejected", "reason": "other"},
                headers={"Accept": "application/json", "Origin": origin},
            )
            decisions.append(time.perf_counter() - started)
            if answer.is_success and answer.json()["recorded"]:
                recorded.append(arxiv_id)
            else:
                failed.append(f"decision {answer.status_code}")
            text = opened(number + 1)
    return pages, decisions, recorded, failed


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, int]]:
    words = ["-m", "pipeline", "serve", "--port", "0", "--reviewer", "ada"]
    process = _started(words, folder)
    try:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "token=" in line)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield said.split()[2], process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _ingesting(path: Path, ids: Sequence[str]) -> Iterator[None]:
    process = _started(["-c", _INGEST, str(path)], path.parent)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write("\n".join(ids))
        process.stdin.close()
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.wait()


def _started(words: Sequence[str], folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env=child_environment(environ, {"PYTHONPATH": str(ROOT)}),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _settle(pid: int) -> None:
    """Wait until the server has loaded the libraries that it loads in the background."""
    before = -1.0
    while (spent := _cpu_of(pid)) > before + 0.02:
        before = spent
        time.sleep(1)


def _cpu_of(pid: int) -> float:
    """Return the CPU seconds of a running process, see proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")
