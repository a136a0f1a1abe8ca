"""A service keeps the database open between requests, and gives it to whoever waits."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from storage.engine.lease import lease
from storage.errors import DatabaseGoneError, StorageError, StoreBusyError
from storage.kept import KeptStores
from storage.store import OpenStore, Store, store_opener, store_reader
from tests.support.builders import make_paper
from tests.support.storage import database, lines_of, opener, start_process

FOREVER = 600.0
# Writes one paper per request and prints its number once committed.
STREAM = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from tests.support.builders import make_paper
    from storage.kept import KeptStores
    from storage.store import store_opener, store_reader
    path = Path(sys.argv[1])
    kept = KeptStores(path, store_opener(path), store_reader(path),
                      busy_timeout_seconds=600, idle_seconds=600)
    for number in range(1, 90_000):
        with kept.open_store() as store:
            store.papers.upsert([make_paper(f"2603.{number:05d}")],
                                seen_at=datetime(2026, 3, 17, tzinfo=UTC))
        print(number, flush=True)
"""


class Counted:
    """Counts how often a database is opened."""

    def __init__(self, opens: OpenStore) -> None:
        self._opens = opens
        self.times = 0

    @contextmanager
    def __call__(self) -> Iterator[Store]:
        self.times += 1
        with self._opens() as store:
            yield store


class Site:
    """A database kept by a service."""

    def __init__(
        self,
        folder: Path,
        *,
        idle: float = FOREVER,
        timeout: float = FOREVER,
        wal_left: int = 0,
        calm: float = FOREVER,
        again: float = FOREVER,
        rest: float = 0.0,
        wal_limit: int | None = None,
    ) -> None:
        self.path = database(folder)
        self.wal = self.path.with_name(f"{self.path.name}.wal")
        with store_opener(self.path)():
            pass
        self.writing = Counted(
            store_opener(self.path, busy_timeout_seconds=timeout, wal_left=wal_left)
        )
        self.reading = Counted(store_reader(self.path, busy_timeout_seconds=timeout))
        self.kept = KeptStores(
            self.path,
            self.writing,
            self.reading,
            busy_timeout_seconds=timeout,
            idle_seconds=idle,
            calm_seconds=calm,
            again_seconds=again,
            rest_seconds=rest,
            wal_limit=wal_limit,
        )

    def release(self) -> None:
        """Make the service give the database away, as it does when another process waits."""
        with lease(self.path, timeout_seconds=FOREVER):
            pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    if site.path.exists():
        site.release()


def add(site: Site, arxiv_id: str, now: datetime) -> None:
    with site.kept.open_store() as store:
        store.papers.upsert([make_paper(arxiv_id)], seen_at=now)


def count(site: Site) -> int:
    with site.kept.read_store() as store:
        return store.papers.count()


def test_requests_that_follow_share_one_opening(site: Site, now: datetime) -> None:
    for number in range(1, 4):
        add(site, f"2603.{number:05}", now)
        assert count(site) == number
    assert (site.writing.times, site.reading.times) == (1, 0)


def test_reading_opens_read_only_until_someone_writes(site: Site, now: datetime) -> None:
    assert (count(site), count(site)) == (0, 0)
    assert (site.writing.times, site.reading.times) == (0, 1)
    add(site, "2603.00001", now)
    assert count(site) == 1
    assert (site.writing.times, site.reading.times) == (1, 1)


@pytest.mark.parametrize("reader", [False, True])
def test_whoever_waits_gets_the_database_at_once(
    site: Site, now: datetime, *, reader: bool
) -> None:
    add(site, "2603.00001", now)
    other = (store_reader if reader else store_opener)(site.path, busy_timeout_seconds=FOREVER)
    with other() as store:
        assert store.papers.count() == 1
    assert count(site) == 1


def test_an_idle_database_is_closed(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path, idle=0.0)
    add(site, "2603.00001", now)
    _join("database")
    with lease(site.path, timeout_seconds=0):
        assert not site.wal.exists()


def test_the_file_is_given_away_at_the_end_of_the_service(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path)
    add(site, "2603.00001", now)
    site.kept.close()
    _join("database")
    with lease(site.path, timeout_seconds=0):
        assert not site.wal.exists()


