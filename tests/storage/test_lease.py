import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from config.errors import TryAgainLaterError
from config.locks import file_lock
from storage.engine.lease import lease
from storage.engine.paths import gate_path, lock_path
from storage.errors import StorageError, StoreBusyError
from storage.store import store_opener
from tests.support.builders import make_paper
from tests.support.storage import database, lines_of, opener, start_process

WRITER = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from tests.support.builders import make_paper
    from storage.store import store_opener
    open_store = store_opener(Path(sys.argv[1]), busy_timeout_seconds=6000)
    for number in range(int(sys.argv[3])):
        with open_store() as store:
            store.papers.upsert(
                [make_paper(f"{sys.argv[2]}.{number:05d}"), make_paper("2603.00001")],
                seen_at=datetime(2026, 3, 17, tzinfo=UTC),
            )
            held = int(store.cursors.get("count") or 0)
            store.cursors.save("count", str(held + 1), datetime(2026, 3, 17, tzinfo=UTC))
"""
HOLDER = """
    import sys
    from pathlib import Path
    from storage.engine.lease import lease
    with lease(Path(sys.argv[1]), timeout_seconds=600):
        print("held", flush=True)
        sys.stdin.read()
"""
READER = HOLDER.replace("timeout_seconds=600", "timeout_seconds=600, shared=True")
SHELL = """
    import sys, duckdb
    connection = duckdb.connect(sys.argv[1])
    print("held", flush=True)
    sys.stdin.read()
