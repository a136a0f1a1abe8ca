"""Scoring a corpus in an object store of S3's protocol, also when its reads are slow or fail."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.cues import CueClassifier
from config.runtime_schema import RuntimeSettings
from pipeline.learn.corpus.bulk import CorpusReport, score_corpus
from pipeline.learn.corpus.candidates import likely_works
from pipeline.learn.corpus.columns import columns_of
from pipeline.learn.corpus.output import done_path
from pipeline.learn.corpus.place import Place
from pipeline.runtime.record import Run
from tests.support.corpus import scored, tree, write_corpus
from tests.support.learning import small_taxonomy
from tests.support.object_store import ObjectStore, install, running
from tests.support.services import make_services
from tests.support.storage import opener

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("workers")]

NOW = datetime(2026, 3, 17, tzinfo=UTC)
INLINE = RuntimeSettings()
TWO = RuntimeSettings(executor="processes", workers=2)
DASK = RuntimeSettings(executor="dask", workers=1)
PARTITIONS = 6
#: one of the corpus, compressed JSON lines and Parquet
GZIPPED, PARQUET = "day=1/part_003.gz", "day=1/part_002.parquet"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("s3")
    install(directory)
    return directory


@pytest.fixture
def store(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ObjectStore]:
    """A server with the corpus of `tmp_path / "corpus"` in a bucket."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")  # the workers inherit it
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with running(installed) as store:
        store.upload(write_corpus(tmp_path / "corpus", PARTITIONS), "works/corpus")
        yield store


def scored_there(store: ObjectStore, folder: Path, runtime: RuntimeSettings) -> CorpusReport:
    taxonomy = small_taxonomy()
    return score_corpus(
        make_services(
            opener(folder), NOW, in_use=CueClassifier(taxonomy), taxonomy=taxonomy, runtime=runtime
        ),
        Run(),
        Place(store.address("works/corpus")),
        Place(store.address("works/scores")),
        columns=columns_of(()),
        candidates_from=50,
    )


def scores_there(store: ObjectStore) -> dict[str, bytes]:
    """Return the files of scores by their path."""
    place = Place(store.address("works/scores"))
    return {
        file.path: place.read(file.path) or b""
        for file in place.files()
        if file.path.startswith("scores/")
    }


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, bytes]:
    """Return the scores of the same files on this machine's file system."""
    taxonomy = small_taxonomy()
    services = make_services(
        opener(tmp_path), NOW, in_use=CueClassifier(taxonomy), taxonomy=taxonomy
    )
    scored(services, write_corpus(tmp_path / "corpus", PARTITIONS), tmp_path / "here")
    found = tree(tmp_path / "here")
    return {path: content for path, content in found.items() if path.startswith("scores/")}


@pytest.mark.parametrize("runtime", [INLINE, TWO, DASK], ids=["inline", "processes", "dask"])
def test_scores_in_an_object_store_are_those_of_local_files(
    tmp_path: Path, store: ObjectStore, expected: dict[str, bytes], runtime: RuntimeSettings
) -> None:
    report = scored_there(store, tmp_path, runtime)
    assert (report.scored, report.failed) == (PARTITIONS, ())
    assert scores_there(store) == expected
    assert len(expected) == PARTITIONS
    assert scored_there(store, tmp_path, INLINE).scored == 0
    there, here = Place(store.address("works/scores")), Place(str(tmp_path / "here"))
    assert likely_works(there, 50) == likely_works(here, 50)


@pytest.mark.parametrize("slow", [GZIPPED, PARQUET])
def test_slow_reads_hold_up_no_other_partition(
    tmp_path: Path, store: ObjectStore, expected: dict[str, bytes], slow: str
) -> None:
    store.disturb("hold", slow)
    scores = [path.removeprefix("scores/").removesuffix(".parquet") for path in expected]
    others = [done_path(path) for path in scores if path != slow]
    assert len(others) == PARTITIONS - 1
    with ThreadPoolExecutor(1) as thread:
        report = thread.submit(scored_there, store, tmp_path, TWO)
        store.wait_for("held", *others)
        assert not report.done()
        store.release()
        assert report.result().failed == ()
    assert scores_there(store) == expected


@pytest.mark.parametrize("path", [GZIPPED, PARQUET])
def test_failed_read_is_an_attempt_and_is_named(
    tmp_path: Path,
    store: ObjectStore,
    expected: dict[str, bytes],
    caplog: pytest.LogCaptureFixture,
    path: str,
) -> None:
    store.disturb("fail", path, "403", "1")
    with caplog.at_level(logging.WARNING, "pipeline.learn.corpus"):
        report = scored_there(store, tmp_path, TWO)
    assert (report.scored, report.failed) == (PARTITIONS, ())
    assert [getattr(each, "partition", "") for each in caplog.records] == [path, ""]
    assert scores_there(store) == expected


def test_partition_whose_reads_always_fail_is_named_and_the_next_call_goes_on(
    tmp_path: Path, store: ObjectStore, expected: dict[str, bytes]
) -> None:
    store.disturb("fail", GZIPPED, "403", "1000")
    report = scored_there(store, tmp_path, TWO)
    assert report.scored == PARTITIONS - 1
    [failure] = report.failed
    assert failure.partition == GZIPPED
    assert failure.reason.startswith("OSError: ")
    assert "manifest.json" not in {f.path for f in Place(store.address("works/scores")).files()}
    store.release()
    assert scored_there(store, tmp_path, TWO).scored == 1
    assert scores_there(store) == expected


def test_error_that_the_protocol_repeats_is_no_attempt(
    tmp_path: Path,
    store: ObjectStore,
    expected: dict[str, bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    store.disturb("fail", GZIPPED, "503", "1")
    with caplog.at_level(logging.WARNING, "pipeline.learn.corpus"):
        assert scored_there(store, tmp_path, INLINE).failed == ()
    assert caplog.records == []
    assert scores_there(store) == expected
