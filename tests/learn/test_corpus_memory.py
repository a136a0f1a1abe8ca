"""The memory of a worker does not depend on the size of a partition."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifiers.cues import CueClassifier
from classifiers.types import Classifier
from config.runtime_schema import RuntimeSettings
from pipeline.learn.corpus import reading
from pipeline.learn.corpus.columns import columns_of
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.scoring import Job, score_partition
from pipeline.runtime.executors import open_workers
from tests.support.learning import small_taxonomy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("workers"),
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux"),
]

#: works that the worker holds at a time here
_ROWS = 200
#: bytes of an abstract, and works of the partitions: 20 and 80 times as many as the worker holds
_ABSTRACT, _FEW, _MANY = 6_000, 20 * _ROWS, 80 * _ROWS
#: bytes by which a peak may grow by chance, because freed memory is kept in another way: much less
#: than the 72 million bytes by which the texts of one partition exceed the other's
_SPARE = 45_000_000


def _peak() -> int:
    """Return the largest resident size of this process so far in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def _peak_after(key: str, job: Job, path: str) -> tuple[int, int]:
    """Score a partition; return its works and the peak of this worker."""
    reading.ROWS = _ROWS  # of this worker process alone
    [file] = [file for file in job.corpus.files() if file.path == path]
    return score_partition(key, job, file).works, _peak()


def _works(count: int) -> Iterator[dict[str, str]]:
    pick = random.Random(1)
    for number in range(count):
        abstract = pick.randbytes(_ABSTRACT // 2).hex()
        yield {"id": f"W{number}", "title": "One more", "abstract": abstract}


def _write(path: Path, count: int) -> None:
    if path.suffix == ".parquet":
        # one row group, the worst case
        pq.write_table(pa.Table.from_pylist(list(_works(count))), path, row_group_size=count)
        return
    with gzip.open(path, "wt", compresslevel=1) as packed:
        packed.writelines(json.dumps(work) + "\n" for work in _works(count))


def _classifier() -> Classifier:
    return CueClassifier(small_taxonomy())


@pytest.mark.parametrize("ending", ["jsonl.gz", "parquet"])
def test_peak_is_the_same_for_a_partition_four_times_as_large(tmp_path: Path, ending: str) -> None:
    for name, count in (("one", _ROWS), ("few", _FEW), ("many", _MANY)):
        (tmp_path / "corpus").mkdir(exist_ok=True)
        _write(tmp_path / "corpus" / f"{name}.{ending}", count)
    job = Job(Place(str(tmp_path / "corpus")), Place(str(tmp_path / "out")), columns_of(()), 50)
    runtime = RuntimeSettings(executor="processes", workers=1)
    peaks = {}
    with open_workers(runtime, _classifier) as workers:
        for name, count in (("one", _ROWS), ("few", _FEW), ("many", _MANY)):
            asked = workers.executor.submit(_peak_after, workers.key, job, f"{name}.{ending}")
            works, peaks[name] = asked.result()
            assert works == count
    assert peaks["many"] - peaks["few"] < _SPARE
    assert peaks["many"] - peaks["one"] < 2 * _SPARE