def test_reading_opens_for_writing_while_others_decide(site: Site, now: datetime) -> None:
    add(site, "2603.00001", now)
    site.release()
    assert count(site) == 1
    add(site, "2603.00002", now)
    assert (site.writing.times, site.reading.times) == (2, 0)


def test_a_small_wal_is_left_and_emptied_at_the_end(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path, wal_left=1_000_000)
    for number in range(1, 4):
        add(site, f"2603.{number:05}", now)
        site.release()
        assert site.wal.stat().st_size > 0
    with store_reader(site.path)() as store:
        assert store.papers.count() == 3
    site.kept.close()
    _join("database")
    assert not site.wal.exists()
    assert count(site) == 3
    site.release()


def test_a_small_wal_is_emptied_when_the_service_is_calm(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path, wal_left=1_000_000, calm=0.0)
    add(site, "2603.00001", now)
    site.release()
    _join("database")
    assert site.writing.times == 2
    assert not site.wal.exists()


def test_reading_does_not_keep_a_wal_that_was_left(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path, wal_left=1_000_000, again=0.0)
    add(site, "2603.00001", now)
    site.release()
    assert count(site) == 1
    site.release()
    assert (site.writing.times, site.reading.times) == (1, 1)
    assert site.wal.exists()
    site.kept.close()
    _join("database")
    assert not site.wal.exists()


def test_a_large_wal_is_emptied_on_closing(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path, wal_left=1)
    add(site, "2603.00001", now)
    site.release()
    assert not site.wal.exists()


def test_a_large_wal_is_emptied_between_requests(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path, wal_left=1_000_000, wal_limit=1)
    for number in range(1, 4):
        add(site, f"2603.{number:05}", now)
        _emptied(site.wal)
        assert count(site) == number
    assert (site.writing.times, site.reading.times) == (1, 0)
    site.release()
    assert not site.wal.exists()


def test_a_wal_below_the_limit_is_left_on_closing(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path, wal_left=1_000_000, wal_limit=1_000_000)
    add(site, "2603.00001", now)
    site.release()
    assert site.wal.stat().st_size > 0
    site.kept.close()
    _join("database")


def test_requests_go_on_where_the_wal_cannot_be_emptied(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: Store) -> None:
        raise StorageError("The disk is full.", hint="Free space.")

    monkeypatch.setattr(Store, "checkpoint", full)
    caplog.set_level("INFO")
    site = Site(tmp_path, wal_left=1_000_000, wal_limit=1)
    add(site, "2603.00001", now)
    while "The WAL was left as it is: The disk is full." not in caplog.text:
        os.sched_yield()
    add(site, "2603.00002", now)
    assert count(site) == 2
    assert site.writing.times > 1
    site.kept.close()
    _join("database")


def test_a_kill_beside_an_emptied_wal_loses_nothing(tmp_path: Path) -> None:
    wal = f"{database(tmp_path)}.wal"
    code = STREAM.replace("idle_seconds=600", "idle_seconds=600, wal_limit=1").replace(
        "print(number, flush=True)",
        f"print(number, flush=True)\n        while number % 3 and Path({wal!r}).exists():\n"
        "            pass",
    )
    last = 0
    with start_process(code, str(database(tmp_path))) as process:
        for line in lines_of(process):
            last = int(line)
            if last == 8:
                process.kill()
    with opener(tmp_path)() as store:
        assert store.papers.count() in (last, last + 1)


def _emptied(wal: Path) -> None:
    """Wait until the thread that holds the file has emptied its WAL."""
    while wal.exists():
        os.sched_yield()


def test_a_kill_with_a_wal_that_was_left_loses_nothing(tmp_path: Path) -> None:
    code = STREAM.replace("store_opener(path)", "store_opener(path, wal_left=1 << 20)")
    last = 0
    with start_process(code, str(database(tmp_path))) as process:
        for line in lines_of(process):
            last = int(line)
            if last in {3, 5}:
                with lease(database(tmp_path), timeout_seconds=FOREVER):
                    pass
            if last == 7:
                process.kill()
    with opener(tmp_path)() as store:
        assert store.papers.count() in (last, last + 1)


def test_a_request_that_writes_next_opens_the_file_once(site: Site, now: datetime) -> None:
    with site.kept.read_store_within(FOREVER, writes_next=True) as store:
        assert store.papers.count() == 0
    add(site, "2603.00001", now)
    assert (site.writing.times, site.reading.times) == (1, 0)


