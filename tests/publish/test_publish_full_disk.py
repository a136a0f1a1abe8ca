"""A disk that fills up in the middle of publishing: one sentence, and the last good state stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.store import OpenStore
from tests.support.cli import Ended, SurveyInProcess, survey_in_process
from tests.support.digest import MONDAY
from tests.support.disk import Disk, small_disk
from tests.support.publish import approve
from tests.support.storage import migrated

WEEK_12, WEEK_13 = (datetime(2026, 3, day, 6, tzinfo=UTC) for day in (24, 31))
FIRST = [f"2603.{number:05d}" for number in range(1, 9)]
SECOND = [f"2603.{number:05d}" for number in range(11, 19)]
NOTE = "Kept by hand since 2024, with a long note that nobody may lose. " * 1_000
LIST = f"""{NOTE}

# 📍 Multimodal Agents

- **Agents that Fold Paper Boats** (3 Feb 2026) [[Paper](https://arxiv.org/abs/2602.90100)]
"""
#: bytes that are left: none for the record, too few for the files, for some, nearly enough
LEFT = (0, 8_192, 40_960, 98_304, 163_840, 262_144, 393_216)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        yield disk


def survey_on(directory: Path, published: Path) -> SurveyInProcess:
    """Return a survey with two weeks of approved papers, of which the first is published."""
    (published / "README.md").write_text(LIST, encoding="utf-8")
    survey = survey_in_process(
        directory,
        url="http://127.0.0.1:9",
        now=WEEK_12.isoformat(),
        LIVING_SURVEY_REVIEW__REVIEWER="ada",
        LIVING_SURVEY_SURVEY__LIST=f'["{published / "README.md"}"]',
        LIVING_SURVEY_DIGEST__OUTPUT=str(published / "digests"),
    )
    with store_of(directory)() as store:
        approve(store, *FIRST)
    assert survey.call("publish").status == 0
    with store_of(directory)() as store:
        approve(store, *SECOND[1:], at=MONDAY + timedelta(days=7))
        store.checkpoint()
        # a checkpoint may leave a free block at the end, which the next one gives back to the disk
        approve(store, *SECOND[:1], at=MONDAY + timedelta(days=7))
        store.checkpoint()
    return survey


def store_of(directory: Path) -> OpenStore:
    return migrated(directory / "var" / "survey.duckdb")


def publish(survey: SurveyInProcess, *words: str) -> Ended:
    return survey.call("publish", *words, LIVING_SURVEY_NOW=WEEK_13.isoformat())


def contents(folder: Path) -> dict[str, bytes]:
    """Return every published file, and any part of one that was left behind."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in (folder / "README.md", *(folder / "digests").rglob("*"), *folder.glob(".*"))
    }


@pytest.mark.parametrize("target", ["list", "digest"])
def test_full_disk_for_the_files_keeps_the_last_good_state(
    disk: Disk, tmp_path: Path, target: str
) -> None:
    survey = survey_on(tmp_path, disk.path)
    before = contents(disk.path)
    disk.fill()

    ended = publish(survey, "--target", target)

    assert ended.status == 1
    (line,) = [line for line in ended.out.splitlines() if "failed" in line]
    assert "cannot be read or written: no space left on device. Nothing was replaced." in line
    assert "Traceback" not in ended.err
    disk.empty()
    assert contents(disk.path) == before
    assert f"{target}:" in publish(survey, "--target", target).out
    assert all(one.encode() in b"".join(contents(disk.path).values()) for one in SECOND)
    assert survey.call("verify").status == 0


@pytest.mark.parametrize("target", ["list", "digest"])
def test_disk_that_fills_up_anywhere_leaves_all_files_old_or_all_new(
    disk: Disk, target: str
) -> None:
    survey = survey_on(disk.path, disk.path)
    before = contents(disk.path)
    failed = 0
    for left in LEFT:
        disk.fill(but=left)
        ended = publish(survey, "--target", target)
        disk.empty()
        if ended.status == 0:
            break
        failed += 1
        assert ended.status == 1
        assert "no space left on device" in f"{ended.out}{ended.err}".lower(), (left, ended)
        assert len(ended.err.splitlines()) <= 1
        assert "Traceback" not in ended.err
        assert contents(disk.path) == before
        with store_of(disk.path)() as store:
            assert store.integrity.faults() == ()
    assert failed > 1

    assert publish(survey, "--target", target).status == 0
    assert all(one.encode() in b"".join(contents(disk.path).values()) for one in SECOND)
    assert survey.call("verify").status == 0
