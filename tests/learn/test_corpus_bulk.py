"""Scoring a corpus: on every executor, killed and gone on with, with partitions that fail."""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from classifiers.cues import CueClassifier
from classifiers.kept import artifact
from classifiers.kept.registry import ModelRegistry
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.types import Classifier, Document, Scores
from config.errors import TryAgainLaterError, UsageError
from config.runtime_schema import RuntimeSettings
from config.taxonomy import Taxonomy
from pipeline.learn.corpus import reading
from pipeline.learn.corpus.bulk import OutputHeldError
from pipeline.learn.corpus.output import OutputError
from pipeline.runtime import dask_cluster
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from tests.support.corpus import DEADLY, SIZE, Deadly, scored, tree, write_corpus
from tests.support.learning import small_taxonomy
from tests.support.services import ShownProgress, make_services
from tests.support.storage import lines_of, opener, start_process
from tests.support.texts import TRAINED_AT, approved, rejected, stream

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("workers")]

NOW = datetime(2026, 3, 17, tzinfo=UTC)
ONE = RuntimeSettings(executor="processes", workers=1)
TWO = RuntimeSettings(executor="processes", workers=2)
DASK = RuntimeSettings(executor="dask", workers=2)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return small_taxonomy()


@pytest.fixture(scope="module")
def model(taxonomy: Taxonomy) -> Model:
    return train([*approved(), *rejected()], stream(), taxonomy, trained_at=TRAINED_AT)


@pytest.fixture
def services_of(
    tmp_path: Path, model: Model, taxonomy: Taxonomy
) -> Callable[[RuntimeSettings], Services]:
    """Return what makes services of the kept model."""
    artifact.save(model, tmp_path / "models")

    def made(runtime: RuntimeSettings) -> Services:
        services = make_services(opener(tmp_path), NOW, taxonomy=taxonomy, runtime=runtime)
        return replace(services, models=ModelRegistry(tmp_path / "models"))

    return made


def using(
    classifier: Classifier, folder: Path, taxonomy: Taxonomy, runtime: RuntimeSettings
) -> Services:
    """Return services in which a given classifier is in use."""
    return make_services(opener(folder), NOW, in_use=classifier, taxonomy=taxonomy, runtime=runtime)


@pytest.fixture
def whole(tmp_path: Path, model: Model, taxonomy: Taxonomy) -> dict[str, bytes]:
    """Return the output of an undisturbed call over `tmp_path / "corpus"`."""
    write_corpus(tmp_path / "corpus", deadly=3)
    services = using(model, tmp_path, taxonomy, RuntimeSettings())
    assert scored(services, tmp_path / "corpus", tmp_path / "whole").failed == ()
    return tree(tmp_path / "whole")


def test_every_executor_writes_the_same_bytes(
    tmp_path: Path, services_of: Callable[[RuntimeSettings], Services]
) -> None:
    corpus, found = write_corpus(tmp_path / "corpus"), []
    for runtime in (RuntimeSettings(), ONE, TWO, DASK):
        output = tmp_path / f"{runtime.executor}{runtime.workers}"
        report = scored(services_of(runtime), corpus, output)
        assert (report.scored, report.failed) == (6, ())
        found.append(tree(output))
    assert len(found[0]) == 6 + 6 + 2
    assert found[1:] == found[:1] * 3


