import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from storage.engine.manifest import read_manifest
from storage.engine.paths import manifest_path
from storage.errors import DatabaseGoneError, StorageError, StoreDamagedError
from storage.store import store_opener
from tests.support.builders import make_paper
from tests.support.storage import database, lines_of, opener, start_process

# Writes one paper per transaction and prints its number once committed.
STREAM = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from tests.support.builders import make_paper
    from storage.store import store_opener
    with store_opener(Path(sys.argv[1]))() as store:
        for number in range(1, 90_000):
            with store.transaction():
                store.papers.upsert([make_paper(f"2603.{number:05d}")],
                                    seen_at=datetime(2026, 3, 17, tzinfo=UTC))
                store.cursors.save("count", str(number), datetime(2026, 3, 17, tzinfo=UTC))
            print(number, flush=True)
"""

# Prints whether DuckDB would draw a progress bar, by itself and in the store.
DRAWS = """
    import sys
    from pathlib import Path
    import duckdb
    from storage.store import store_opener
    asked = "SELECT current_setting('enable_progress_bar')"
    print(duckdb.connect().execute(asked).fetchone()[0])
    with store_opener(Path(sys.argv[1]))() as store:
        print(store._session.row(asked)[0])
"""


def killed_after(folder: Path, transactions: int) -> int:
    """Kill -9 a writing process; return the last number it printed."""
    last = 0
    with start_process(STREAM, str(database(folder))) as process:
        for line in lines_of(process):
            last = int(line)
            if last == transactions:
                process.kill()
    return last


def test_unchanged_rows_are_not_committed(tmp_path: Path, now: datetime) -> None:
    """A commit increments the generation and writes a manifest."""
    path, later = database(tmp_path), now + timedelta(days=1)

    def write(moment: datetime) -> int:
        with opener(tmp_path)() as store:
            store.papers.upsert([make_paper()], seen_at=moment)
            store.quarantine.add([])
            store.cursors.save("oai:cs", "2026-03-17", moment)
            store.ledger.expect([(date(2026, 3, 17), "cs.CV")], noted_at=moment)
        manifest = read_manifest(path)
        assert manifest is not None
        return manifest.generation

    first = write(now)
    assert write(later) == first
    with opener(tmp_path)() as store:
        store.cursors.save("oai:cs", "2026-03-18", later)
    assert write(later) == first + 2  # changed and changed back
    with opener(tmp_path)() as store:
        assert store.cursors.get("oai:cs") == "2026-03-17"


def test_duckdb_prints_no_progress_bar(tmp_path: Path) -> None:
    """Under `python -c` DuckDB draws one after two seconds."""
    with start_process(DRAWS, str(database(tmp_path))) as process:
        assert list(lines_of(process)) == ["True", "False"]


def wal(folder: Path) -> Path:
    return folder / "survey.duckdb.wal"


@pytest.mark.parametrize("transactions", [1, 20])
def test_kill_keeps_whole_commits_only(tmp_path: Path, now: datetime, transactions: int) -> None:
    last = killed_after(tmp_path, transactions)
    assert wal(tmp_path).exists()
    with opener(tmp_path)() as store:
        count = store.papers.count()
        assert store.cursors.get("count") == str(count)
        assert count in (last, last + 1)  # the last one may have been committed but not printed
        store.papers.upsert([make_paper("2604.00001")], seen_at=now)


def test_wal_with_damaged_first_byte_is_detected(
    tmp_path: Path,
) -> None:
    killed_after(tmp_path, 5)
    damaged = bytearray(wal(tmp_path).read_bytes())
    damaged[0] ^= 0x01
    wal(tmp_path).write_bytes(damaged)
    for _ in range(2):
        with (
            pytest.raises(StoreDamagedError, match=r"0 of [56] papers") as caught,
            opener(tmp_path)(),
        ):
            pass
        assert "living-survey restore" in caught.value.hint
        assert str(manifest_path(database(tmp_path))) in caught.value.hint
    assert wal(tmp_path).read_bytes() == damaged


def test_missing_wal_is_detected(tmp_path: Path) -> None:
    killed_after(tmp_path, 5)
    wal(tmp_path).unlink()
    with pytest.raises(StoreDamagedError, match="has lost its last"), opener(tmp_path)():
        pass


def test_wal_damaged_in_the_middle_is_refused(tmp_path: Path) -> None:
    killed_after(tmp_path, 5)
    damaged = bytearray(wal(tmp_path).read_bytes())
    damaged[len(damaged) // 2] ^= 0x01
    wal(tmp_path).write_bytes(damaged)
    with pytest.raises(StoreDamagedError, match="restore"), opener(tmp_path)():
        pass


def test_truncated_file_is_reported_as_damaged(tmp_path: Path, now: datetime) -> None:
    papers = [make_paper(f"2603.{number:05d}", abstract=f"{number} " * 60) for number in range(900)]
    with opener(tmp_path)() as store:
        store.papers.upsert(papers, seen_at=now)
        store.checkpoint()
    whole = database(tmp_path).read_bytes()
    database(tmp_path).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreDamagedError, match="restore"), opener(tmp_path)() as store:
        list(map(store.papers.get, (paper.arxiv_id for paper in papers)))


def test_missing_file_is_not_replaced(tmp_path: Path, now: datetime) -> None:
    open_store = store_opener(database(tmp_path))
    with open_store() as store:
        store.papers.upsert([make_paper()], seen_at=now)
    database(tmp_path).unlink()
    for _ in range(2):
        with pytest.raises(DatabaseGoneError, match="papers: 1"), open_store():
            pass
        assert not database(tmp_path).exists()
    manifest_path(database(tmp_path)).unlink()
    with open_store() as store:
        assert store.papers.count() == 0


def test_older_copy_is_refused_by_the_manifest(tmp_path: Path, now: datetime) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=now)
    shutil.copy(database(tmp_path), tmp_path / "backup")
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper("2603.00002")], seen_at=now)
    shutil.copy(tmp_path / "backup", database(tmp_path))
    with pytest.raises(StoreDamagedError, match="1 of 2 papers"), opener(tmp_path)():
        pass
    manifest_path(database(tmp_path)).unlink()
    with opener(tmp_path)() as store:
        assert store.papers.count() == 1


def test_manifest_counts_rows(tmp_path: Path, now: datetime) -> None:
    with opener(tmp_path)() as store:
        before = json.loads(manifest_path(database(tmp_path)).read_text())["generation"]
        store.papers.upsert([make_paper()], seen_at=now)
        store.checkpoint()
    stored = json.loads(manifest_path(database(tmp_path)).read_text())
    assert stored == {
        "generation": before + 1, "papers": 1, "decisions": 0, "predictions": 0,
    }  # fmt: skip
    assert not wal(tmp_path).exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"generation": "x"}', '{"unknown": 1}'])
def test_unreadable_manifest_is_reported_and_rewritten(
    tmp_path: Path, now: datetime, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper()], seen_at=now)
    manifest_path(database(tmp_path)).write_text(text, encoding="utf-8")
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper("2603.00002")], seen_at=now)
    assert json.loads(manifest_path(database(tmp_path)).read_text())["papers"] == 2
    with opener(tmp_path)():
        pass
    [warning] = [record.getMessage() for record in caplog.records]
    assert str(manifest_path(database(tmp_path))) in warning
    assert "cannot be read" in warning


@pytest.mark.parametrize("left", [0.001, 0.5])
def test_truncated_file_fails_when_read(tmp_path: Path, now: datetime, left: float) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper(f"2603.{n:05d}") for n in range(5000)], seen_at=now)
    whole = database(tmp_path).read_bytes()
    database(tmp_path).write_bytes(whole[: int(len(whole) * left)])

    def read() -> None:
        with opener(tmp_path)() as store:
            store.papers.get_many(f"2603.{n:05d}" for n in range(5000))

    with pytest.raises(StorageError) as caught:
        read()
    assert caught.value.hint


def test_unwritable_manifest_keeps_the_commit(
    tmp_path: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    path = manifest_path(database(tmp_path))
    part = path.with_name(f".{path.name}.part")
    with opener(tmp_path)() as store:
        part.mkdir()
        store.papers.upsert([make_paper()], seen_at=now)
    part.rmdir()
    assert "Everything was recorded, but" in caplog.records[0].getMessage()
    with opener(tmp_path)() as store:
        assert store.papers.count() == 1
