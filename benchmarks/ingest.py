"""What bringing papers in costs: OAI pages, the bulk snapshot, a run that finds nothing new."""

import json
import math
import statistics
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
from lxml import etree

from benchmarks.measure import ROOT, Row, Size, call, medians, run_python
from benchmarks.records import Texts, stream_row, write_snapshot
from pipeline.replica.records import Record, read_record
from pipeline.replica.server import PAGE_SIZE, ReplicaServer
from pipeline.sources.oai_page import parse_oai_page

#: a Wednesday; feeds of the day are built, and nothing changes any more
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
    # A walk over all tags and texts is told as well. Nothing that tells one record's fields from
    # the next one's comes near it: lxml to tuples reaches half of it, XSLT in C as much.
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
        # Small inputs are read several times a round: the clock of the CPU is coarse.
        times = max(1, size.records(4_000, 40) // count)
        ours, bare, walk = medians(
            size.rounds,
            lambda: [parse_oai_page(body, at=NOW) for _ in range(times)],  # noqa: B023  used at once
            lambda: [_tuples(body) for _ in range(times)],  # noqa: B023  used at once
            lambda: [_walk(body) for _ in range(times)],  # noqa: B023  used at once
        )
        yield Row(
            f"OAI page to papers, {count:,} {name}",
            f"{count * times / ours:,.0f} records/cpu-s",
            f"{bare / ours:.2f} of lxml to tuples ({walk / ours:.2f} of a walk)",
            "at least 0.60",
            bare / ours >= 0.60,
        )
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
    records = _records(size.records(3_000, 30), days=3)
    with (
        tempfile.TemporaryDirectory(prefix="living-survey-bench-") as directory,
        ReplicaServer(records, today=NOW) as arxiv,
    ):
        folder = Path(directory)
        environment = _environment(folder, arxiv.url)
        call(("run", "--json"), cwd=folder, environment=environment)
        children, requests = [], []
        for _ in range(size.rounds):
            before = len(arxiv.requests)
            children.append(call(("run", "--json"), cwd=folder, environment=environment))
            requests.append(len(arxiv.requests) - before)
        bare = [
            run_python(
                ["-c", "import duckdb, feedparser, httpx, lxml.etree, pyarrow"],
                cwd=folder,
                environment={},
            )
            for _ in range(size.rounds)
        ]
    in_sets = [
        sum(any(c.startswith(f"{s}.") for c in r.categories) for r in records) for s in _SETS
    ]
    fewest = 1 + sum(max(1, math.ceil(count / PAGE_SIZE)) for count in in_sets)
    cpu = statistics.median(child.cpu_seconds for child in children)
    loading = statistics.median(child.cpu_seconds for child in bare)
    yield Row(
        f"run with nothing new, {len(records):,} in the overlap",
        f"{cpu:.2f} cpu-s",
        f"{cpu / loading:.1f} times loading its libraries",
        "below 2 cpu-s",
        cpu < 2,
    )
    asked = statistics.median(requests)
    yield Row(
        "run with nothing new: requests",
        f"{asked:.0f}",
        f"{asked / fewest:.1f} times the fewest possible",
        f"{fewest}: feed, pages of {' and '.join(_SETS)}",
        asked <= fewest,
    )


def _tuples(body: bytes) -> list[tuple[object, ...]]:
    """Read the same fields by lxml alone: texts as they are, no dates, no names, no checks."""
    return [
        (
            *(raw.findtext(name) for name in _FIELDS),
            [(v.get("version"), *(part.text for part in v)) for v in raw.iterchildren(_VERSION)],
        )
        for raw in etree.fromstring(body).iter(_RAW)
    ]


def _walk(body: bytes) -> int:
    """Look at every tag and text without knowing to which record it belongs."""
    return sum(len(e.tag) + len(e.text or "") for e in etree.fromstring(body).iter())


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
