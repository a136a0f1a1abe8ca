"""Rotation keeps the newest backup of days and weeks, and never the emptier database only."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.backup import back_up, decisions_in
from storage.rotation import Dated, dated_backup, dated_backups, rotate, to_keep
from tests.support.builders import make_decision, make_paper
from tests.support.storage import database, opener

NOW = datetime(2026, 3, 17, 9, 30, tzinfo=UTC)


def backup(folder: Path, at: datetime) -> Path:
    target = dated_backup(folder / "backups", database(folder), at)
    back_up(database(folder), target, busy_timeout_seconds=600)
    return target


def decide(folder: Path, *ids: str) -> None:
    with opener(folder)() as store:
        store.papers.upsert([make_paper(each) for each in ids], seen_at=NOW)
        store.decisions.add([make_decision(each) for each in ids])


def turned(folder: Path, newest: Path, *, daily: int = 1, weekly: int = 0) -> set[str]:
    rotate(folder / "backups", database(folder), newest, daily=daily, weekly=weekly)
    return {path.name for path in (folder / "backups").iterdir()}


def dates(*days: int) -> list[Dated]:
    return [Dated(NOW - timedelta(days=day), Path(str(day))) for day in days]


def test_newest_of_each_day_and_week_is_kept() -> None:
    backups = dates(*range(60))
    earlier = Dated(NOW - timedelta(hours=3), Path("earlier"))
    kept = to_keep([*backups, earlier], daily=3, weekly=3)
    # 17 March 2026 is a Tuesday: the Sundays of the weeks before are 2 and 9 days ago
    assert sorted(int(each.path.name) for each in kept) == [0, 1, 2, 9]


def test_days_without_backup_do_not_count() -> None:
    assert to_keep(dates(0, 40, 80), daily=3, weekly=0) == set(dates(0, 40, 80))


@given(
    st.sets(st.integers(0, 400 * 24), min_size=1, max_size=60),
    st.integers(1, 10),
    st.integers(0, 10),
)
def test_rotating_again_deletes_nothing_more(hours: set[int], daily: int, weekly: int) -> None:
    backups = [Dated(NOW - timedelta(hours=hour), Path(str(hour))) for hour in hours]
    kept = to_keep(backups, daily=daily, weekly=weekly)
    assert max(backups) in kept
    assert len(kept) <= daily + weekly
    assert to_keep(kept, daily=daily, weekly=weekly) == kept


def test_only_dated_backups_of_this_database_are_deleted(tmp_path: Path) -> None:
    decide(tmp_path, "2603.00001")
    newest = backup(tmp_path, NOW)
    others = ["survey-old.duckdb", "survey-20260101T000000Z.duckdb.gz", "x-20260101T000000Z.duckdb"]
    others += ["survey-20269901T000000Z.duckdb", "survey-x-20260101T000000Z.duckdb"]
    for name in others:
        (newest.parent / name).touch()
    shutil.copy(newest, newest.with_name("survey-20260101T000000Z.duckdb"))
    assert turned(tmp_path, newest) == {newest.name, *others}


def test_damaged_backup_outside_the_policy_is_deleted(tmp_path: Path) -> None:
    decide(tmp_path, "2603.00001")
    newest = backup(tmp_path, NOW)
    newest.with_name("survey-20260101T000000Z.duckdb").write_bytes(b"nothing")
    assert turned(tmp_path, newest) == {newest.name}


def test_fullest_backup_outlives_an_emptied_database(tmp_path: Path) -> None:
    decide(tmp_path, "2603.00001", "2603.00002")
    full = backup(tmp_path, NOW - timedelta(days=30))
    database(tmp_path).unlink()
    for file in tmp_path.glob("survey.duckdb.*"):
        file.unlink()
    decide(tmp_path, "2603.00003")
    for day in range(3, 0, -1):
        emptier = backup(tmp_path, NOW - timedelta(days=day))
        assert full.name in turned(tmp_path, emptier)
    newest = backup(tmp_path, NOW)
    report = rotate(newest.parent, database(tmp_path), newest, daily=1, weekly=0)
    assert (report.fullest, report.decisions_of_fullest, report.decisions) == (full, 2, 1)
    assert report.kept == (full, newest)


def test_fullest_backup_goes_when_the_survey_has_grown(tmp_path: Path) -> None:
    decide(tmp_path, "2603.00001", "2603.00002")
    old = backup(tmp_path, NOW - timedelta(days=30))
    assert decisions_in(old) == 2
    decide(tmp_path, "2603.00003")
    newest = backup(tmp_path, NOW)
    assert turned(tmp_path, newest) == {newest.name}


def test_backup_made_with_a_wrong_clock_stays(tmp_path: Path) -> None:
    decide(tmp_path, "2603.00001")
    ahead = backup(tmp_path, NOW + timedelta(days=900))
    newest = backup(tmp_path, NOW)
    assert turned(tmp_path, newest) == {ahead.name, newest.name}
    assert [each.path for each in dated_backups(newest.parent, database(tmp_path))] == [
        newest,
        ahead,
    ]


def test_backups_of_days_to_come_take_no_places(tmp_path: Path) -> None:
    decide(tmp_path, "2603.00001")
    ahead = {backup(tmp_path, NOW + timedelta(days=400 + day)) for day in range(3)}
    for day in range(4):
        newest = backup(tmp_path, NOW + timedelta(days=day))
        report = rotate(newest.parent, database(tmp_path), newest, daily=3, weekly=0)
    assert set(report.ahead) == ahead
    mine = [path.name for path in report.kept if path not in ahead]
    assert mine == [f"survey-202603{day}T093000Z.duckdb" for day in (18, 19, 20)]


@pytest.mark.parametrize("name", ["survey.duckdb", "other.duckdb", "survey-.duckdb"])
def test_undated_files_are_no_backups(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert dated_backups(tmp_path, tmp_path / "survey.duckdb") == ()
    assert dated_backups(tmp_path / "none", tmp_path / "survey.duckdb") == ()
