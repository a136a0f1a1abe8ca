"""Measure reviewers who decide at the same time over HTTP, alone and while a run writes papers."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from benchmarks.crew import Measured, decide, percentiles, serving, settle, started
from benchmarks.desk import fill
from benchmarks.measure import Row, Size
from storage.queue_filter import QueueFilter
from storage.store import store_opener

_TODAY = date(2026, 11, 30)
_MILLIONS = 3_000_000
_MANY = 20
BUDGET = 0.100
_SETTINGS = '[database]\npath = "survey.duckdb"\n'
# As a run does: it stores what was revised on a page of arXiv, whose answers are at least three
# seconds apart.
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
    time.sleep(3)
"""


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
        waiting = store.queue.rows(wanted, limit=(2 * _MANY + 2) * each + revised, today=_TODAY)
        ids = [row.arxiv_id for row in waiting]
    groups = iter(ids[n : n + each] for n in range(0, len(ids), each))
    warm = next(groups)
    parts = (
        [next(groups)],
        [next(groups) for _ in range(_MANY)],
        [next(groups) for _ in range(_MANY)],
    )
    with serving(folder, "--reviewer", "ada") as (address, pid):
        decide(address, pid, [warm])  # loads what later requests find loaded
        settle(pid)
        one = decide(address, pid, parts[0])
        yield from rows("1 reviewer", one, one)
        many = decide(address, pid, parts[1])
        yield from rows(f"{_MANY} reviewers", many, one)
        with _ingesting(path, ids[-revised:]):
            beside = decide(address, pid, parts[2])
        yield from rows(f"{_MANY} reviewers, a run writes", beside, many)
    done = (one, many, beside)
    failed = sum((part.failed for part in done), Counter[str]())
    with store_opener(path)() as store:
        kept = store.decisions.standing([key for part in done for key in part.recorded])
    lost = sum(len(part.recorded) for part in done) - len(kept)
    reasons = ", ".join(f"{count} {why}" for why, count in failed.most_common()) or "none"
    yield Row("failed, lost decisions", f"{reasons}; {lost}", "", "none", not (failed or lost))


def rows(name: str, found: Measured, against: Measured) -> Iterator[Row]:
    """Pages, decisions and CPU of a group of reviewers, against another group."""
    for what, seen, other in (
        ("page", found.pages, against.pages),
        ("decision", found.decisions, against.decisions),
    ):
        half, most = percentiles(seen)
        ratio = most / percentiles(other)[1]
        yield Row(
            f"{name}: {what}, p50 and p95",
            f"{half * 1000:.0f} ms, {most * 1000:.0f} ms",
            "" if found is against else f"p95 x {ratio:.1f}",
            f"p95 {BUDGET * 1000:.0f} ms",
            most <= BUDGET,
        )
    yield Row(f"{name}: server CPU of both", f"{found.cpu * 1000:.0f} ms", "", "", None)


@contextmanager
def _ingesting(path: Path, ids: Sequence[str]) -> Iterator[None]:
    process = started(["-c", _INGEST, str(path)], path.parent)
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
