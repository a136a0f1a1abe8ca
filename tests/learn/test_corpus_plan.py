"""Planning a corpus: what a sample says, by a real worker."""

import json
import math
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from classifiers.cues import CueClassifier
from config.errors import UsageError
from config.taxonomy import load_taxonomy
from pipeline.learn.corpus.columns import columns_of
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.plan import Interval, plan_corpus, planned, ratio
from pipeline.learn.corpus.sample import Measured, measure
from pipeline.learn.corpus.walk import FoundFile
from pipeline.runtime import shared
from tests.support.corpus import SIZE, works, write_corpus
from tests.support.services import make_services
from tests.support.storage import opener

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("workers")]


def block(works: int = 10, seconds: float = 2.0) -> Measured:
    return Measured(works, seconds, source_bytes=1_000, scores_bytes=50, peak_megabytes=300)


# A process of 300 MB starts a worker that takes some 50 MB.
_LARGE = """
import multiprocessing
from pipeline.learn.corpus.sample import peak_megabytes

if __name__ == "__main__":
    held = bytearray(300_000_000)
    held[::4096] = b"x" * len(held[::4096])
    with multiprocessing.get_context("spawn").Pool(1) as workers:
        print(peak_megabytes(), workers.apply(peak_megabytes))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone counts the starting process")
def test_memory_is_that_of_the_worker_not_of_its_command(tmp_path: Path) -> None:
    script = tmp_path / "large.py"
    script.write_text(_LARGE, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, timeout=300
    )
    command, worker = map(int, ended.stdout.split())
    assert command >= 300
    assert 0 < worker < 250


def test_time_and_storage_are_those_of_the_bytes() -> None:
    plan = planned([[block()], [block()], [block()]], "x", "m", [2_000] * 5, None)
    assert plan.works.mean == pytest.approx(100)
    assert plan.works_per_second.mean == pytest.approx(5)
    assert plan.hours[0][0] == 1
    assert plan.hours[0][1].mean == pytest.approx(20 / 3600)
    assert plan.hours[2][1].mean == pytest.approx(5 / 3600)
    assert plan.scores_gigabytes.mean == pytest.approx(500e-9)
    assert (plan.memory_megabytes, plan.partitions, plan.sampled_works) == (300, 5, 30)


def test_number_of_works_may_be_given() -> None:
    plan = planned([[block(), block(seconds=4.0)]], "x", "m", [1_000], 250_000_000)
    assert plan.works == Interval(250_000_000, 250_000_000, 250_000_000)
    assert plan.hours[0][1].mean == pytest.approx(250_000_000 * 0.3 / 3600)
    assert plan.hours[0][1].low < plan.hours[0][1].mean < plan.hours[0][1].high
    assert plan.scores_gigabytes.mean == pytest.approx(250_000_000 * 5e-9)


def test_interval_holds_the_ratio_and_widens_with_the_spread() -> None:
    assert ratio([(3.0, 1.0)]) == Interval(3, 3, 3)
    narrow = ratio([(1.0, 1.0), (1.1, 1.0)] * 8)
    wide = ratio([(1.0, 1.0), (2.0, 1.0)] * 8)
    assert narrow.high - narrow.low < wide.high - wide.low
    assert ratio([(0.1, 1.0), (9.0, 1.0)]).low == 0
    steady = ratio([(1.0, 1.0), (1.0 + 1e-6, 1.0)] * 8)
    assert math.isclose(steady.low, steady.high, rel_tol=1e-5)
    # 2.31 is the spread of 1, 2 and 3 (1) by the root of three, times 4.30 with two degrees
    assert ratio([(1, 1), (2, 1), (3, 1)]).high == pytest.approx(2 + 4.30 / 3**0.5)


def test_tiny_partition_counts_for_little() -> None:
    large = Measured(1_000, 2.0, source_bytes=800_000, scores_bytes=500_000, peak_megabytes=250)
    tiny = Measured(1, 0.01, source_bytes=50, scores_bytes=2_400, peak_megabytes=250)
    sizes = [800_000] * 9 + [50]
    plan = planned([[large], [large], [large], [tiny]], "x", "m", sizes, None)
    assert plan.works.mean == pytest.approx(9_000, rel=0.01)
    assert plan.works_per_second.high < 1_000
    assert plan.works.high < 9_100


def test_corpus_that_is_wholly_sampled_is_known() -> None:
    groups = [[block(works=n)] for n in (7, 10, 30)]
    plan = planned(groups, "x", "m", [1_000] * 3, None)
    assert (plan.works.low, plan.works.mean, plan.works.high) == pytest.approx((47, 47, 47))
    assert plan.hours[0][1].low == plan.hours[0][1].mean  # all blocks took as long
    assert [workers for workers, _ in plan.hours] == [1, 2]


def test_partitions_that_differ_are_seen_by_several_of_them() -> None:
    groups = [[block(seconds=s)] * 5 for s in (1.0, 2.0, 3.0)]
    several = planned(groups, "x", "m", [1_000], None).hours[0][1]
    one = planned(groups[1:2], "x", "m", [1_000], None).hours[0][1]
    assert several.high - several.low > one.high - one.low


@pytest.mark.parametrize("name", ["day=0/part_000.gz", "day=0/part_001.jsonl"])
def test_share_of_a_partition_is_that_of_its_rows(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(tmp_path / "corpus", 2)
    file = FoundFile(name, (corpus / name).stat().st_size, None)
    key = shared.new_key()
    shared.share(key, lambda: CueClassifier(load_taxonomy()))
    try:
        found = measure(key, Place(str(corpus)), file, columns_of(()), 50)
    finally:
        shared.forget(key)
    assert sum(one.works for one in found) == SIZE
    assert sum(one.source_bytes for one in found) == pytest.approx(file.bytes)
    assert min(one.seconds for one in found) > 0


def test_first_rows_of_a_large_partition_are_a_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.learn.corpus.reading.ROWS", 10)
    monkeypatch.setattr("pipeline.learn.corpus.sample._BLOCK", 1_000)
    lines = "".join(json.dumps(row) + "\n" for row in works(0, 200)).encode()
    (tmp_path / "a.jsonl").write_bytes(lines)
    key = shared.new_key()
    shared.share(key, lambda: CueClassifier(load_taxonomy()))
    try:
        file = FoundFile("a.jsonl", len(lines), None)
        found = measure(key, Place(str(tmp_path)), file, columns_of(()), 50)
    finally:
        shared.forget(key)
    assert sum(one.works for one in found) == 20
    assert sum(one.source_bytes for one in found) == pytest.approx(len(lines) / 10, rel=0.2)


def test_plan_is_made_by_a_worker_and_writes_nothing(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", 12)
    services = make_services(
        opener(tmp_path),
        datetime(2026, 3, 17, tzinfo=UTC),
        in_use=CueClassifier(load_taxonomy()),
    )
    before = sorted(tmp_path.rglob("*"))
    plan = plan_corpus(services, Place(str(corpus)), columns=columns_of(()), candidates_from=50)
    assert sorted(tmp_path.rglob("*")) == before
    assert (plan.partitions, plan.sampled_partitions, plan.sampled_works) == (12, 8, 8 * SIZE)
    assert plan.works.low <= 12 * SIZE <= plan.works.high
    assert plan.memory_megabytes > 20
    assert all(one.mean > two.mean > 0 for (_, one), (_, two) in pairwise(plan.hours))


def test_corpus_without_works_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{}\n")
    services = make_services(
        opener(tmp_path),
        datetime(2026, 3, 17, tzinfo=UTC),
        in_use=CueClassifier(load_taxonomy()),
    )
    with pytest.raises(UsageError, match="no works in the sample"):
        plan_corpus(
            services, Place(str(tmp_path / "a.jsonl")), columns=columns_of(()), candidates_from=50
        )
