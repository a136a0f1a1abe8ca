"""Measure the desk with and without claims: pages, claims and decisions over HTTP, in turns."""

import html
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from benchmarks.crew import cpu_of, percentiles, serving, settle
from benchmarks.desk import fill
from benchmarks.measure import Row, Size
from storage.claims import Claims
from storage.queue_filter import QueueFilter
from storage.store import store_opener
from storage.types import NewDecision, Verdict

_TODAY = date(2026, 11, 30)
_PAPERS = 100_000
#: seconds, after which a service has closed the database
_PAUSE = 0.4
_OTHERS = ("bo", "cy", "di", "eve")
_SETTINGS = '[database]\npath = "survey.duckdb"\n[team]\nclaim_minutes = {minutes}\n'
_FORM = re.compile(r'<form[^>]*id="verdict".*?</form>', re.DOTALL)
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass(slots=True)
class _Seen:
    """What a reviewer of one service waited for, in seconds."""

    pages: list[float] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    claims: list[float] = field(default_factory=list)
    decisions: list[float] = field(default_factory=list)
    cpu: float = 0.0


def claims(size: Size) -> Iterator[Row]:
    """The desk of five people with claims, against the same service without: page, decision."""
    rounds = size.records(40, 3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "survey.duckdb"
        with store_opener(path)() as store:
            fill(store, size.records(_PAPERS, 4_000))
            wanted = QueueFilter(order="newest")
            rows = store.queue.rows(wanted, limit=4 * rounds + 60, today=_TODAY)
            ids = [row.arxiv_id for row in rows]
            now = datetime.now(UTC)
            store.decisions.add(
                [
                    NewDecision(key, Verdict.REJECTED, (), reviewer, now)
                    for key, reviewer in zip(ids, ("ada", *_OTHERS), strict=False)
                ]
            )
        for number, reviewer in enumerate(_OTHERS):  # each reads one paper and keeps two ahead
            first, *ahead = ids[10 + 3 * number : 13 + 3 * number]
            Claims(path).change(
                reviewer, now=now, until=now + timedelta(hours=2), take=[first], ahead=ahead
            )
        yield from _compared(folder, ids[40:], rounds)


def _compared(folder: Path, ids: Sequence[str], rounds: int) -> Iterator[Row]:
    seen = {0: _Seen(), 10: _Seen()}
    settings = folder / "living-survey.toml"
    with ExitStack() as services:
        clients = {}
        for minutes in seen:
            settings.write_text(_SETTINGS.format(minutes=minutes), encoding="utf-8")
            address, pid = services.enter_context(serving(folder, "--reviewer", "ada"))
            client = services.enter_context(httpx.Client(timeout=60, follow_redirects=True))
            clients[minutes] = (client, str(client.get(address).url.join("/")), pid)
            settle(pid)
        places = iter(range(len(ids) - 3))
        for minutes in [*seen] * 2:  # loads what later requests find loaded
            _read(*clients[minutes], ids[next(places) :], _Seen(), claims=minutes > 0)
        for number in range(rounds):
            for minutes in [*seen] if number % 2 else [*reversed(seen)]:
                time.sleep(_PAUSE)
                _read(*clients[minutes], ids[next(places) :], seen[minutes], claims=minutes > 0)
    without, with_ = seen[0], seen[10]
    for what in ("pages", "parts", "decisions"):
        before, after = (percentiles(getattr(one, what)) for one in (without, with_))
        yield Row(
            f"{what}, p50 and p95, without claims and with",
            f"{before[0] * 1000:.1f} and {before[1] * 1000:.1f} ms,"
            f" {after[0] * 1000:.1f} and {after[1] * 1000:.1f} ms",
            f"p50 x {after[0] / before[0]:.2f}",
            "",
            None,
        )
    half, most = percentiles(with_.claims)
    yield Row("claim, p50 and p95", f"{half * 1000:.1f} ms, {most * 1000:.1f} ms", "", "", None)
    yield Row(
        "server CPU a paper, without claims and with",
        f"{without.cpu / rounds * 1000:.0f} ms, {with_.cpu / rounds * 1000:.0f} ms",
        f"x {with_.cpu / max(without.cpu, 1e-9):.2f}",
        "",
        None,
    )


def _read(
    client: httpx.Client,
    url: str,
    pid: int,
    ids: Sequence[str],
    seen: _Seen,
    *,
    claims: bool,
) -> None:
    """Open the desk, then the first of some papers as the script does, claim it and reject it."""
    before = cpu_of(pid)
    headers = {"Accept": "application/json", "Origin": url.rstrip("/")}
    started = time.perf_counter()
    client.get(f"{url}queue", params={"at_least": "0", "order": "newest"})
    seen.pages.append(time.perf_counter() - started)
    key = ids[0]
    started = time.perf_counter()
    told = {"place": "0", "before": "", "after": ids[1]}
    part = {"at_least": "0", "order": "newest", "paper": key, "part": "paper"}
    text = client.get(f"{url}queue", params=part | told).text
    seen.parts.append(time.perf_counter() - started)
    form = _FORM.search(text)
    assert form is not None
    fields = {name: html.unescape(value) for name, value in _FIELD.findall(form[0])}
    if claims:
        asked = {
            "token": fields["token"],
            "given": "1",
            "paper": list(ids[:30]),
            "ahead": list(ids[1:3]),
        }
        started = time.perf_counter()
        answer = client.post(f"{url}claims", data=asked, headers=headers)
        seen.claims.append(time.perf_counter() - started)
        assert answer.json()["paper"] == key, answer.text
    started = time.perf_counter()
    answer = client.post(
        f"{url}decide",
        data={**fields, "verdict": "rejected", "reason": "other"},
        headers=headers,
    )
    seen.decisions.append(time.perf_counter() - started)
    assert answer.json()["recorded"], answer.text
    seen.cpu += cpu_of(pid) - before
