"""Measure what the first works of a partition take; called by a worker."""

import io
import resource
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa

from pipeline.learn.corpus.columns import Columns
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.reading import Rows, batches, compression_of
from pipeline.learn.corpus.scoring import SCHEMA, score_rows
from pipeline.learn.corpus.walk import FoundFile
from pipeline.runtime import shared

#: blocks of works measured of a partition, and batches read for them
BLOCKS, _BATCHES = 5, 2
#: bytes read at once to count lines
_BLOCK = 1 << 20
#: Linux says here what a process takes
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a block of works took."""

    works: int
    #: to read, score and pack them
    seconds: float
    #: of the partition, by its share of rows
    source_bytes: float
    scores_bytes: int
    peak_megabytes: int


def measure(
    key: str, corpus: Place, file: FoundFile, columns: Columns, candidates_from: int
) -> list[Measured]:
    """Score the first rows of a partition in blocks, and return what each took."""
    import pyarrow.parquet as pq  # noqa: PLC0415  takes 0.1 s

    classifier = shared.value(key)  # before the clock starts
    began = time.perf_counter()
    read = list(islice(batches(corpus, file.path, columns), _BATCHES))
    reading = time.perf_counter() - began
    rows = [row for each in read for row in each.rows]
    size = _bytes_of(corpus, file, len(rows) + sum(each.unreadable for each in read))
    found = []
    for start in range(0, len(rows), step := max(1, -(-len(rows) // BLOCKS))):
        block, packed = rows[start : start + step], io.BytesIO()
        began = time.perf_counter()
        table = score_rows(classifier, Rows(block), columns, candidates_from).table
        with pq.ParquetWriter(packed, SCHEMA, compression="zstd") as scores:
            scores.write_table(table)
        seconds = time.perf_counter() - began
        share = len(block) / len(rows)
        if table.num_rows:
            found.append(
                Measured(
                    works=table.num_rows,
                    seconds=seconds + reading * share,
                    source_bytes=size * share,
                    scores_bytes=packed.tell(),
                    peak_megabytes=peak_megabytes(),
                )
            )
    return found


def _bytes_of(corpus: Place, file: FoundFile, rows: int) -> float:
    """Return the bytes of a partition that its first rows take, as stored."""
    import pyarrow.parquet as pq  # noqa: PLC0415  takes 0.1 s

    name = file.path or corpus.address
    if name.endswith(".parquet"):
        with corpus.open_file(file.path) as opened:
            return file.bytes * rows / max(1, int(pq.read_metadata(opened).num_rows))
    kind, lines = compression_of(name), 0
    with corpus.open_file(file.path) as raw:  # a stream does not say where it is
        plain = pa.CompressedInputStream(raw, kind) if kind else raw
        while lines < rows and (block := plain.read(_BLOCK)):
            lines += bytes(block).count(b"\n")
        return float(raw.tell()) * rows / max(lines, rows)


def peak_megabytes() -> int:
    """Return the largest resident size of this process so far in megabytes.

    Linux counts the process that started this one in `ru_maxrss`, see getrusage(2) and VmHWM in
    proc(5).
    """
    if _STATUS.exists():
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
        if peaks := [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]:
            return round(peaks[0] * 1024 / 1_000_000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1_000_000 if sys.platform == "darwin" else 1_000))
