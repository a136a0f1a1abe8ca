"""Measure ingest: OAI pages, the bulk snapshot, a run without new papers."""

import io
import json
import math
import statistics
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
from lxml import etree

from benchmarks.measure import ROOT, Row, Size, call, medians, run_python
from benchmarks.records import Texts, stream_row, write_snapshot
from pipeline.demo.replica.records import read_record
from pipeline.demo.replica.server import PAGE_SIZE, ReplicaServer
from pipeline.ingest.protocol.record import Record
from pipeline.ingest.sources.oai.page import OaiPage, parse_oai_page

#: a Wednesday, after the feeds of the day were built
NOW = datetime(2026, 3, 18, 6, 0, tzinfo=UTC)
_RECORDED = ROOT.parent / "shared/fixtures/oai_recorded/scirate_arXivRaw_20140116_p97.xml"
_SETS = ("cs", "eess")
_RAW = "{http://arxiv.org/OAI/arXivRaw/}arXivRaw"
_VERSION = "{*}version"
_NAMES = ("id", "title", "authors", "abstract", "categories", "comments", "doi", "journal-ref")
_FIELDS = tuple(f"{{http://arxiv.org/OAI/arXivRaw/}}{name}" for name in (*_NAMES, "license"))
_MILLIONS = 3_000_000
_MINUTES = 10


