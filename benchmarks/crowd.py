"""Measure the public pages under many visitors, and the reviewers' queue beside them."""

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.crew import PACE, cpu_of, decide, percentiles, serving, settle, started
from benchmarks.desk import fill
from benchmarks.measure import Row, Size
from benchmarks.reviewers import BUDGET, rows
from config.subscribers_schema import SubscribersSettings
from pipeline.publish.subscribers.address import parse_address
from pipeline.publish.subscribers.keys import subscriber_keys
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.publish.subscribers.opt_in import Wish, ask, valid_for
from storage.queue_filter import QueueFilter
from storage.store import store_opener
from storage.subscriber_types import Choices, How

_TODAY = date(2026, 11, 30)
_READERS = 50
_NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
_MILLIONS = 3_000_000
_MANY = 20
#: requests a second, for so many seconds, from so many networks
_RATE, _SECONDS, _NETWORKS = 500, 300, 400
_URL = "http://127.0.0.1:8766"
_SETTINGS = f"""
[database]
path = "survey.duckdb"
[subscribers]
url = "{_URL}"
[suggestions]
enabled = true
"""
#: pages for everybody; each 50 requests for them, somebody opens a page of one's own
_COMMON = (
    "/subscribe",
    "/suggestions?kind=wrong-section&arxiv_id=2603.00001",
    "/suggestions?lang=zh",
    "/health",
    "/nothing-here",
)


def crowd(size: Size) -> Iterator[Row]:
    """500 requests a second to the public pages for five minutes, and 20 reviewers beside them."""
    seconds = size.records(_SECONDS, 6)
    before, beside = size.records(12, 4), int(seconds // PACE) + 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with store_opener(folder / "survey.duckdb")() as store:
            fill(store, size.records(_MILLIONS, 4_000))
            limit = (_MANY + 1) * (before + beside)
            waiting = store.queue.rows(QueueFilter(order="newest"), limit=limit, today=_TODAY)
        (folder / "living-survey.toml").write_text(_SETTINGS, encoding="utf-8")
        ids = iter([row.arxiv_id for row in waiting])
        groups = [
            [list(islice(ids, each)) for _ in range(count)]
            for count, each in ((1, before), (_MANY, before), (_MANY, beside))
        ]
        visit = {
            "rate": size.records(_RATE, 50),
            "seconds": seconds,
            "networks": size.records(_NETWORKS, 20),
            "paths": [path for own in _pages_of_readers(folder) for path in (*_COMMON * 10, own)],
        }
        yield from _measured(folder, groups, visit)


def _measured(
    folder: Path, groups: Sequence[Sequence[Sequence[str]]], visit: Mapping[str, object]
) -> Iterator[Row]:
    with (
        serving(folder, "--reviewer", "ada") as (desk, desk_pid),
        serving(folder, "--public", says="subscribers:") as (public, pid),
    ):
        decide(desk, desk_pid, groups[0])
        _visitors(public, folder, {**visit, "rate": 10, "seconds": 2}).communicate()
        settle(desk_pid)
        alone = decide(desk, desk_pid, groups[1])
        yield from rows(f"{_MANY} reviewers", alone, alone)
        spent, visitors = cpu_of(pid), _visitors(public, folder, visit)
        beside = decide(desk, desk_pid, groups[2])
        seen = json.loads(visitors.communicate()[0])
        spent = cpu_of(pid) - spent
        yield from rows(f"{_MANY} reviewers, {visit['rate']} visits a second", beside, alone)
    yield from _of_visitors(seen, spent)
    failed = ", ".join(f"{n} {why}" for why, n in (alone.failed + beside.failed).items()) or "none"
    yield Row("decisions that failed", failed, "", "none", failed == "none")


def _of_visitors(seen: Mapping[str, Any], spent: float) -> Iterator[Row]:
    statuses = Counter[str](seen["statuses"])
    half, most = percentiles(seen["milliseconds"])
    odd = +Counter({key: n for key, n in statuses.items() if key not in {"200", "404"}})
    told = ", ".join(f"{n} x {status}" for status, n in sorted(odd.items())) or "none"
    requests = f"of {statuses.total():,} requests"
    yield Row("visitors: not answered with the page", told, requests, "none", not odd)
    target = f"p95 {BUDGET * 1000:.0f} ms"
    yield Row(
        "visitors: p50 and p95", f"{half:.1f} ms, {most:.1f} ms", "", target, most <= BUDGET * 1000
    )
    yield Row(
        "visitors: server CPU a request", f"{spent / statuses.total() * 1e3:.2f} ms", "", "", None
    )


def _visitors(address: str, folder: Path, visit: Mapping[str, object]) -> "subprocess.Popen[str]":
    parts = urlsplit(address)
    process = started(["-m", "benchmarks.visitors"], folder)
    assert process.stdin is not None
    process.stdin.write(json.dumps({"host": parts.hostname, "port": parts.port, **visit}))
    process.stdin.close()
    process.stdin = None
    return process


def _pages_of_readers(folder: Path) -> list[str]:
    """Let some readers subscribe; return the paths of their preferences."""
    open_store = store_opener(folder / "survey.duckdb")
    keys = subscriber_keys(folder / "survey.duckdb")
    settings = SubscribersSettings(url=_URL)
    for number in range(_READERS):
        wish = Wish(
            parse_address(f"reader{number}@example.org"), Choices("en"), "Yes.", how=How.COMMAND
        )
        ask(wish, open_store=open_store, salt=keys.salt, settings=settings, clock=lambda: _NOW)
    with open_store() as store:
        waiting = store.confirmations.waiting(_NOW, valid_for=valid_for(settings))
        for one in waiting:
            store.confirmations.confirm(one.confirmation_id, _NOW, valid_for=valid_for(settings))
    links = SubscriberLinks("", keys.tokens)
    return [links.preferences(one.subscriber_id) for one in waiting]
