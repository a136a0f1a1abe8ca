"""Reviewers who decide over HTTP in a benchmark, and the services they and others talk to."""

import html
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from os import environ, sysconf
from pathlib import Path

import httpx

from benchmarks.measure import ROOT
from config.processes import child_environment
from pipeline.review.web.desk.listing import PAGE_SIZE

#: seconds of a quick reviewer for a paper
PACE = 3.0
_FORM = re.compile(r'<form[^>]*id="verdict".*?</form>', re.DOTALL)
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


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


def percentiles(seen: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    ordered = sorted(seen)
    return statistics.median(ordered), ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)]


def decide(address: str, pid: int, groups: Sequence[Sequence[str]]) -> Measured:
    """Let each group be decided by a reviewer of its own, all at the same time."""
    begin = threading.Barrier(len(groups))
    before = cpu_of(pid)
    with ThreadPoolExecutor(len(groups)) as pool:
        starts = [PACE * number / len(groups) for number in range(len(groups))]
        found = list(pool.map(_review, repeat(address), groups, starts, repeat(begin)))
    pages = tuple(seconds for part in found for seconds in part[0])
    decisions = tuple(seconds for part in found for seconds in part[1])
    recorded = tuple(key for part in found for key in part[2])
    failed = Counter(why for part in found for why in part[3])
    return Measured(pages, decisions, cpu_of(pid) - before, recorded, failed)


def _review(
    address: str, ids: Sequence[str], start: float, begin: threading.Barrier
) -> tuple[list[float], list[float], list[str], list[str]]:
    """Reject a paper every few seconds as the script of the page does.

    A verdict is sent, and behind it a later paper is asked for, so that it is there when it is its
    turn. At the end of a page of the list, the next page is opened. Returns the seconds of pages
    and of decisions, the papers whose decision was recorded, and why the others were not.
    """
    pages: list[float] = []
    decisions: list[float] = []
    recorded: list[str] = []
    failed: list[str] = []
    with httpx.Client(timeout=60, follow_redirects=True) as client:
        url = str(client.get(address).url.join("/"))
        origin = url.rstrip("/")

        def opened(number: int) -> str:
            row = number % PAGE_SIZE
            params = {"at_least": "0", "paper": ids[number]}
            if row:  # the script has the list of its page
                params["part"] = "paper"
            if 0 < row < PAGE_SIZE - 1:  # among those without a verdict, behind the one shown
                params |= {"place": "1", "before": ids[number - 1], "after": ids[number + 1]}
            started = time.perf_counter()
            page = client.get(f"{url}queue", params=params)
            pages.append(time.perf_counter() - started)
            return page.text

        begin.wait()
        start += time.perf_counter()
        time.sleep(max(start - time.perf_counter(), 0.0))
        text = opened(0)
        for number, arxiv_id in enumerate(ids[:-2]):
            time.sleep(max(start + (number + 1) * PACE - time.perf_counter(), 0.0))
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
def serving(folder: Path, *words: str, says: str = "token=") -> Iterator[tuple[str, int]]:
    """Serve the survey of a folder; yield the address of the line that `says`, and the process."""
    process = started(["-m", "pipeline", "serve", "--port", "0", *words], folder)
    try:
        assert process.stderr is not None
        said = next(line for line in process.stderr if says in line)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield next(word for word in said.split() if word.startswith("http")), process.pid
    finally:
        process.terminate()
        process.wait()


def started(words: Sequence[str], folder: Path) -> "subprocess.Popen[str]":
    """Start Python with these arguments in a folder, with pipes."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env=child_environment(environ, {"PYTHONPATH": str(ROOT)}),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def settle(pid: int) -> None:
    """Wait until the server has loaded the libraries that it loads in the background."""
    before = -1.0
    while (spent := cpu_of(pid)) > before + 0.02:
        before = spent
        time.sleep(1)


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a running process, see proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")