"""


def test_concurrent_processes_all_succeed(tmp_path: Path) -> None:
    processes = [
        start_process(WRITER, str(database(tmp_path)), prefix, "8")
        for prefix in ("2601", "2602", "2603")
    ]
    for process in processes:
        _, errors = process.communicate(timeout=900)
        assert process.returncode == 0, errors
    with opener(tmp_path)() as store:
        # All of them write 2603.00001, which is also one of the third's own.
        assert store.papers.count() == 24
        assert store.cursors.get("count") == "24"


@pytest.mark.slow
def test_concurrent_threads_read_their_own_rows(tmp_path: Path, now: datetime) -> None:
    open_store = opener(tmp_path, busy_timeout_seconds=6000)

    def work(thread: int) -> None:
        for number in range(5):
            arxiv_id = f"26{thread:02d}.{number:05d}"
            with open_store() as store:
                store.papers.upsert([make_paper(arxiv_id)], seen_at=now)
                held = int(store.cursors.get("count") or 0)
                store.cursors.save("count", str(held + 1), now)
            with open_store() as store:
                stored = store.papers.get(arxiv_id)
            assert stored is not None
            assert stored.paper.title == f"A study of paper {arxiv_id}"

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, thread) for thread in range(1, 5)]:
            done.result()
    with open_store() as store:
        assert store.papers.count() == 20
        assert store.cursors.get("count") == "20"


def test_one_lease_at_a_time_per_process(tmp_path: Path) -> None:
    inside = threading.Event()
    leave = threading.Event()

    def hold() -> None:
        with lease(database(tmp_path), timeout_seconds=600):
            inside.set()
            leave.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(60)
    with (
        pytest.raises(StoreBusyError),
        lease(database(tmp_path), timeout_seconds=0.05),
    ):
        pass
    leave.set()
    holder.join()
    with lease(database(tmp_path), timeout_seconds=0.05) as left:
        assert left > 0


def test_timeout_names_the_holding_process(tmp_path: Path) -> None:
    with start_process(HOLDER, str(database(tmp_path))) as process:
        assert next(lines_of(process)) == "held"
        with (
            pytest.raises(StoreBusyError, match=rf"by process {process.pid} \(-c") as caught,
            opener(tmp_path, busy_timeout_seconds=0.05)(),
        ):
            pass
        assert isinstance(caught.value, TryAgainLaterError)
        assert caught.value.exit_status == 75
        assert "busy_timeout_seconds" in caught.value.hint
        process.kill()
    with opener(tmp_path, busy_timeout_seconds=600)() as store:
        assert store.papers.count() == 0


def test_timeout_at_the_gate_names_the_process_that_holds_the_database(tmp_path: Path) -> None:
    lock_path(database(tmp_path)).write_text("process 1 (ended long ago)")
    with start_process(READER, str(database(tmp_path))) as process:
        assert next(lines_of(process)) == "held"
        with (
            file_lock(gate_path(database(tmp_path))),
            pytest.raises(StoreBusyError, match=rf"by process {process.pid} \("),
            lease(database(tmp_path), timeout_seconds=0.05, shared=True),
        ):
            pass
        process.kill()


def test_timeout_at_the_gate_names_who_waits_there_if_the_database_is_free(tmp_path: Path) -> None:
    lock_path(database(tmp_path)).write_text("process 1 (ended long ago)")
    with (
        file_lock(gate_path(database(tmp_path))),
        pytest.raises(StoreBusyError, match=rf"by process {os.getpid()} \("),
        lease(database(tmp_path), timeout_seconds=0.05),
    ):
        pass


@pytest.mark.parametrize(
    ("made", "named"),
    [(lambda path: path.symlink_to("there"), "a symbolic link"), (Path.mkdir, "a directory")],
)
@pytest.mark.parametrize("path_of", [lock_path, gate_path])
def test_what_has_the_name_of_a_lock_file_is_to_be_deleted(
    path_of: Callable[[Path], Path], made: Callable[[Path], None], named: str, tmp_path: Path
) -> None:
    made(path_of(database(tmp_path)))
    with (
        pytest.raises(StorageError, match=f"must be a lock file, but is {named}") as caught,
        lease(database(tmp_path), timeout_seconds=1),
    ):
        pass
    assert caught.value.hint.startswith("Delete it")


def test_program_without_lease_is_named(tmp_path: Path) -> None:
    with start_process(SHELL, str(database(tmp_path))) as process:
        assert next(lines_of(process)) == "held"
        with (
            pytest.raises(StoreBusyError, match=rf"process {process.pid} \(") as caught,
            opener(tmp_path, busy_timeout_seconds=0.05)(),
        ):
            pass
        assert caught.value.exit_status == 75
        process.kill()


def test_holder_name_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for argument in ("a" * 500, "b"):
        monkeypatch.setattr(sys, "argv", ["/usr/bin/living-survey", "run", argument])
        with lease(database(tmp_path), timeout_seconds=1):
            pass
    signed = lock_path(database(tmp_path)).read_text(encoding="utf-8")
    assert signed == f"process {os.getpid()} (living-survey run b)"


def test_opening_twice_in_one_thread_raises(tmp_path: Path) -> None:
    open_store = opener(tmp_path)
    with open_store(), pytest.raises(RuntimeError, match="twice in one thread"), open_store():
        pass
    with open_store() as store:
        assert store.papers.count() == 0


def test_lease_ends_with_the_block_after_errors(tmp_path: Path, now: datetime) -> None:
    open_store = opener(tmp_path, busy_timeout_seconds=0.05)

    def fail() -> None:
        with open_store() as store:
            store.papers.upsert([make_paper()], seen_at=now)
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            fail()
    # The file is free too: an analyst may open it.
    with duckdb.connect(str(database(tmp_path)), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM papers").fetchone() == (1,)


def _as_directory(folder: Path) -> None:
    database(folder).mkdir()


def _as_text(folder: Path) -> None:
    database(folder).write_text("no database", encoding="utf-8")


@pytest.mark.parametrize("spoil", [_as_directory, _as_text])
def test_invalid_database_is_refused_with_a_remedy(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(tmp_path)
    with pytest.raises(StorageError) as caught, opener(tmp_path)():
        pass
    assert caught.value.exit_status == 1
    assert caught.value.hint


def test_uncreatable_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file", encoding="utf-8")
    open_store = store_opener(database(tmp_path / "var"))
    with pytest.raises(StorageError, match="cannot be opened"), open_store():
        pass


def test_programming_errors_pass_unchanged(tmp_path: Path) -> None:
    with pytest.raises(duckdb.CatalogException), opener(tmp_path)() as store:
        store._session.write("SELECT * FROM no_such_table")
