"""Import: the snapshot into a real database; killed, repeated, filtered."""

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from config.runtime_schema import RuntimeSettings
from pipeline.ingest import import_ as importing
from pipeline.ingest.import_ import ImportReport, import_snapshot
from pipeline.ingest.sources.snapshot.file import SnapshotError, SnapshotFile
from pipeline.ingest.sources.snapshot.selection import Selection, selection_of
from pipeline.runtime.record import Progress, Run
from storage.store import OpenStore, Store
from storage.types import Source, UpsertCounts
from tests.support.builders import make_paper
from tests.support.cli import survey_at, survey_in_process
from tests.support.services import ShownProgress, make_services
from tests.support.snapshot import (
    NOW,
    gzipped,
    line_of,
    make_record,
    make_records,
    plain_file,
    zipped,
)
from tests.support.storage import database, opener, start_process

LATER = datetime(2026, 3, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a few records several batches of several blocks."""
    blocks = SnapshotFile.blocks
    monkeypatch.setattr(importing, "BATCH", 4)
    monkeypatch.setattr(
        SnapshotFile, "blocks", lambda self, start=0: blocks(self, start, length=1000)
    )


def bring(
    path: Path,
    open_store: OpenStore,
    *,
    runtime: RuntimeSettings = RuntimeSettings(),  # noqa: B008  it is frozen
    selection: Selection = Selection(),  # noqa: B008  it is frozen
    at: datetime = NOW,
    progress: Progress | None = None,
) -> ImportReport:
    run = Run(progress)
    services = make_services(open_store, at, runtime=runtime)
    return import_snapshot(services, run, path, selection=selection)


def content(folder: Path) -> list[list[tuple[Any, ...]]]:
    """Return all rows an import can write, as an analyst would read them."""
    with duckdb.connect(str(database(folder)), read_only=True) as connection:
        return [
            connection.execute(f"SELECT * FROM {view} ORDER BY ALL").fetchall()
            for view in ("papers", "paper_versions", "changes", "quarantine")
        ]


@contextmanager
def _failing() -> Iterator[Store]:
    raise KeyboardInterrupt
    yield


def failing_after(open_store: OpenStore, leases: int) -> OpenStore:
    """Return an opener whose later leases fail, as a kill between two batches would."""
    given = iter(range(leases))
    return lambda: open_store() if next(given, None) is not None else _failing()


def test_a_snapshot_comes_in(tmp_path: Path) -> None:
    path = plain_file(tmp_path, make_records(11))
    report = bring(path, opener(tmp_path))
    assert report == ImportReport(
        file=path,
        records=11,
        counts=UpsertCounts(new=11),
        unwanted=0,
        quarantined=0,
        resumed_at=0,
        newest_submitted_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        catch_up_from=date(2026, 2, 16),
    )
    with opener(tmp_path)() as store:
        stored = store.papers.get("2603.00011")
    assert stored is not None
    assert stored.paper.source is Source.SNAPSHOT
    assert stored.paper.authors == ("Ada Example", "Bo Sample")
    assert stored.first_seen_at == NOW


def test_all_containers_bring_the_same(tmp_path: Path) -> None:
    contents = []
    for write in (plain_file, gzipped, zipped):
        folder = tmp_path / write.__name__
        folder.mkdir()
        bring(write(folder, make_records(11)), opener(folder))
        contents.append(content(folder))
    assert contents[0] == contents[1] == contents[2]
    assert len(contents[0][0]) == 11


def test_every_executor_brings_the_same(tmp_path: Path) -> None:
    contents = []
    broken = [b"{", b'{"id": "2603.99999"}']
    for executor in ("inline", "processes", "dask"):
        folder = tmp_path / executor
        folder.mkdir()
        path = plain_file(folder, make_records(23))
        lines = path.read_bytes().splitlines()
        path.write_bytes(b"\n".join([*lines[:9], *broken, *lines[9:]]) + b"\n")
        runtime = RuntimeSettings.model_validate({"executor": executor, "workers": 2})
        report = bring(path, opener(folder), runtime=runtime)
        assert (report.records, report.quarantined) == (25, 2)
        contents.append(content(folder))
    assert contents[1:] == contents[:1] * 2
    assert len(contents[0][0]) == 23


def test_a_second_import_of_the_same_file_changes_nothing(tmp_path: Path) -> None:
    path = plain_file(tmp_path, [*make_records(11), b"rubbish", *make_records(2)])
    bring(path, opener(tmp_path))
    before = content(tmp_path)
    report = bring(path, opener(tmp_path), at=LATER)
    assert report.counts == UpsertCounts(unchanged=13)
    assert report.records == 14
    assert report.quarantined == 0
    assert content(tmp_path) == before


def test_only_a_newer_snapshot_revises_papers(tmp_path: Path) -> None:
    old = plain_file(tmp_path, make_records(3))
    (new := tmp_path / "new.json").write_bytes(
        line_of(make_record("2603.00002", title="Renamed", update_date="2026-03-09")) + b"\n"
    )
    bring(old, opener(tmp_path))
    assert bring(new, opener(tmp_path)).counts == UpsertCounts(revised=1)
    bring(old, opener(tmp_path), at=LATER)
    with opener(tmp_path)() as store:
        stored = store.papers.get("2603.00002")
    assert stored is not None
    assert stored.paper.title == "Renamed"


def test_oai_records_are_kept(tmp_path: Path) -> None:
    paper = make_paper("2603.00001", title="As OAI has it")
    with opener(tmp_path)() as store:
        store.papers.upsert([paper], seen_at=NOW)
    report = bring(plain_file(tmp_path, make_records(2)), opener(tmp_path))
    assert report.counts.new == 1
    with opener(tmp_path)() as store:
        stored = store.papers.get("2603.00001")
    assert stored is not None
    assert stored.paper.title == "As OAI has it"


def test_bad_lines_are_quarantined_and_the_rest_comes_in(tmp_path: Path) -> None:
    records: list[object] = list(make_records(9))
    records[3:3] = [b"", b"{broken", line_of(make_record("2603.77777", title=""))]
    report = bring(plain_file(tmp_path, records), opener(tmp_path))
    assert report.counts == UpsertCounts(new=9)
    assert report.quarantined == 2
    assert report.records == 11
    with opener(tmp_path)() as store:
        kept = store.quarantine.recent(10)
    assert {record.raw for record in kept} == {records[4], records[5]}
    assert {record.arxiv_id for record in kept} == {None, "2603.77777"}


@pytest.mark.parametrize(
    ("write", "leases"),
    [(plain_file, 1), (plain_file, 2), (plain_file, 4), (gzipped, 3), (zipped, 3)],
)
def test_a_killed_import_goes_on_where_it_stopped(tmp_path: Path, write: Any, leases: int) -> None:
    records = [*make_records(13), b"rubbish"]
    (calm := tmp_path / "calm").mkdir()
    (torn := tmp_path / "torn").mkdir()
    path = write(tmp_path, [*records, make_record("2603.88888")])
    bring(path, opener(calm))
    with pytest.raises(KeyboardInterrupt):
        bring(path, failing_after(opener(torn), leases))
    with opener(torn)() as store:
        held = store.papers.count()
    report = bring(path, opener(torn))
    assert report.counts.new == 14 - held
    assert report.counts.unchanged == 0
    assert (report.resumed_at > 0) == (held > 0)
    assert content(torn) == content(calm)


def test_kill_minus_nine_loses_nothing(tmp_path: Path) -> None:
    records = [*make_records(60), b"rubbish"]
    (calm := tmp_path / "calm").mkdir()
    (torn := tmp_path / "torn").mkdir()
    path = plain_file(tmp_path, [*records, make_record("2603.88888")])
    bring(path, opener(calm))
    script = """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from pipeline.ingest import import_ as importing
        from pipeline.ingest.sources.snapshot.selection import Selection
        from pipeline.ingest.sources.snapshot.file import SnapshotFile
        from pipeline.runtime.record import Run
        from storage.store import store_opener
        from tests.support.services import make_services
        importing.BATCH = 4
        blocks = SnapshotFile.blocks
        SnapshotFile.blocks = lambda self, start=0: blocks(self, start, length=1000)
        batches = importing._batches
        def spoken(*words, **more):
            for batch in batches(*words, **more):
                yield batch
                print(flush=True)
        importing._batches = spoken
        now = datetime(2026, 3, 17, 12, tzinfo=UTC)
        importing.import_snapshot(
            make_services(store_opener(Path(sys.argv[2])), now), Run(), Path(sys.argv[1]),
            selection=Selection())
    """
    for spoken in (1, 3, 2):
        process = start_process(script, str(path), str(database(torn)))
        assert process.stdout is not None
        for _ in range(spoken):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=600)
        assert process.returncode == -signal.SIGKILL
    with opener(torn)() as store:
        assert 0 < store.papers.count() < 61
    report = bring(path, opener(torn))
    assert report.resumed_at > 0
    assert content(torn) == content(calm)


def test_another_file_or_another_filter_starts_anew(tmp_path: Path) -> None:
    path = plain_file(tmp_path, make_records(13))
    with pytest.raises(KeyboardInterrupt):
        bring(path, failing_after(opener(tmp_path), 2))
    vision = selection_of(("cs.CV",), from_day=None, until_day=None)
    assert bring(path, opener(tmp_path), selection=vision).resumed_at == 0
    os.utime(path, (1, 1))
    assert bring(path, opener(tmp_path)).resumed_at == 0


def test_filters_leave_the_rest_out(tmp_path: Path) -> None:
    records = [
        make_record("2603.00001"),
        make_record("2603.00002", categories="hep-ph"),
        make_record(
            "2401.00003",
            versions=[{"version": "v1", "created": "Tue, 2 Jan 2024 09:30:00 GMT"}],
        ),
    ]
    wanted = selection_of(("cs",), from_day=date(2025, 1, 1), until_day=None)
    report = bring(plain_file(tmp_path, records), opener(tmp_path), selection=wanted)
    assert (report.counts.new, report.unwanted, report.records) == (1, 2, 3)


def test_progress_is_saved_though_nothing_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "STRIDE", 2000)
    path = plain_file(tmp_path, make_records(30))
    nothing = selection_of(("hep-ph",), from_day=None, until_day=None)
    with pytest.raises(KeyboardInterrupt):
        bring(path, failing_after(opener(tmp_path), 3), selection=nothing)
    assert bring(path, opener(tmp_path), selection=nothing).resumed_at > 0


def test_a_refused_file_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = gzipped(tmp_path, make_records(200))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SnapshotError):
        bring(path, opener(tmp_path))
    with opener(tmp_path)() as store:
        assert store.papers.count() == 0


def test_progress_ends_at_the_file_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_MEGABYTE", 1)
    path = plain_file(tmp_path, make_records(13))
    shown = ShownProgress()
    bring(path, opener(tmp_path), progress=shown)
    size = path.stat().st_size
    assert shown.descriptions == ["MB checked", "MB imported"]
    assert shown.done[1] == size
    assert shown.totals == [size, size]


def test_the_command_as_users_call_it(tmp_path: Path) -> None:
    survey = survey_at(tmp_path, url="http://127.0.0.1:9", now="2026-03-17T12:00:00Z")
    path = zipped(tmp_path, [*make_records(5), make_record("2603.00009", categories="hep-ph")])
    report = survey.json("import", str(path), "--category", "cs.", "--until", "2026-03-10")
    assert report["counts"] == {"new": 5, "revised": 0, "unchanged": 0}
    assert (report["unwanted"], report["quarantined"]) == (1, 0)
    assert report["catch_up_from"] == "2026-02-16"
    again = survey.call("import", str(path))
    assert again.status == 0
    assert re.search(r"imported +6 records: 1 new, 0 revised, 5 unchanged", again.out)
    assert "backfill --from 2026-02-16" in again.out
    [run] = [r for r in survey.json("status")["runs"] if r["counts"].get("new") == 1]
    assert run["command"] == "import"


def test_mistakes_are_one_sentence(tmp_path: Path) -> None:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now="2026-12-17T12:00:00Z")
    path = plain_file(tmp_path, make_records(3))
    for words, status, said in (
        (["none.json"], 2, "No such file"),
        ([str(path)], 1, "out of date"),
        ([str(path), "--category", "C S"], 2, "'C S' is not a category"),
        ([str(path), "--from", "2026-02-01", "--until", "2026-01-01"], 2, "before it begins"),
    ):
        ended = survey.call("import", *words, "--json")
        assert ended.status == status, ended.err
        assert "Traceback" not in ended.err
        assert said in ended.err
        assert said in json.loads(ended.out)["error"]
    assert survey.call("import", str(path), "--accept-old").status == 0