def oai(size: Size) -> Iterator[Row]:
    """OAI bytes to papers, against lxml reading the same fields, and against feedparser."""
    # "Bare lxml iteration" has several meanings, so all are reported. The judged one separates
    # the fields of one record from the next, as any parser must.
    records = _records(size.records(2_000, 40), days=1)
    with ReplicaServer(records, today=NOW, page_size=len(records)) as arxiv:
        oai_query = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs"}
        generated = _ask(arxiv.oai_url, oai_query)
        found = {"search_query": "cat:cs.CV", "max_results": str(len(records))}
        atom = _ask(arxiv.query_url, found)
    pages = {"generated": generated}
    if _RECORDED.exists() and not size.quick:
        pages["recorded in 2014"] = _RECORDED.read_bytes()
    for name, body in pages.items():
        count = len(parse_oai_page(body, at=NOW).papers)
        # Small inputs are parsed several times per round, because the CPU clock is coarse.
        times = max(1, size.records(4_000, 40) // count)
        acts: dict[str, Callable[[bytes], object]] = {"ours: to papers": _papers, **_BARE}
        measured = medians(
            size.rounds,
            *(
                lambda act=act: [act(body) for _ in range(times)]  # noqa: B023  used at once
                for act in acts.values()
            ),
        )
        spent = dict(zip(acts, measured, strict=True))
        ours, bare, walk = spent["ours: to papers"], spent[_TO_TUPLES], spent[_WALKED]
        yield Row(
            f"OAI page to papers, {count:,} {name}",
            f"{count * times / ours:,.0f} records/cpu-s",
            f"{bare / ours:.2f} of lxml to tuples ({walk / ours:.2f} of a walk)",
            "at least 0.60",
            bare / ours >= 0.60,
        )
        for act, seconds in spent.items():
            times_ours = f"{seconds / ours:.2f} of ours"
            yield Row(f"  {act}", f"{seconds / times * 1000:.1f} ms", times_ours, "", None)
    entries = len(feedparser.parse(atom, sanitize_html=False).entries)
    ours, theirs = medians(
        size.rounds,
        lambda: parse_oai_page(generated, at=NOW),
        lambda: feedparser.parse(atom, sanitize_html=False),
    )
    ratio = (theirs / entries) / (ours / len(records))
    yield Row(
        f"OAI page to papers, {len(records):,} records",
        f"{len(records) / ours:,.0f} records/cpu-s",
        f"{ratio:.1f} times feedparser's rate on Atom",
        "at least 5.0",
        ratio >= 5,
    )


def snapshot(size: Size) -> Iterator[Row]:
    """Import the bulk snapshot into an empty database, and again, as a user would."""
    count = size.records(1_000_000, 300)
    with tempfile.TemporaryDirectory(prefix="living-survey-bench-") as directory:
        file = Path(directory) / "snapshot.json"
        write_snapshot(file, count, until=NOW - timedelta(days=2))
        with file.open("rb") as lines:
            sample = [line for line, _ in zip(lines, range(50_000), strict=False)]
        [bare] = medians(size.rounds, lambda: [json.loads(line) for line in sample])
        bare_rate = len(sample) / bare
        fresh, again = [], []
        for number in range(size.rounds):
            folder = Path(directory) / str(number)
            folder.mkdir()
            environment = _environment(folder, "http://127.0.0.1:9")
            words = ("import", str(file), "--json")
            fresh.append(call(words, cwd=folder, environment=environment))
            again.append(call(words, cwd=folder, environment=environment))
    for name, children in (("into an empty database", fresh), ("again, unchanged", again)):
        wall = statistics.median(child.wall_seconds for child in children)
        cpu = statistics.median(child.cpu_seconds for child in children)
        minutes = wall / count * _MILLIONS / 60
        yield Row(
            f"snapshot of {count:,} {name}",
            f"{count / wall:,.0f}/s, {count / cpu:,.0f}/cpu-s",
            f"{count / cpu / bare_rate:.2f} of bare json.loads a cpu-s",
            f"3 M in < {_MINUTES} min: {minutes:.1f} min",
            minutes < _MINUTES,
        )
    peak = max(child.peak_megabytes for child in (*fresh, *again))
    yield Row("snapshot: peak memory", f"{peak:,.0f} MB", "", "below 1,500 MB", peak < 1500)


def nothing_new(size: Size) -> Iterator[Row]:
    """Run when nothing was announced since the last run, against a local arXiv."""
    yield from _nothing_new(size, "an ordinary day", size.records(1_200, 30))
    yield from _nothing_new(size, "a heavy day", size.records(3_000, 60))


def _nothing_new(size: Size, day: str, papers: int) -> Iterator[Row]:
    """Measure one day; a quarter of the papers is in both sets, so OAI sends them twice."""
    records = _records(papers, days=3)
    with (
        tempfile.TemporaryDirectory(prefix="living-survey-bench-") as directory,
        ReplicaServer(records, today=NOW) as arxiv,
    ):
        folder = Path(directory)
        environment = _environment(folder, arxiv.url)
        first = json.loads(call(("run", "--json"), cwd=folder, environment=environment).out)
        children, bare, requests = [], [], []
        for _ in range(size.rounds):
            before = len(arxiv.requests)
            children.append(call(("run", "--json"), cwd=folder, environment=environment))
            requests.append(len(arxiv.requests) - before)
            loads = ["-c", "import duckdb, httpx, lxml.etree, pydantic, rich, typer"]
            bare.append(run_python(loads, cwd=folder, environment={}))
    in_sets = [
        sum(any(c.startswith(f"{s}.") for c in r.categories) for r in records) for s in _SETS
    ]
    fewest = 1 + sum(max(1, math.ceil(count / PAGE_SIZE)) for count in in_sets)
    cpu = statistics.median(child.cpu_seconds for child in children)
    loading = statistics.median(child.cpu_seconds for child in bare)
    announced = first["fetch"]["feed"]["announced"]
    yield Row(
        f"run with nothing new, {day}",
        f"{cpu:.2f} cpu-s, {announced:,} + {sum(in_sets):,} records",
        f"{cpu / loading:.1f} times loading its libraries",
        "below 2 cpu-s",
        cpu < 2,
    )
    asked = statistics.median(requests)
    yield Row(
        f"  its requests, {day}",
        f"{asked:.0f}",
        f"{asked / fewest:.1f} times the fewest possible",
        f"{fewest}: feed, pages of {' and '.join(_SETS)}",
        asked <= fewest,
    )


def _papers(body: bytes) -> OaiPage:
    return parse_oai_page(body, at=NOW)


def _tuples(body: bytes) -> list[tuple[object, ...]]:
    """Read the same fields with lxml alone, without parsing or checking them."""
    return [
        (
            *(raw.findtext(name) for name in _FIELDS),
            [(v.get("version"), *(part.text for part in v)) for v in raw.iterchildren(_VERSION)],
        )
        for raw in etree.fromstring(body).iter(_RAW)
    ]


def _walk(body: bytes) -> int:
    """Read every tag and text without grouping by record."""
    return sum(len(e.tag) + len(e.text or "") for e in etree.fromstring(body).iter())


def _parse(body: bytes) -> etree._Element:
    return etree.fromstring(body)


def _iterate(body: bytes) -> int:
    return sum(1 for _ in etree.fromstring(body).iter())


def _iterparse(body: bytes) -> int:
    return sum(1 for _ in etree.iterparse(io.BytesIO(body)))


_TO_TUPLES = "lxml: the same fields to tuples"
_WALKED = "lxml: walked, tags and texts"
#: what lxml alone does with the same bytes, from least to most work
_BARE: dict[str, Callable[[bytes], object]] = {
    "lxml: parsed": _parse,
    "lxml: parsed, then root.iter()": _iterate,
    "lxml: iterparse": _iterparse,
    _WALKED: _walk,
    _TO_TUPLES: _tuples,
}


def _records(count: int, *, days: int) -> list[Record]:
    """Return papers announced evenly on the last days before NOW."""
    texts = Texts()
    per_day = -(-count // days)
    return [
        read_record(
            stream_row(texts, n, f"2603.{n + 1:05}", NOW.date() - timedelta(days=n // per_day))
        )
        for n in range(count)
    ]


def _ask(url: str, query: dict[str, str]) -> bytes:
    with urllib.request.urlopen(f"{url}?{urllib.parse.urlencode(query)}", timeout=60) as answer:
        body: bytes = answer.read()
    return body


def _environment(folder: Path, url: str) -> dict[str, str]:
    return {
        "LIVING_SURVEY_NOW": NOW.isoformat(),
        "LIVING_SURVEY_ARXIV__OAI_URL": f"{url}/oai",
        "LIVING_SURVEY_ARXIV__RSS_URL": url,
        "LIVING_SURVEY_ARXIV__QUERY_URL": f"{url}/api/query",
        "LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": "0.001",
        "LIVING_SURVEY_ARXIV__LIMITER": str(folder / "limiter"),
    }