def test_scores_are_those_of_the_model_and_candidates_have_their_text(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ROWS", 4)
    corpus = write_corpus(tmp_path / "corpus", 3)
    report = scored(using(model, tmp_path, taxonomy, RuntimeSettings()), corpus, tmp_path / "out")
    rows = [
        row
        for file in sorted((tmp_path / "out" / "scores").rglob("*.parquet"))
        for row in pq.read_table(file).to_pylist()
    ]
    assert [row["id"] for row in rows] == [f"W{n}" for n in range(3 * SIZE)]
    assert {row["arxiv_id"] for row in rows if int(row["id"][1:]) % 2 == 0} == {None}
    assert rows[1]["arxiv_id"] == "2603.00001"
    assert rows[2]["doi"] == "10.1000/2"
    candidates = [row for row in rows if row["in_scope"] >= 0.5]
    assert 0 < len(candidates) == report.totals.candidates < len(rows) == report.totals.works
    assert all((row["title"] is not None) == (row in candidates) for row in rows)
    [score] = model.predict([Document("1", candidates[0]["title"], candidates[0]["abstract"])])
    assert candidates[0]["in_scope"] == pytest.approx(score.in_scope, abs=1e-6)
    assert candidates[0]["sections"][0]["section"] == score.sections[0][0]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert (manifest["works"], manifest["partitions"]) == (len(rows), 3)


@pytest.mark.parametrize("runtime", [ONE, TWO, DASK], ids=["one process", "two", "dask"])
def test_killed_worker_costs_nothing(
    tmp_path: Path,
    model: Model,
    taxonomy: Taxonomy,
    whole: dict[str, bytes],
    runtime: RuntimeSettings,
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    services = using(Deadly(model, flag), tmp_path, taxonomy, runtime)
    report = scored(services, tmp_path / "corpus", tmp_path / "killed")
    assert not flag.exists()
    assert report.failed == ()
    assert tree(tmp_path / "killed") == whole


def test_worker_killed_every_time_names_its_partition_alone(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, whole: dict[str, bytes]
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    services = using(Deadly(model, flag, always=True), tmp_path, taxonomy, TWO)
    report = scored(services, tmp_path / "corpus", tmp_path / "killed")
    assert [failure.partition for failure in report.failed] == ["day=1/part_003.gz"]
    assert report.scored == 5
    assert "manifest.json" not in tree(tmp_path / "killed")
    flag.unlink()
    assert scored(services, tmp_path / "corpus", tmp_path / "killed").scored == 1
    assert tree(tmp_path / "killed") == whole


_COORDINATOR = """
from datetime import UTC, datetime
from pathlib import Path
from classifiers.kept import artifact
from config.runtime_schema import RuntimeSettings
from tests.support.corpus import Deadly, scored
from tests.support.learning import small_taxonomy
from tests.support.services import make_services
from tests.support.storage import opener

if __name__ == "__main__":
    folder, executor = Path(sys.argv[1]), sys.argv[2]
    [header] = (folder / "models").glob("*.json")
    model = artifact.load(header, small_taxonomy())
    deadly = Deadly(model, folder / "flag", parent=executor == "processes")
    services = make_services(
        opener(folder),
        datetime(2026, 3, 17, tzinfo=UTC),
        in_use=deadly,
        taxonomy=small_taxonomy(),
        runtime=RuntimeSettings(executor=executor, workers=1),
    )
    scored(services, folder / "corpus", folder / "killed")
    print("not killed", flush=True)
"""


@pytest.mark.parametrize("executor", ["inline", "processes"])
def test_killed_coordinator_is_gone_on_with(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, whole: dict[str, bytes], executor: str
) -> None:
    artifact.save(model, tmp_path / "models")
    (tmp_path / "flag").touch()
    process = start_process(_COORDINATOR, str(tmp_path), executor)
    assert list(lines_of(process)) == []
    process.communicate()
    assert process.returncode == -9
    left = tree(tmp_path / "killed")
    assert "corpus.json" in left
    assert "manifest.json" not in left
    assert 0 < sum(path.startswith("done/") for path in left) < 6
    services = using(model, tmp_path, taxonomy, RuntimeSettings())
    assert 0 < scored(services, tmp_path / "corpus", tmp_path / "killed").scored < 6
    assert tree(tmp_path / "killed") == whole


_CLUSTER = """
from distributed import LocalCluster

if __name__ == "__main__":
    port = int(sys.argv[1])
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        host="127.0.0.1",
        scheduler_port=port,
        dashboard_address="127.0.0.1:0",
        local_directory=sys.argv[2],
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.readline()
"""


@contextmanager
def running_cluster(folder: Path, port: int = 0) -> Iterator[str]:
    """Start a scheduler with one worker, which keeps its files in a folder; yield its address."""
    process = start_process(_CLUSTER, str(port), str(folder))
    try:
        yield next(lines_of(process))
    finally:
        process.communicate("\n")


def test_lost_scheduler_is_said_and_a_restarted_one_goes_on(
    tmp_path: Path,
    model: Model,
    taxonomy: Taxonomy,
    whole: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask_cluster, "_PATIENCE", 2)
    flag = tmp_path / "flag"
    flag.touch()
    deadly = Deadly(model, flag, parent=True)
    with running_cluster(tmp_path) as address:
        runtime = RuntimeSettings(executor="dask", dask_scheduler=address)
        services = using(deadly, tmp_path, taxonomy, runtime)
        with pytest.raises(TryAgainLaterError, match="cannot be reached"):
            scored(services, tmp_path / "corpus", tmp_path / "killed")
    assert not flag.exists()
    done = sum(path.startswith("done/") for path in tree(tmp_path / "killed"))
    assert done < 6
    with running_cluster(tmp_path, int(address.rpartition(":")[2])):
        report = scored(services, tmp_path / "corpus", tmp_path / "killed")
    assert (report.scored, report.failed) == (6 - done, ())
    assert tree(tmp_path / "killed") == whole


def test_partition_that_always_fails_is_named_and_the_others_are_done(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, whole: dict[str, bytes]
) -> None:
    broken = [
        tmp_path / "corpus" / name for name in ("day=1/part_002.parquet", "day=0/part_000.gz")
    ]
    kept = {path: path.read_bytes() for path in broken}
    for path, content in kept.items():
        path.write_bytes(content[: len(content) // 2])
    run = Run()
    services = using(model, tmp_path, taxonomy, TWO)
    report = scored(services, tmp_path / "corpus", tmp_path / "out", run)
    assert sorted(each.partition for each in report.failed) == [
        "day=0/part_000.gz",
        "day=1/part_002.parquet",
    ]
    assert (report.scored, run.counts["failed"]) == (4, 2)
    assert run.error is not None
    for path, content in kept.items():
        path.write_bytes(content)
    assert scored(services, tmp_path / "corpus", tmp_path / "out").scored == 2
    scores = {name: content for name, content in whole.items() if name.startswith("scores/")}
    found = tree(tmp_path / "out")
    assert {name: found[name] for name in scores} == scores
    assert "manifest.json" in found


def test_changed_partition_is_scored_again_and_nothing_else(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, whole: dict[str, bytes]
) -> None:
    del whole
    services = using(model, tmp_path, taxonomy, RuntimeSettings())
    assert scored(services, tmp_path / "corpus", tmp_path / "whole").scored == 0
    changed = tmp_path / "corpus" / "day=0" / "part_001.jsonl"
    changed.write_bytes(
        changed.read_bytes() + b'{"id": "new", "title": "One more"}\nnot JSON\n[]\n{}\n'
    )
    (tmp_path / "whole" / "scores" / "day=2" / "part_004.jsonl.parquet").unlink()
    report = scored(services, tmp_path / "corpus", tmp_path / "whole")
    totals = report.totals
    assert (report.scored, totals.works, totals.unreadable, totals.empty) == (2, 37, 2, 1)


def test_output_of_another_model_or_of_something_else_is_refused(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, whole: dict[str, bytes]
) -> None:
    cues = using(CueClassifier(taxonomy), tmp_path, taxonomy, RuntimeSettings())
    with pytest.raises(OutputError, match=r"was made differently: model \S+, now \S+\. "):
        scored(cues, tmp_path / "corpus", tmp_path / "whole")
    assert tree(tmp_path / "whole") == whole
    services = using(model, tmp_path, taxonomy, RuntimeSettings())
    with pytest.raises(OutputError, match="holds something else"):
        scored(services, tmp_path / "corpus", tmp_path / "corpus")
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "notes.txt").write_text("No works.", encoding="utf-8")
    with pytest.raises(UsageError, match="no partitions"):
        scored(services, tmp_path / "none", tmp_path / "out")


def test_second_call_on_one_output_is_refused(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, whole: dict[str, bytes]
) -> None:
    refused: list[str] = []

    class Twice:
        model_id = model.model_id

        def predict(self, documents: Sequence[Document]) -> list[Scores]:
            if not refused:
                with pytest.raises(
                    OutputHeldError, match=r"Another call writes to .* \(process"
                ) as e:
                    scored(services, tmp_path / "corpus", tmp_path / "out")
                refused.append(str(e.value))
            return model.predict(documents)

    services = using(Twice(), tmp_path, taxonomy, RuntimeSettings())
    assert scored(services, tmp_path / "corpus", tmp_path / "out").scored == 6
    assert len(refused) == 1
    assert tree(tmp_path / "out") == whole


def test_progress_says_what_is_left(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, whole: dict[str, bytes]
) -> None:
    del whole
    shown = ShownProgress()
    services = using(model, tmp_path, taxonomy, RuntimeSettings())
    scored(services, tmp_path / "corpus", tmp_path / "out", Run(shown))
    assert shown.descriptions[-1] == "6 of 6 partitions, nothing left (MB)"
    assert all("left (MB)" in said for said in shown.descriptions[1:])


def test_deadly_title_is_in_the_corpus(whole: dict[str, bytes], tmp_path: Path) -> None:
    del whole
    packed = (tmp_path / "corpus" / "day=1" / "part_003.gz").read_bytes()
    assert DEADLY.encode() in gzip.decompress(packed)