def test_a_service_that_rests_leaves_the_file_to_those_who_waited(
    tmp_path: Path, now: datetime
) -> None:
    site = Site(tmp_path, rest=FOREVER)
    add(site, "2603.00001", now)
    assert count(site) == 1
    site.release()
    with pytest.raises(StoreBusyError), site.kept.read_store_within(0.01):
        pass
    brief = Site(tmp_path, rest=0.1)
    add(brief, "2603.00002", now)
    before = time.monotonic()
    brief.release()
    assert count(brief) == 2
    assert time.monotonic() - before >= 0.1
    brief.release()


def test_threads_write_one_after_another_and_lose_nothing(site: Site, now: datetime) -> None:
    def work(thread: int) -> None:
        for number in range(5):
            with site.kept.open_store() as store:
                store.papers.upsert([make_paper(f"26{thread:02}.{number:05}")], seen_at=now)
                held = int(store.cursors.get("count") or 0)
                store.cursors.save("count", str(held + 1), now)
            assert count(site) >= number

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, thread) for thread in range(1, 5)]:
            done.result()
    with opener(site.path.parent)() as store:
        assert (store.papers.count(), store.cursors.get("count")) == (20, "20")


def test_readers_do_not_keep_a_writer_out(site: Site, now: datetime) -> None:
    """While a writer waits for a reader, others come: all share the writer's lease."""
    with ThreadPoolExecutor(5) as pool:
        with site.kept.read_store() as store:
            assert store.papers.count() == 0
            writer = pool.submit(add, site, "2603.00001", now)
            while not site.kept._writers:
                pass
            readers = [pool.submit(count, site) for _ in range(4)]
        writer.result()
        assert {reader.result() for reader in readers} <= {0, 1}
    assert (site.writing.times, site.reading.times) == (1, 1)


def test_those_who_wait_do_not_wake_each_other(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[None] = []
    changed = site.kept._changed
    notify = changed.notify_all

    def counted() -> None:
        woken.append(None)
        notify()

    with ThreadPoolExecutor(5) as pool:
        with site.kept.read_store() as store:
            assert store.papers.count() == 0
            monkeypatch.setattr(changed, "notify_all", counted)
            writers = [pool.submit(add, site, f"2603.{n:05}", now) for n in range(1, 6)]
            while site.kept._writers < len(writers):
                pass
            for _ in range(1_000):  # a chance for each of them to wake the others
                with changed:
                    assert len(woken) <= 1
        for writer in writers:
            writer.result()


def test_failed_request_leaves_no_trace_and_the_next_one_works(site: Site, now: datetime) -> None:
    def fail() -> None:
        with site.kept.open_store() as store, store.transaction():
            store.papers.upsert([make_paper()], seen_at=now)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert count(site) == 0
    add(site, "2603.00002", now)
    assert count(site) == 1


def test_busy_database_is_told_and_tried_again(tmp_path: Path, now: datetime) -> None:
    site = Site(tmp_path, timeout=0.05)
    with lease(site.path, timeout_seconds=FOREVER), pytest.raises(StoreBusyError, match="held"):
        _in_thread(lambda: add(site, "2603.00001", now))
    later = Site(tmp_path)
    add(later, "2603.00001", now)
    assert count(later) == 1
    later.release()


def test_replaced_file_is_opened_again_and_a_missing_one_told(site: Site, now: datetime) -> None:
    add(site, "2603.00001", now)
    moved = site.path.with_name("moved")
    site.path.rename(moved)
    with pytest.raises(DatabaseGoneError):
        count(site)
    moved.rename(site.path)
    assert count(site) == 1


def test_kill_keeps_every_acknowledged_request(tmp_path: Path) -> None:
    last = 0
    with start_process(STREAM, str(database(tmp_path))) as process:
        for line in lines_of(process):
            last = int(line)
            if last == 7:
                process.kill()
    with opener(tmp_path)() as store:
        assert store.papers.count() in (last, last + 1)


def _join(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(FOREVER)


def _in_thread(act: object) -> None:
    """Act in a thread of its own, because a thread may hold a lease once."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(act).result()  # type: ignore[arg-type]
