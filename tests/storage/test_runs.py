import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.engine.process import is_alive, this_process
from storage.errors import StorageError
from storage.store import Store
from storage.types import QuarantinedRecord, RunRecord, RunStatus
from tests.support.storage import database, lines_of, opener, published_to, start_process


def test_run_is_running_until_finished(store: Store, now: datetime) -> None:
    run_id = store.runs.start("fetch", now)
    assert store.runs.last() == RunRecord(run_id, "fetch", now, None, RunStatus.RUNNING)
    end = now + timedelta(minutes=1)
    store.runs.finish(
        run_id, finished_at=end, status=RunStatus.FAILED, counts={"new": 3}, error="no network"
    )
    assert store.runs.last("fetch") == RunRecord(
        run_id, "fetch", now, end, RunStatus.FAILED, {"new": 3}, "no network"
    )
    assert store.runs.last("train") is None


def test_runs_of_one_instant_are_distinct(store: Store, now: datetime) -> None:
    ids = [store.runs.start(command, now) for command in ("run", "train", "run")]
    assert len(set(ids)) == 3
    assert [run.run_id for run in store.runs.recent(10)] == ids[::-1]
    assert [run.run_id for run in store.runs.recent(1, "run")] == ids[2:]


def test_run_ends_only_once(store: Store, now: datetime) -> None:
    run_id = store.runs.start("run", now)
    store.runs.finish(run_id, finished_at=now, status=RunStatus.DONE, counts={})
    with pytest.raises(StorageError, match=run_id):
        store.runs.finish(run_id, finished_at=now, status=RunStatus.DONE, counts={})
    assert store.runs.last() == RunRecord(run_id, "run", now, now, RunStatus.DONE)


def test_killed_run_becomes_interrupted(tmp_path: Path, now: datetime) -> None:
    process = start_process(
        """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from storage.store import store_opener
        with store_opener(Path(sys.argv[1]))() as store:
            store.runs.start("run", datetime.now(UTC))
        print("started", flush=True)
        sys.stdin.read()
        """,
        str(database(tmp_path)),
    )
    with process:
        assert next(lines_of(process)) == "started"
        with opener(tmp_path)() as store:
            store.runs.start("classify", now)
            assert [run.status for run in store.runs.recent(2, "run")] == [RunStatus.RUNNING]
            unfinished = [(one.run.command, one.is_alive) for one in store.runs.unfinished()]
            assert unfinished == [("classify", True), ("run", True)]
        process.kill()
    with opener(tmp_path)() as store:
        unfinished = [(one.run.command, one.is_alive) for one in store.runs.unfinished()]
        assert unfinished == [("classify", True), ("run", False)]
        store.runs.start("train", now)
        (killed,) = store.runs.recent(2, "run")
        assert (killed.status, killed.finished_at) == (RunStatus.INTERRUPTED, None)
        assert killed.error == "its process was killed"
        assert [run.status for run in store.runs.recent(9, "classify")] == [RunStatus.RUNNING]


def test_reused_pid_is_another_process() -> None:
    host, pid, started = this_process().rsplit(" ", 2)
    assert is_alive(f"{host} {pid} {started}")
    assert not is_alive(f"{host} {pid} 1")
    assert not is_alive(f"{host} {2**22 + 1} 1")  # above Linux's highest pid_max
    assert is_alive("elsewhere.example 1 1")
    assert pid == str(os.getpid())


def test_cursor_is_replaced(store: Store, now: datetime) -> None:
    assert store.cursors.get("oai:cs") is None
    store.cursors.save("oai:cs", "2026-03-16", now)
    store.cursors.save("oai:eess", "2026-03-15", now)
    store.cursors.save("oai:cs", "2026-03-17", now)
    assert store.cursors.get("oai:cs") == "2026-03-17"
    assert store.cursors.get("oai:eess") == "2026-03-15"


def test_publication_is_recorded_once(store: Store, now: datetime) -> None:
    entries = [("2603.00001", "agents"), ("2603.00001", "survey-llm")]
    assert store.published.record("list", [*entries, entries[0]], now) == 2
    assert store.published.record("list", entries, now) == 0
    assert store.published.record("site", entries[:1], now) == 1
    assert store.published.record("site", [], now) == 0
    assert published_to(store, "list") == set(entries)
    assert published_to(store, "mail") == set()


def test_quarantine_keeps_bytes_and_counts_once(store: Store, now: datetime) -> None:
    record = QuarantinedRecord("oai", "no id", b"\x00\xff<record", "a/b.gz", None, now)
    other = QuarantinedRecord("oai", "no title", record.raw, None, "2603.00001", now)
    assert store.quarantine.add([record, record]) == 1
    later = QuarantinedRecord("oai", "no id", record.raw, "c.gz", None, now + timedelta(days=1))
    assert store.quarantine.add([later, other]) == 1
    assert store.quarantine.count() == 2
    assert set(store.quarantine.recent(10)) == {record, other}
    assert len(store.quarantine.recent(1)) == 1


def test_run_keeps_versions_seconds_and_corrected_papers(store: Store, now: datetime) -> None:
    versions = {"living-survey": "1.2.3", "duckdb": "1.5.6", "model": "cue words"}
    run_id = store.runs.start("run", now, ["run"], versions)
    assert store.runs.unfinished()[0].run.versions == versions
    store.runs.finish(
        run_id,
        finished_at=now,
        status=RunStatus.DONE,
        counts={"requests": 3},
        seconds={"fetch": 1.5, "whole": 2.25},
        corrected=["2603.00001"],
    )
    found = store.runs.last()
    assert found is not None
    assert (found.versions, found.seconds) == (versions, {"fetch": 1.5, "whole": 2.25})
    assert found.corrected == ("2603.00001",)
    [row] = store._session.rows(
        "SELECT versions['duckdb'], seconds['whole'], corrected, counts['requests'] FROM runs"
    )
    assert row == ("1.5.6", 2.25, ["2603.00001"], 3)


def test_run_of_an_older_version_has_empty_details(store: Store, now: datetime) -> None:
    run_id = store.runs.start("run", now)
    store.runs.finish(run_id, finished_at=now, status=RunStatus.DONE, counts={})
    rows = store._session.rows("SELECT versions, seconds, corrected, words FROM runs")
    assert rows == [({}, {}, [], [])]


def test_withdrawn_run_leaves_no_versions(store: Store, now: datetime) -> None:
    store.runs.withdraw(store.runs.start("add", now, ["add"], {"duckdb": "1.5.6"}))
    for table in ("run_start", "run_words", "run_versions"):
        assert store._session.number(f"SELECT count(*) FROM {table}") == 0
