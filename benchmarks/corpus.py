"""Score a corpus of files on each executor: the same input, alternating in the same run."""

import gzip
import json
import pickle
import random
import statistics
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from benchmarks.classifier_speed import trained
from benchmarks.ingest import NOW
from benchmarks.measure import Child, Row, Size, call
from benchmarks.records import Texts, write_snapshot
from classifiers.kept.registry import ModelRegistry
from config.taxonomy import load_taxonomy
from pipeline.learn.corpus.columns import columns_of
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.scoring import Job
from pipeline.learn.corpus.walk import FoundFile

#: executor and workers
_KINDS = (("inline", 1), ("processes", 1), ("processes", 2), ("dask", 1), ("dask", 2))
_PARTITIONS = 24


def corpus(size: Size) -> Iterator[Row]:
    """Score a corpus on 1 and 2 workers, against inline: throughput, cost of a partition, bytes.

    Starting workers and loading the model takes one or two seconds, whatever the corpus. It is part
    of the throughput, and shown by a corpus of two partitions of ten works.
    """
    works = size.records(240_000, 240)
    with tempfile.TemporaryDirectory(prefix="living-survey-bench-") as directory:
        folder = Path(directory)
        write_snapshot(folder / "snapshot.json", 10, until=NOW - timedelta(days=2))
        call(("import", "snapshot.json", "--accept-old", "--json"), cwd=folder, environment={})
        trained(folder / "var/models", size.records(1_000, 60), size.records(5_000, 60))
        _write(folder / "few", _PARTITIONS, works // _PARTITIONS)
        _write(folder / "two", 2, 10)
        _write(folder / "many", size.records(400, 20), 10)
        spent: dict[tuple[str, int], list[float]] = {kind: [] for kind in _KINDS}
        cpu: dict[tuple[str, int], list[float]] = {kind: [] for kind in _KINDS}
        starts: dict[tuple[str, int], list[float]] = {kind: [] for kind in _KINDS}
        peak = 0.0
        for number in range(size.rounds):
            for kind in _KINDS:
                child = _scored(folder, "few", f"{kind[0]}{kind[1]}-{number}", *kind)
                # without the start of Python and the reading of what is done
                start = _scored(folder, "few", f"{kind[0]}{kind[1]}-{number}", *kind)
                spent[kind].append(max(child.wall_seconds - start.wall_seconds, 1e-3))
                cpu[kind].append(max(child.cpu_seconds - start.cpu_seconds, 1e-3))
                # a quick corpus is as small, and starting workers takes most of its time
                two = child
                if not size.quick:
                    two = _scored(folder, "two", f"two-{kind[0]}{kind[1]}-of{number}", *kind)
                starts[kind].append(max(two.wall_seconds - start.wall_seconds, 0))
                if kind == _KINDS[0]:
                    peak = max(peak, child.peak_megabytes)
        _check_equal(folder)
        many = _scored(folder, "many", "many-scored", *_KINDS[0])
        again = _scored(folder, "many", "many-scored", *_KINDS[0])
        files = len(list((folder / "many").iterdir()))
        overhead = max(many.wall_seconds - again.wall_seconds, 0) / files
        model, task = _sent(folder)
    seconds = {kind: statistics.median(values) for kind, values in spent.items()}
    inline = seconds[_KINDS[0]]
    for kind in _KINDS:
        ratio = inline / seconds[kind]
        # one worker starts and loads the model, which inline does too
        target = "" if kind[0] == "inline" else "at least 1.80" if kind[1] == 2 else "at least 0.95"
        met = None if not target else ratio >= (1.8 if kind[1] == 2 else 0.95)
        yield Row(
            f"{works:,} works, {kind[0]}, {kind[1]} worker{'s' if kind[1] > 1 else ''}",
            f"{works / seconds[kind]:,.0f}/s, {works / statistics.median(cpu[kind]):,.0f}/cpu-s",
            f"{ratio:.2f} of inline by the clock" if target else "",
            target,
            met,
        )
    for kind in _KINDS:
        yield Row(
            f"start and end, {kind[0]}, {kind[1]} worker{'s' if kind[1] > 1 else ''}",
            f"{statistics.median(starts[kind]):.1f} s",
            "two partitions of ten works",
            "",
            None,
        )
    yield Row("peak memory, inline", f"{peak:,.0f} MB", "", "below 1,000 MB", peak < 1_000)
    yield Row(
        f"a partition of 10 works, of {files}",
        f"{overhead * 1000:.1f} ms",
        "start left out",
        "",
        None,
    )
    yield Row(
        "sent to a worker once",
        f"{model / 1e6:.1f} MB",
        f"{task:,} bytes for each partition",
        "below 2,000 bytes",
        task < 2_000,
    )


def _write(folder: Path, partitions: int, works: int) -> None:
    """Write partitions in the shape of OpenAlex's."""
    folder.mkdir()
    texts, pick = Texts(), random.Random(1)
    for part in range(partitions):
        rows = []
        for number in range(works):
            words = pick.choice(texts.abstracts).split()
            inverted: dict[str, list[int]] = {}
            for place, word in enumerate(words):
                inverted.setdefault(word, []).append(place)
            name = f"https://openalex.org/W{part * works + number}"
            title = pick.choice(texts.titles)
            rows.append({"id": name, "display_name": title, "abstract_inverted_index": inverted})
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        (folder / f"part_{part:03}.gz").write_bytes(gzip.compress(lines, 1, mtime=0))


def _scored(folder: Path, source: str, output: str, executor: str, workers: int) -> Child:
    environment = {
        "LIVING_SURVEY_RUNTIME__EXECUTOR": executor,
        "LIVING_SURVEY_RUNTIME__WORKERS": str(workers),
    }
    words = ("classify", "--corpus", source, "--output", output, "--json")
    return call(words, cwd=folder, environment=environment)


def _check_equal(folder: Path) -> None:
    """End the benchmark if two executors wrote other bytes."""
    first, *others = sorted(folder.glob("*-[0-9]"))
    expected = (first / "manifest.json").read_bytes()
    for other in others:
        if (other / "manifest.json").read_bytes() != expected:
            raise SystemExit(f"{first.name} and {other.name} differ")


def _sent(folder: Path) -> tuple[int, int]:
    """Return the bytes that a worker gets once, and for each partition."""
    packed = ModelRegistry(folder / "var/models").check_current(load_taxonomy()).packed()
    job = Job(Place(str(folder)), Place(str(folder)), columns_of(()), 50)
    task = (job, FoundFile("part_000.gz", 1, 1))
    return len(pickle.dumps(packed)), len(pickle.dumps(task))
